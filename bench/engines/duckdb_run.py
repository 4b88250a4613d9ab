"""The dataset "prices" by DuckDB, in one process without a cluster: the same rows and figures as bare Spark.

    .venv/bin/python -m bench.engines.duckdb_run FILES OUT [--cores 2]

Prints seconds and the figures, as JSON.
"""

from pathlib import Path

import duckdb

from bench.engines.script import run_script

COLUMNS = {
    "symbol": "VARCHAR",
    "day": "DATE",
    "open": "DECIMAL(9,2)",
    "high": "DECIMAL(9,2)",
    "low": "DECIMAL(9,2)",
    "close": "DECIMAL(9,2)",
    "volume": "BIGINT",
}
# DuckDB numbers rows in the order of the files named and of the lines in them.
_CLEAN = """
COPY (
    WITH rows AS (SELECT *, row_number() OVER () AS n FROM read_csv($files, header = true, columns = $columns))
    SELECT * EXCLUDE (n), date_trunc('quarter', day)::DATE AS quarter_start
    FROM rows SEMI JOIN (SELECT max(n) AS n FROM rows GROUP BY symbol, day) USING (n)
) TO '{target}' (FORMAT parquet, PARTITION_BY (quarter_start))
"""
_FIGURES = """
SELECT quarter_start, count(*), count(DISTINCT symbol), sum(open), sum(high), sum(low), sum(close), sum(volume)
FROM read_parquet($clean) GROUP BY ALL ORDER BY ALL
"""


def run(files: list[Path], out: Path, cores: int) -> list[list[str]]:
    """Write the newest rows by quarter below a new directory, and return the figures of each quarter.

    Args:
        files: CSV files in the order of loading.
        out: New directory.
        cores: How many threads.
    """
    out.mkdir(parents=True)
    clean = out / "clean"
    with duckdb.connect(config={"threads": cores}) as session:
        given = {"files": [str(file) for file in files], "columns": COLUMNS}
        session.execute(_CLEAN.format(target=str(clean).replace("'", "''")), given)
        rows = session.execute(_FIGURES, {"clean": f"{clean}/*/*.parquet"}).fetchall()
    return [[str(value) for value in row] for row in rows]


if __name__ == "__main__":
    run_script("duckdb_run", __doc__, run)
