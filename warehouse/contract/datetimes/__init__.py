"""Dates and times in a contract file: formats, their options, names of months."""
