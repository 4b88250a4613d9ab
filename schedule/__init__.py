"""Runs a quarter when it is due, and the timers that start it."""
