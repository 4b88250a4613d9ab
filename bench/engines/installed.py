"""Engines without a cluster that the stack is compared with."""

from importlib.util import find_spec

ENGINES = {"DuckDB": "duckdb_run", **({"Polars": "polars_run"} if find_spec("polars") else {})}
"""Script of each that is installed, by its name."""
