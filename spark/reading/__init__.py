"""Reads files of every kind into records: one struct of texts a row, with file and line."""
