"""The parts of the main screen; each is shown a snapshot and paints its own lines."""
