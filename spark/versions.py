"""Versions of a key: which is the newest, and what a superseded one is written as.

Newest is the greatest of (version column if the contract has one, batch sequence, file name, line number), a total
order.
"""

import json
from collections.abc import Mapping

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from spark.schema import ORIGIN_FIELDS, SOURCE_BATCH, SOURCE_FILE, SOURCE_LINE, row_schema
from warehouse.contract.model import Contract
from warehouse.quarter import PARTITION_COLUMN

_SEQUENCE, _NEWEST, _HASH = "_sequence", "_newest", "_hash"


def newest_apart(rows: DataFrame, contract: Contract, sequences: Mapping[str, int]) -> DataFrame:
    """Rows of which only the newest of each key keep their quarter and all their values.

    A superseded row has no quarter; what is left of it says where it came from, when it was and what its key is. So
    one pass writes the newest rows and, aside, the others to be counted.

    Args:
        rows: All versions of each key that are compared, with their quarter.
        contract: With a key.
        sequences: Sequence of each batch, later wins; one that is missing is older than all of these.
    """
    ordered = rows.join(F.broadcast(_sequences(rows, sequences)), SOURCE_BATCH, "left")
    # Spark sorts by the first eight bytes before it looks at a row; those of a key may be the same in many.
    ordered = ordered.withColumn(_HASH, F.xxhash64(*contract.key))
    window = Window.partitionBy(_HASH, *contract.key).orderBy(*(part.desc() for part in _version(contract)))
    # The newest first, and not by an aggregate joined to the rows: each row is moved once.
    ranked = ordered.withColumn(_NEWEST, F.row_number().over(window) == 1)
    left = {*contract.key, contract.event_time, *(field.name for field in ORIGIN_FIELDS)}
    values = [F.col(name) if name in left else _of_newest(name) for name in row_schema(contract).names]
    return ranked.select(*values, _of_newest(PARTITION_COLUMN))


def _of_newest(name: str) -> Expression:
    return F.when(F.col(_NEWEST), F.col(name)).alias(name)


def _version(contract: Contract) -> list[Expression]:
    sequence = F.coalesce(_SEQUENCE, F.lit(0))
    return [*([F.col(contract.version)] if contract.version else []), sequence, F.col(SOURCE_FILE), F.col(SOURCE_LINE)]


def _sequences(rows: DataFrame, sequences: Mapping[str, int]) -> DataFrame:
    # A table and not a map, which is searched from its beginning for every row: there may be a thousand batches.
    pairs = F.from_json(F.lit(json.dumps(dict(sequences))), "MAP<STRING, BIGINT>")
    return rows.sparkSession.range(1).select(F.explode(pairs).alias(SOURCE_BATCH, _SEQUENCE))
