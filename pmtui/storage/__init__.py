"""Logs and ledgers: what they must do (`log`, `ledger`), in memory (`memory`), on SQLite (`sqlite`), as files of events
(`cloudevents`), and where they lie (`folder`)."""
