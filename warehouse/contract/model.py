"""The contract of a dataset: columns, types, key, rules, event time, marts.

The words are those of the Open Data Contract Standard; `warehouse.contract.file` reads the file.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from warehouse.contract.datetimes.calendar_names import CENTURY, ENGLISH
from warehouse.contract.datetimes.number_formats import EPOCH_FORMATS
from warehouse.contract.meaning import LATER, meaning_of
from warehouse.errors import ContractError
from warehouse.input.compressed_streams import ExpansionLimit

ORIGIN_COLUMNS = ("source_batch", "source_file", "source_line")
"""Where a row came from, in the files of staged and clean rows: batch id, file name, line number (1 = first)."""

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")


def is_identifier(name: str) -> bool:
    """Whether `validate_identifier` takes a name."""
    return _IDENTIFIER.fullmatch(name) is not None


def validate_identifier(name: str) -> str:
    """Return a name that is safe as a Hive identifier and as an HDFS path component.

    Raises:
        ContractError: It is not lower-case ASCII letters, digits and underscores, starting with a letter.
    """
    if not is_identifier(name):
        raise ContractError(
            f"{name!r} is not a usable name",
            "use lower-case letters, digits and _, a letter first, 63 characters at most",
        )
    return name


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Name in Hive.
        source_name: Name in the header of the files.
        type: Hive SQL type in upper case, e.g. `SMALLINT` or `DECIMAL(12,4)`; `TIMESTAMP` is a wall clock.
        description: One sentence with the unit; the column comment in Hive.
        required: NULL is a broken rule.
        key: Part of the primary key.
        minimum: Smallest accepted value, inclusive; of a date or timestamp its ISO text.
        maximum: Largest accepted value, inclusive.
        pattern: Regular expression the whole text must match.
        values: The accepted values, empty for any.
        formats: Spark datetime patterns of a date or timestamp in the files, the first that fits counts; or one of
            `EPOCH_FORMATS`; `EXCEL_DAYS` may be among them; empty for ISO 8601 with a space.
        zoned: The text names its offset or zone; the value is the wall clock of the contract's time zone.
        source_zone: Zone of the wall clocks in the files; the value is the wall clock of the contract's time zone.
        pii: Personal data.
        other_source_names: Further names in the header; a file has the column under one of its names.
        pivot_year: The earliest year that two digits mean; the latest is 99 years later.
        locale: Language of the names of months and weekdays, by ISO 639.
        hour_24: A clock may say 24:00, which is 00:00 of the next day.
        trim: Blanks and tabs around values are removed; `None`: as the input format says.
        null_tokens: Texts that mean NULL in this column; `None`: as the input format says.
        transform: Spark SQL that computes the text from fields of the files; `None`: the field of `source_name` is it.
        reads: Names of the fields that it reads.
    """

    name: str
    source_name: str
    type: str
    description: str
    required: bool = False
    key: bool = False
    minimum: float | int | str | None = None
    maximum: float | int | str | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    zoned: bool = False
    source_zone: str | None = None
    pii: bool = False
    other_source_names: tuple[str, ...] = field(default=(), metadata=LATER)
    pivot_year: int = field(default=CENTURY, metadata=LATER)
    locale: str = field(default=ENGLISH, metadata=LATER)
    hour_24: bool = field(default=False, metadata=LATER)
    trim: bool | None = field(default=None, metadata=LATER)
    null_tokens: tuple[str, ...] | None = field(default=None, metadata=LATER)
    transform: str | None = field(default=None, metadata=LATER)
    reads: tuple[str, ...] = ()

    @property
    def source_names(self) -> tuple[str, ...]:
        """All names that it may have in a file."""
        return (self.source_name, *self.other_source_names)

    @property
    def epoch(self) -> str | None:
        """The format of a count since 1970, `None` when the text is not one."""
        return self.formats[0] if self.formats and self.formats[0] in EPOCH_FORMATS else None

    @property
    def is_instant(self) -> bool:
        """Whether its text means one instant, which the contract's time zone gives a wall clock."""
        return self.zoned or self.source_zone is not None or self.epoch is not None


@dataclass(frozen=True)
class RowRule:
    """A predicate across the columns of one row, in SQL.

    Attributes:
        name: Rule id is `row:<name>`.
        predicate: True or NULL keeps the row.
        description: Why.
    """

    name: str
    predicate: str
    description: str


MAX_RECORD_BYTES = 1024 * 1024
"""Bytes of the longest record that is parsed."""


