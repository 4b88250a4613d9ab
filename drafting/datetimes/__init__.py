"""Dates and times in the columns of a sample: which values are such, and what reads them."""
