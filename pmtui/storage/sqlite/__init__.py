"""Logs and ledgers on SQLite: `connection` opens files, `log` and `ledger` are the stores, `moments` is a lab's memory
of how they were, `thread` is the one thread that a process works them from."""