@dataclass(frozen=True)
class InputFormat:
    """How the files of a dataset are written.

    Compression follows from the suffix, `.gz` or `.bz2`. A file that ends in `.parquet` is Parquet in a dataset of
    any kind, since it says itself how it is written.

    Attributes:
        kind: `csv`, `jsonl` (one JSON object a line), `lines` (one regular expression a line) or `parquet`.
        delimiter: One character.
        quote: One character.
        escape: Character before a quote, or itself, inside quotes; `None`: a quote inside is doubled.
        header: The first line of every file names its columns.
        null_tokens: Texts that mean NULL; in CSV the empty field always does.
        encoding: `utf-8`, or a codec of one byte a character that extends ASCII.
        decimal_separator: `.` or `,`.
        thousands_separator: Between groups of three digits, `None`: no groups.
        comment: Lines that begin with this character are not rows.
        skip_lines: Title lines before the header.
        quoted_newlines: A quoted field may hold line ends.
        ignore_unknown: Columns of a file that the contract does not know are left out; else the file is refused.
        trim: Blanks and tabs around values, and around names in a header, are removed.
        pattern: Regular expression of a whole line, whose groups are the columns; of `lines` only.
    """

    kind: str = "csv"
    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    header: bool = True
    null_tokens: tuple[str, ...] = ()
    encoding: str = "utf-8"
    decimal_separator: str = "."
    thousands_separator: str | None = None
    comment: str | None = None
    skip_lines: int = 0
    quoted_newlines: bool = False
    ignore_unknown: bool = False
    trim: bool = field(default=False, metadata=LATER)
    pattern: str | None = field(default=None, metadata=LATER)

    @property
    def header_lines(self) -> int:
        """Lines at the start of a text file that are not rows."""
        return self.skip_lines + int(self.kind == "csv" and self.header)


@dataclass(frozen=True)
class Mart:
    """An aggregate table, one row per grain per quarter.

    Attributes:
        name: Table name, and the name of its SQL file.
        description: Comment of the table.
        columns: Columns besides the partition key, in order.
    """

    name: str
    description: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class DriftLimit:
    """How far a quarter that is published again may be from what was published before.

    Attributes:
        limit: Largest accepted change, as a share of what was there before.
        table: `clean` or a mart.
        column: Whose sum is compared; `None`: the number of rows.
    """

    limit: float
    table: str = "clean"
    column: str | None = None


@dataclass(frozen=True)
class Contract:
    """What a dataset's rows look like and what is made of them.

    Attributes:
        dataset: Name; also the Hive database that readers use.
        description: One sentence.
        columns: Columns in the order of the published table.
        event_time: Column whose quarter is the row's partition.
        input_format: How files are written.
        row_rules: Predicates across columns.
        reject_threshold: Largest accepted share of quarantined rows in a batch, 0 to 1.
        marts: Aggregates, in order of building.
        path: The file this was read from.
        time_zone: Zone of the wall clocks that columns with `is_instant` are published in; `None` without such.
        version: Column whose greatest value wins among rows with one key; `None`: the row that arrived last.
        drift_limits: How far a quarter may be from the live release.
        lateness: After its end a quarter is complete when this has passed.
        superseded_threshold: Largest accepted share of rows that new batches supersede, 0 to 1; `None`: any.
        expansion_limit: How much may come out of a compressed file.
        text: What stands in the file.
    """

    dataset: str
    description: str
    columns: tuple[Column, ...]
    event_time: str
    input_format: InputFormat
    row_rules: tuple[RowRule, ...]
    reject_threshold: float
    marts: tuple[Mart, ...]
    path: Path
    time_zone: str | None = None
    version: str | None = None
    drift_limits: tuple[DriftLimit, ...] = ()
    lateness: timedelta = timedelta()
    superseded_threshold: float | None = None
    expansion_limit: ExpansionLimit = field(default_factory=ExpansionLimit)
    text: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the primary key's columns; empty: every row is its own."""
        return tuple(column.name for column in self.columns if column.key)

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            ContractError: There is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise ContractError(f"{self.path}: no column {name!r}")

    def mart(self, name: str) -> Mart:
        """The mart of that name.

        Raises:
            ContractError: There is none.
        """
        for mart in self.marts:
            if mart.name == name:
                return mart
        raise ContractError(f"{self.path}: no mart {name!r}")

    @property
    def meaning(self) -> dict[str, Any]:
        """All that decides how rows are read, checked and keyed, as JSON holds it.

        Descriptions, marts and the limits of a release are left out: changing them re-reads nothing.
        """
        meaning = {
            "columns": [meaning_of(column) for column in self.columns],
            "event_time": self.event_time,
            "input_format": meaning_of(self.input_format),
            "row_rules": [{"name": r.name, "predicate": r.predicate} for r in self.row_rules],
            "time_zone": self.time_zone,
            "version": self.version,
        }
        found: dict[str, Any] = json.loads(json.dumps(meaning))
        return found

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change with `meaning`."""
        return hashlib.sha256(json.dumps(self.meaning, sort_keys=True).encode()).hexdigest()[:16]
