"""The lab: a scratch copy (`scratch`) in which stepping, crashing and starting over harm nobody, and the session that
works on it (`session`). A person can look back at any of its moments (`lookback`) and take it back there (`rewinding`).
"""
