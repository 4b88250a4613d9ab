"""The records of a batch: whatever its files are, one text per contract column, and the record as it was received."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, NumericType, StringType, TimestampType

from spark.reading.fields import (
    BOM,
    CORRUPT,
    FIELDS,
    PIECES,
    is_plain,
    is_readable,
    is_short,
    split_fields,
    split_plainly,
)
from spark.reading.json_fields import read_object
from spark.reading.line_fields import GROUPS, group_fields, matched_groups
from spark.reading.lines import LINE, read_lines, rows_of
from spark.reading.parquet_fields import by_schema, read_parquet
from spark.reading.quoted_lines import join_lines
from spark.schema import SOURCE_FILE, SOURCE_LINE
from warehouse.contract.datetimes.number_formats import EXCEL_DAYS
from warehouse.contract.file_columns import BLANKS, column_positions, fields_of
from warehouse.contract.lines.pattern import read_pattern
from warehouse.contract.model import MAX_RECORD_BYTES, Column, Contract, InputFormat
from warehouse.job import StageTask

FAULT = "_fault"
"""Why a record cannot be read: `row:encoding`, `row:length`, `row:parse` or `row:pattern`; NULL when it can."""

PLAIN = "_plain"
"""Whether `spark.reading.fields.is_plain` holds for the record."""

_TEXT = "_text"


@dataclass(frozen=True)
class Records:
    """Records of files that are written alike.

    Attributes:
        frame: `source_batch`, `source_file`, `source_line`, `_line`, `_fields`, `_fault`, `_plain`.
        contract: Contract of the dataset, its columns and input format as these files write them.
        present: Names of the contract's columns that the files have.
        header: Text of each column's header, by column name; empty for files without one.
        is_json: A record is a JSON object.
        empty_is_null: An empty text is NULL, as in CSV.
        computed: Names of the columns whose text is a column of the frame, `computed_text` of the name.
    """

    frame: DataFrame
    contract: Contract
    present: Collection[str]
    header: dict[str, str] = field(default_factory=dict)
    is_json: bool = False
    empty_is_null: bool = False
    computed: Collection[str] = ()

    def field(self, column: str) -> Expression:
        """Text of a column as it was written or computed, NULL if the files do not have it."""
        if column in self.computed:
            return F.col(computed_text(column))
        return F.col(FIELDS)[column] if column in self.present else F.lit(None).cast("string")

    def text(self, column: str) -> Expression:
        """Text of a column, trimmed if the contract says so, NULL when it is a null token."""
        text, tokens = self.field(column), self._null_tokens(column)
        trimmed = self._is_trimmed(column)
        if trimmed:
            text = F.trim(text, F.lit(BLANKS))
        if self.empty_is_null and (trimmed or column in self.computed):
            tokens = ("", *tokens)
        return F.when(~text.isin(*tokens), text) if tokens else text

    def _is_trimmed(self, name: str) -> bool:
        own = next((column.trim for column in self.contract.columns if column.name == name), None)
        return self.contract.input_format.trim if own is None else own

    def _null_tokens(self, name: str) -> tuple[str, ...]:
        own = next((column.null_tokens for column in self.contract.columns if column.name == name), None)
        return self.contract.input_format.null_tokens if own is None else own


def computed_text(column: str) -> str:
    """Name of the frame's column that has the text of a computed column."""
    return f"_computed_{column}"


def read_records(
    spark: SparkSession, tasks: Sequence[StageTask], contract: Contract, listed: DataFrame
) -> Iterator[Records]:
    """Read the files of some batches, those with the same columns together.

    Args:
        spark: Session.
        tasks: The batches; several only if `spark.batch_groups` put them together.
        contract: Contract of their dataset.
        listed: What `spark.reading.lines.list_files` gave for them.
    """
    form = contract.input_format
    for (kind, columns), names in _alike(tasks).items():
        if kind == "parquet":
            yield from _read_parquet(spark, tasks, contract, columns, names)
            continue
        lines = read_lines(listed, tasks, names)
        rows = rows_of(join_lines(lines, form) if form.quoted_newlines else lines, form)
        yield _text_records(rows, contract, kind, columns)


def read_again(
    spark: SparkSession, tasks: Sequence[StageTask], contract: Contract, rejected: DataFrame
) -> Iterator[Records]:
    """Read records that were rejected once more.

    Args:
        spark: Session.
        tasks: The batches they are of, as in `read_records`.
        contract: Contract of their dataset.
        rejected: `source_batch`, `source_file`, `source_line`, `_line`. Of a text, the record is all there is to know;
            of Parquet the whole files are read again.
    """
    alike = _alike(tasks)
    known = [(kind, columns) for kind, columns in alike if kind != "parquet"]
    if len(alike) == len(known) == 1:
        yield _text_records(rejected, contract, *known[0])
        return
    files = {name for (name,) in rejected.select(SOURCE_FILE).distinct().collect()}
    for (kind, columns), names in alike.items():
        concerned = [name for name in names if name in files]
        if concerned and kind == "parquet":
            yield from _read_parquet(spark, tasks, contract, columns, concerned)
        elif concerned:
            yield _text_records(rejected.where(F.col(SOURCE_FILE).isin(*concerned)), contract, kind, columns)


