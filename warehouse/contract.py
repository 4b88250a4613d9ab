"""The contract of a dataset: columns, types, key, rules, event time, marts.

The words are those of the Open Data Contract Standard; `warehouse.contract_file` reads the file.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from warehouse.errors import ContractError

ORIGIN_COLUMNS = ("source_batch", "source_file", "source_line")
"""Where a row came from, in the files of staged and clean rows: batch id, file name, line number (1 = first)."""

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")


def validate_identifier(name: str) -> str:
    """Return a name that is safe as a Hive identifier and as an HDFS path component.

    Raises:
        ContractError: It is not lower-case ASCII letters, digits and underscores, starting with a letter.
    """
    if not _IDENTIFIER.fullmatch(name):
        raise ContractError(
            f"{name!r} is not a usable name: lower-case letters, digits and _, a letter first, 63 characters at most"
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
        minimum: Smallest accepted value, inclusive.
        maximum: Largest accepted value, inclusive.
        pattern: Regular expression the whole text must match.
        values: The accepted values, empty for any.
        format: Spark datetime pattern of a date or timestamp in the files.
        pii: Personal data.
    """

    name: str
    source_name: str
    type: str
    description: str
    required: bool = False
    key: bool = False
    minimum: float | int | None = None
    maximum: float | int | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    format: str | None = None
    pii: bool = False


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


@dataclass(frozen=True)
class InputFormat:
    """How the files of a dataset are written. Compression follows from the file's suffix.

    Attributes:
        kind: `csv`.
        delimiter: One character.
        quote: One character.
        header: The first line of every file names the columns.
        null_tokens: Texts that mean NULL; the empty field always does.
    """

    kind: str = "csv"
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    null_tokens: tuple[str, ...] = ()


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
class Contract:
    """What a dataset's rows look like and what is made of them.

    Attributes:
        dataset: Name; also the Hive database that readers use.
        description: One sentence.
        columns: In the order of the published table.
        event_time: Column whose quarter is the row's partition.
        input_format: How files are written.
        row_rules: Predicates across columns.
        reject_threshold: Largest accepted share of quarantined rows in a batch, 0 to 1.
        marts: Aggregates, in order of building.
        path: The file this was read from.
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
    def fingerprint(self) -> str:
        """16 hex digits that change when rows would be read, checked or keyed differently.

        Descriptions and marts are left out: changing a comment re-reads nothing.
        """
        meaning = {
            "columns": [{k: v for k, v in asdict(c).items() if k not in ("description", "pii")} for c in self.columns],
            "event_time": self.event_time,
            "input_format": asdict(self.input_format),
            "row_rules": [{"name": r.name, "predicate": r.predicate} for r in self.row_rules],
        }
        return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()[:16]
