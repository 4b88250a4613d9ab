"""Reads Parquet files into the same shape as text: one text per contract column, and the row as JSON.

A whole number held as a floating-point one is written without a fraction, since pandas holds every column of
integers with a gap so. What becomes a number is written as a contract's number may be: without an exponent where that
says the same, and without the zeros that only the scale of the file's type adds. Dates and times are written as ISO
8601, instants as their wall clock in UTC. Spark reads nanoseconds as whole numbers only, so the batch's manifest says
which columns count them; `load` takes only those that are whole microseconds.
"""

from collections.abc import Collection, Iterable, Mapping

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from spark.reading.fields import FIELDS
from spark.reading.footers import read_footers
from spark.reading.lines import LINE, file_name
from spark.schema import SOURCE_BATCH, SOURCE_FILE, SOURCE_LINE, quoted
from warehouse.batch import INSTANT
from warehouse.contract.file_columns import fields_of
from warehouse.contract.model import Contract
from warehouse.job import StageTask

_EXACT_AS_DOUBLE = 2.0**53
_WIDEST = "decimal(38,18)"
_JSON = {
    "ignoreNullFields": "false",
    # Spark alone writes milliseconds.
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss[.SSSSSS]",
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss[.SSSSSS][XXX]",
}


def by_schema(spark: SparkSession, task: StageTask, names: Iterable[str]) -> list[list[str]]:
    """Names of files in groups of the same types: read by the schema of another a value would be another.

    Args:
        spark: Spark session.
        task: Batch to stage.
        names: Names of its Parquet files.
    """
    schemas = {footer.name: footer.schema for footer in read_footers(spark, task.raw)}
    found: dict[tuple[tuple[str, str], tuple[tuple[str, str], ...]], list[str]] = {}
    for name in sorted(names):
        found.setdefault((schemas[name], _nanoseconds(task, name)), []).append(name)
    return list(found.values())


def _nanoseconds(task: StageTask, name: str) -> tuple[tuple[str, str], ...]:
    return next(file.nanoseconds for file in task.files if file.name == name)


def read_parquet(
    spark: SparkSession,
    task: StageTask,
    contract: Contract,
    names: Collection[str],
    places: Mapping[str, int],
) -> tuple[DataFrame, dict[str, DataType]]:
    """Rows of files that have the same columns of the same types.

    Args:
        spark: Session.
        task: Names the directory.
        contract: Says what the texts become.
        names: Names of the files.
        places: Position in the files of each column that they have.

    Returns:
        `source_batch`, `source_file`, `source_line` (first row is 1), `_line` (the row as JSON), `_fields`; and the
        types that the files have for the contract's columns.
    """
    schema = spark.read.parquet(f"{task.raw}/{min(names)}").schema
    rows = spark.read.schema(schema).parquet(*(f"{task.raw}/{name}" for name in sorted(names)))
    values = _values(schema, dict(_nanoseconds(task, min(names))))
    held = {name: values[place] for name, place in places.items()}
    types = {column.name: column.type for column in fields_of(contract)}
    texts = [text_of(value, kind, types[name]).alias(name) for name, (value, kind) in held.items()]
    named = [value.alias(field.name) for field, (value, _) in zip(schema, values, strict=True)]
    frame = rows.select(
        F.lit(task.batch).alias(SOURCE_BATCH),
        file_name().alias(SOURCE_FILE),
        (F.col("_metadata.row_index") + 1).alias(SOURCE_LINE),
        F.to_json(F.struct(*named), _JSON).alias(LINE),
        F.struct(*texts).alias(FIELDS),
    )
    return frame, {name: kind for name, (_, kind) in held.items()}


def _values(schema: StructType, nanoseconds: Mapping[str, str]) -> list[tuple[Expression, DataType]]:
    """Values of the columns, and their types: those in nanoseconds as the timestamps that they are."""
    return [_value(field, nanoseconds.get(field.name)) for field in schema]


def _value(field: StructField, counted: str | None) -> tuple[Expression, DataType]:
    name = quoted(field.name)
    if counted is None:
        return F.col(name), field.dataType
    instant = F.timestamp_micros(F.expr(f"{name} DIV 1000"))
    return (instant, TimestampType()) if counted == INSTANT else (instant.cast("timestamp_ntz"), TimestampNTZType())


def text_of(value: Expression, kind: DataType, hive_type: str) -> Expression:
    """The text that a value of Spark's is, for a column of a type.

    Args:
        value: The value.
        kind: Its type in the file.
        hive_type: Type of the column in the contract.
    """
    text = value.cast("string")
    if isinstance(kind, FloatType | DoubleType):
        whole = (value == F.floor(value)) & (F.abs(value) < _EXACT_AS_DOUBLE)
        found = text if hive_type == "STRING" else _without_exponent(value, kind)
        return F.when(whole, value.cast("bigint").cast("string")).otherwise(found)
    scaled = isinstance(kind, DecimalType) and kind.scale > 0 and hive_type != "STRING"
    return _without_zeros(text) if scaled else text


def _without_exponent(value: Expression, kind: DataType) -> Expression:
    text = value.cast("string")
    # The shortest text that says this number, so a float does not become the double next to it.
    exact = text.try_cast(_WIDEST)
    small = (F.abs(value) < _EXACT_AS_DOUBLE) & (exact.cast(kind) == value)
    return F.when(F.contains(text, F.lit("E")) & small, _without_zeros(exact.cast("string"))).otherwise(text)


def _without_zeros(text: Expression) -> Expression:
    return F.rtrim(F.rtrim(text, F.lit("0")), F.lit("."))