def _alike(tasks: Sequence[StageTask]) -> dict[tuple[str, tuple[str, ...]], list[str]]:
    """Names of files by kind and columns."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for file in (file for task in tasks for file in task.files):
        found.setdefault((file.kind, file.columns), []).append(file.name)
    return found


def _read_parquet(
    spark: SparkSession, tasks: Sequence[StageTask], contract: Contract, columns: tuple[str, ...], names: list[str]
) -> Iterator[Records]:
    (task,) = tasks
    for alike in by_schema(spark, task, names):
        yield _parquet_records(spark, task, contract, columns, alike)


def _text_records(rows: DataFrame, contract: Contract, kind: str, columns: tuple[str, ...]) -> Records:
    form = contract.input_format
    texts = rows.withColumn(_TEXT, _decoded(F.col(LINE), form))
    texts = texts.withColumn(PLAIN, is_plain(F.col(_TEXT), form) if form.kind == "csv" else F.lit(False))
    if kind == "lines":
        return _line_records(texts, contract)
    return _json_records(texts, contract) if kind == "jsonl" else _csv_records(texts, contract, columns)


def _csv_records(texts: DataFrame, contract: Contract, columns: tuple[str, ...]) -> Records:
    form = contract.input_format
    found = columns or tuple(column.source_name for column in fields_of(contract))
    places = column_positions(contract, found)
    by_place = {place: name for name, place in places.items()}
    names = [by_place.get(place, f"_{place}") for place in range(len(found))]
    # A column of its own: the optimizer would copy the split into every field.
    split = texts.withColumn(PIECES, split_plainly(F.col(_TEXT), F.col(PLAIN), form, len(names)))
    fields = split_fields(F.col(_TEXT), F.col(PIECES), form, names)
    readable = F.col(FIELDS).isNotNull() & F.col(FIELDS)[CORRUPT].isNull()
    header = {name: found[place] for name, place in places.items()} if form.header else {}
    frame = _with_fields(split, form, fields, readable).drop(PIECES)
    return Records(frame, contract, set(places), header, empty_is_null=True)


def _json_records(texts: DataFrame, contract: Contract) -> Records:
    form, text = contract.input_format, F.col(_TEXT)
    fields = read_object(F.when(is_readable(text, form) & is_short(text), text), contract)
    frame = _with_fields(texts, form, fields, F.col(FIELDS).isNotNull())
    return Records(frame, contract, {column.name for column in fields_of(contract)}, is_json=True)


def _line_records(texts: DataFrame, contract: Contract) -> Records:
    form, pattern = contract.input_format, read_pattern(contract.input_format.pattern or "")
    text = F.col(_TEXT)
    read = F.when(is_readable(text, form) & is_short(text, pattern.max_bytes), text)
    # A column of its own: the optimizer would copy the search into every field.
    matched = texts.withColumn(GROUPS, matched_groups(read, pattern))
    fields = group_fields(text, F.col(GROUPS), pattern, contract)
    frame = _with_fields(matched, form, fields, F.col(FIELDS).isNotNull(), pattern.max_bytes).drop(GROUPS)
    return Records(frame, contract, {column.name for column in fields_of(contract)})


def _parquet_records(
    spark: SparkSession, task: StageTask, contract: Contract, columns: tuple[str, ...], names: list[str]
) -> Records:
    places = column_positions(contract, columns)
    rows, kinds = read_parquet(spark, task, contract, names, places)
    frame = rows.withColumns({FAULT: F.lit(None).cast("string"), PLAIN: F.lit(False)})
    return Records(frame, _as_parquet(contract, kinds), set(places))


def _with_fields(
    texts: DataFrame, form: InputFormat, fields: Expression, readable: Expression, max_bytes: int = MAX_RECORD_BYTES
) -> DataFrame:
    """Records with `_fields` and `_fault`; one column after the other, since the optimizer copies what is nested."""
    found, text = texts.withColumn(FIELDS, fields), F.col(_TEXT)
    fault = F.when(readable, None).when(~is_readable(text, form), "row:encoding")
    other = "row:pattern" if form.kind == "lines" else "row:parse"
    faults = fault.when(~is_short(text, max_bytes), "row:length").otherwise(other)
    return found.withColumn(FAULT, faults).drop(_TEXT)


def _as_parquet(contract: Contract, kinds: Mapping[str, DataType]) -> Contract:
    """The contract of rows whose values are written by `spark.reading.parquet_fields`."""
    columns = tuple(
        column if column.transform else as_held(column, kinds.get(column.name)) for column in contract.columns
    )
    form = contract.input_format
    return replace(contract, columns=columns, input_format=InputFormat(null_tokens=form.null_tokens, trim=form.trim))


def as_held(column: Column, kind: DataType | None) -> Column:
    """A column whose texts are written by `spark.reading.parquet_fields` from values of a type."""
    if column.type not in ("DATE", "TIMESTAMP") or column.epoch or isinstance(kind, StringType):
        return column
    if isinstance(kind, NumericType) and EXCEL_DAYS in column.formats:
        return replace(column, formats=(EXCEL_DAYS,))
    # An instant is written as its wall clock in UTC, whatever zone wall clocks are of.
    instant = column.zoned or (column.source_zone is not None and isinstance(kind, TimestampType))
    return replace(column, formats=(), zoned=False, source_zone="UTC" if instant else column.source_zone)


def _decoded(line: Expression, form: InputFormat) -> Expression:
    if form.encoding != "utf-8":
        return F.decode(line.cast("binary"), form.encoding)
    if form.header_lines:
        return line
    # The mark at the start of a file is not of its first record; a header would have held it.
    marked = (F.col(SOURCE_LINE) == 1) & F.startswith(line, F.lit(BOM))
    return F.when(marked, F.substring(line, F.lit(2), F.length(line))).otherwise(line)
