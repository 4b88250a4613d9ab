"""Types of expressions, with what keeps a random expression within the digits that both engines have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

Name = Literal["int", "dec", "dbl", "str", "bool", "date", "ts"]


@dataclass(frozen=True)
class Kind:
    """A type.

    Attributes:
        name: Which.
        whole: Of `int` and `dec`: digits before the point at most.
        scale: Of `dec`: digits behind it.
    """

    name: Name
    whole: int = 0
    scale: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether both engines give the same value to the last digit."""
        return self.name != "dbl"


@dataclass(frozen=True)
class Value:
    """An expression and its type."""

    tree: exp.Expression
    kind: Kind


Scope = Sequence[Value]
"""Columns that an expression may have."""

MAX_WHOLE = 15
"""More digits before the point might be more than an engine has after the next operation."""

TEXT, BOOL, DATE, MOMENT, DOUBLE = (Kind(name) for name in ("str", "bool", "date", "ts", "dbl"))


def kind_of(hive_type: str) -> Kind:
    """Type of a column."""
    if hive_type.startswith("DECIMAL("):
        precision, scale = map(int, hive_type.removeprefix("DECIMAL(").rstrip(")").split(","))
        return Kind("dec", precision - scale, scale)
    digits = {"TINYINT": 3, "SMALLINT": 5, "INT": 10, "BIGINT": 19}
    if hive_type in digits:
        return Kind("int", digits[hive_type])
    others: dict[str, Kind] = {
        "STRING": TEXT,
        "BOOLEAN": BOOL,
        "DATE": DATE,
        "TIMESTAMP": MOMENT,
        "DOUBLE": DOUBLE,
    }
    return others[hive_type]
