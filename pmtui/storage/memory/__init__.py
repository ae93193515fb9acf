"""Logs and ledgers in memory, for tests and for exploring: what they hold is one immutable `state`.

A write makes a new state that shares everything it did not change with the old one, so taking a snapshot is reading
`state` and going back is assigning it. No coroutine here ever suspends: all of them run without an event loop.
`log` and `ledger` are the stores, `events` is what both keep in order.
"""
