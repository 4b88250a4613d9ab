"""Formats of dates and timestamps that are numbers, and no patterns of Java."""

EPOCH_UNITS = {"epoch-seconds": 1_000_000, "epoch-milliseconds": 1_000, "epoch-microseconds": 1}
"""Formats of a timestamp that is a whole count since 1970-01-01 00:00:00 UTC: microseconds a unit."""

EPOCH_FRACTIONAL, EPOCH_NANOSECONDS, EPOCH_AUTO = "epoch-fractional-seconds", "epoch-nanoseconds", "epoch-auto"
EPOCH_FORMATS = (*EPOCH_UNITS, EPOCH_FRACTIONAL, EPOCH_NANOSECONDS, EPOCH_AUTO)
"""Formats of a timestamp that is a count; the unit of the last one goes by the magnitude of the number."""

EXCEL_DAYS = "excel-days"
"""Format of a date or wall clock that is a number of days, as spreadsheets count them."""

NUMBER_FORMATS = (*EPOCH_FORMATS, EXCEL_DAYS)
"""Formats that are no patterns of Java."""
