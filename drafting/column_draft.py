"""What is proposed for the columns of a file, and what speaks for it."""

import re
from dataclasses import dataclass, field

from drafting.reading.renames import HeldColumn
from warehouse.contract.model import InputFormat

_PERSONAL = re.compile(r"(^|_)(e?mail|phone|mobile|ssn|passport|birth\w*|dob|address|street|surname|iban|ip)(_|$)|"
                       r"(first|last|full|user|customer|patient|person)_?name")  # fmt: skip


@dataclass(frozen=True)
class ColumnDraft:
    """A proposed column and what speaks for it.

    Attributes:
        name: Identifier.
        source_name: Name in the file, `None` when it has none.
        type: Hive type.
        nulls: Rows without a value, null tokens included.
        values: Rows with one.
        fitting: Values that fit the type; the others would be quarantined.
        distinct: Different values.
        formats: Java patterns of a date or timestamp.
        zoned: They have an offset.
        least: Smallest value as written.
        most: Greatest.
        examples: A few values.
        tokens: Null tokens with the number of rows that have them.
        notes: Sentences for the comments.
        doubts: What may be wrong: sentences for the comments and for the user.
        may_lack: A number may mean that there is no value, so it is not required.
        required: No NULL is accepted.
        key: The primary key.
        held: Its names and places in the files of the sample.
        properties: Custom properties in the contract beside other formats, name and value.
        transform: `transformLogic` of a column that the file does not have.
    """

    name: str
    source_name: str | None
    type: str
    nulls: int
    values: int
    fitting: int
    distinct: int
    formats: tuple[str, ...] = ()
    zoned: bool = False
    least: str | None = None
    most: str | None = None
    examples: tuple[str, ...] = ()
    tokens: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    may_lack: bool = False
    required: bool = False
    key: bool = False
    held: HeldColumn | None = None
    properties: tuple[tuple[str, str], ...] = ()
    transform: str | None = None

    @property
    def is_personal(self) -> bool:
        """Its name sounds like personal data."""
        return _PERSONAL.search(self.name) is not None

    @property
    def share(self) -> float:
        """Share of values that fit, 0 to 1."""
        return self.fitting / self.values if self.values else 1.0


@dataclass(frozen=True)
class Guess:
    """Proposals for a whole file.

    Attributes:
        columns: Columns in the order of the file.
        form: Input format with null tokens and separators.
        unsure: What may be wrong, a sentence each.
        version: Name of the column whose greatest value wins among rows of one key; `None`: the last row wins.
        resent: Rows that repeat the key of another, since they were sent again.
        key_notes: What speaks for the key, or against one, a sentence each.
    """

    columns: tuple[ColumnDraft, ...]
    form: InputFormat
    unsure: tuple[str, ...]
    version: str | None = None
    resent: int = 0
    key_notes: tuple[str, ...] = ()
