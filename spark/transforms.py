"""Computes the columns that have a `transformLogic`: from the texts of a record's fields to one more text.

The expression gives a value; it is written as a field of these files would be, and then typed and judged like one.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import and_

from pyspark.sql import Column as Expression
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, NumericType, TimestampNTZType

from spark.reading.parquet_fields import text_of
from spark.reading.records import Records, as_held, computed_text
from warehouse.contract.file_columns import fields_of
from warehouse.contract.hive_type import is_numeric
from warehouse.contract.model import Column


def compute(records: Records) -> Records:
    """Records with the text of every computed column beside their fields."""
    computed = [column for column in records.contract.columns if column.transform is not None]
    return _computed(records, computed) if computed else records


def failed(column: Column, records: Records) -> Expression:
    """Whether a computed column has no value, though every field that it reads has one."""
    names = _fields_read([column], records).values()
    complete = reduce(and_, (records.text(name).isNotNull() for name in names))
    return complete & records.field(column.name).isNull()


def fields_shown(column: Column, records: Records) -> Expression:
    """What a computed column is made of, `month=13, day=1`."""
    names = _fields_read([column], records)
    texts = (F.concat(F.lit(f"{field}="), F.coalesce(records.field(name), F.lit(""))) for field, name in names.items())
    return F.concat_ws(", ", *texts)


def _computed(records: Records, computed: Sequence[Column]) -> Records:
    from warehouse.contract.transform.sql import translate

    names = _fields_read(computed, records)
    columns = {field: f"_text{name}" for field, name in names.items()}
    # Columns of their own: Spark would copy what is nested into every expression that asks for it.
    read = records.frame.withColumns({columns[field]: records.text(name) for field, name in names.items()})
    values = {column.name: F.expr(translate(column.transform or "", columns).sql) for column in computed}
    kinds = {name: read.select(value).schema[0].dataType for name, value in values.items()}
    texts = {
        computed_text(column.name): _text(values[column.name], kinds[column.name], column, records)
        for column in computed
    }
    held = tuple(_as_computed(column, kinds.get(column.name)) for column in records.contract.columns)
    contract = replace(records.contract, columns=held)
    return replace(records, frame=read.withColumns(texts), contract=contract, computed=frozenset(values))


def _fields_read(columns: Sequence[Column], records: Records) -> dict[str, str]:
    """Name in the records of each field that columns read, by its name in their expressions."""
    known = {name.lower(): field.name for field in fields_of(records.contract) for name in field.source_names}
    return {name: known[name.lower()] for column in columns for name in column.reads}


def _text(value: Expression, kind: DataType, column: Column, records: Records) -> Expression:
    separator = records.contract.input_format.decimal_separator
    text = text_of(value, kind, column.type)
    as_written = isinstance(kind, NumericType) and is_numeric(column.type) and separator != "."
    return F.replace(text, F.lit("."), F.lit(separator)) if as_written else text


def _as_computed(column: Column, kind: DataType | None) -> Column:
    """A string has the column's format; a date or timestamp is written as ISO 8601."""
    return as_held(column, kind) if isinstance(kind, DateType | TimestampNTZType) else column
