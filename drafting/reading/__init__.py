"""Reads rows of sample files, of whatever kind, into one table."""
