"""A manager in a process of its own: what is said between it and its supervisor (`protocol`), the process itself
(`worker`, started by `python -m pmtui.workers`), and who starts, kills and restarts it (`process`, `supervisor`)."""
