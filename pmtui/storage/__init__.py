"""Logs and ledgers: what they must do (`log`, `ledger`), in memory (`memory`), on SQLite (`sqlite`), as files of events
(`cloudevents`), where they lie (`folder`), and small files that are written whole (`whole`)."""
