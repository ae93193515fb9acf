"""Whole screens: the start, the main one, and those laid over it."""
