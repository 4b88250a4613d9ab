"""The Spark job of a run: stage, clean, marts and their checks, writing only to new directories."""
