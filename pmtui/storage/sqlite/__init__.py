"""Logs and ledgers on SQLite: `opening` opens files, `database` is an open one, `log` and `ledger` are the stores,
`marks` and `moments` are a lab's memory of how they were, `bell` wakes those who wait for a log, and `thread` is the
one thread that a process works them from."""
