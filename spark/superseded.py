"""Examples of superseded rows, each with the row that won."""

from collections.abc import Collection

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from spark.schema import (
    NO_QUARTER,
    ORIGIN_FIELDS,
    SOURCE_BATCH,
    SOURCE_FILE,
    SOURCE_LINE,
    contract_fields,
    quarter_start,
)
from warehouse.contract.model import Contract
from warehouse.paths import partition_name

_WINNER = "_winner"
_SHOWN_EXAMPLES = 5
_SHOWN_CHARACTERS = 100


def superseded_examples(
    spark: SparkSession, contract: Contract, target: str, quarters: Collection[str], released: Collection[str]
) -> list[str]:
    """Some of the superseded rows beside the clean rows in a directory, as text.

    Args:
        spark: Session.
        contract: With a key.
        target: Directory with clean rows by quarter, and those they supersede without one.
        quarters: Partition values that have clean rows.
        released: Batches whose rows do not supersede each other here: they did before.
    """
    if not quarters:
        return []
    older = _read(spark, contract, [f"{target}/{NO_QUARTER}"])
    if not released:
        # Few rows are left to be joined.
        older = _last_of_each_file(older, contract)
    winner = F.struct(F.col(contract.event_time), *(F.col(field.name) for field in ORIGIN_FIELDS)).alias(_WINNER)
    newest = _read(spark, contract, [f"{target}/{partition_name(quarter)}" for quarter in quarters])
    pairs = older.join(newest.select(*contract.key, winner), [*contract.key])
    if released:
        known = F.col(SOURCE_BATCH).isin(*released) & F.col(f"{_WINNER}.{SOURCE_BATCH}").isin(*released)
        pairs = _last_of_each_file(pairs.where(~known), contract)
    shown = pairs.select(quarter_start(contract), SOURCE_BATCH, SOURCE_FILE, _told(contract)).collect()
    return [text for *_, text in sorted(shown)][:_SHOWN_EXAMPLES]


def _read(spark: SparkSession, contract: Contract, directories: list[str]) -> DataFrame:
    """Only what is shown of a row."""
    shown = {*contract.key, contract.event_time}
    columns = [column for column in contract_fields(contract) if column.name in shown]
    return spark.read.schema(StructType([*columns, *ORIGIN_FIELDS])).parquet(*directories)


def _last_of_each_file(older: DataFrame, contract: Contract) -> DataFrame:
    # The last: an earlier one may have been superseded within the file before.
    last = F.max_by(F.struct(*older.columns), SOURCE_LINE).alias("last")
    return older.groupBy(quarter_start(contract), SOURCE_BATCH, SOURCE_FILE).agg(last).select("last.*")


def _told(contract: Contract) -> Expression:
    """A superseded row with its key and the row that won."""
    key = [
        part
        for name in contract.key
        for part in (F.lit(f", {name}="), F.substring(F.col(name).cast("string"), 1, _SHOWN_CHARACTERS))
    ]
    by = _place(contract, f"{_WINNER}.")
    return F.concat(F.substring(F.concat(*key), 3, 2**31 - 1), F.lit(": "), _place(contract, ""), F.lit(" by "), by)


def _place(contract: Contract, row: str) -> Expression:
    """Event time, file and line of a row."""
    at, file, line, batch = (
        F.col(f"{row}{name}").cast("string") for name in (contract.event_time, SOURCE_FILE, SOURCE_LINE, SOURCE_BATCH)
    )
    return F.concat_ws(" ", at, F.lit("in"), file, F.lit("line"), line, F.lit("of batch"), batch)
