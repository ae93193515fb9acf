"""Logs and ledgers on SQLite: `connection` opens files, `log` and `ledger` are the stores, `thread` is the one thread
that a process works them from."""
