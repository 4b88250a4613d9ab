"""What of a contract decides how rows are read: the part that its fingerprint is of."""

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warehouse.contract.model import Column, InputFormat

_MEANINGLESS = {"description", "pii", "reads"}
# A contract that does not use what came later keeps its fingerprint, so nothing is read again.
_ADDED = {
    "Column": {"other_source_names", "pivot_year", "locale", "trim", "transform"},
    "InputFormat": {"trim", "pattern"},
}


def meaning_of(item: "Column | InputFormat") -> dict[str, Any]:
    """The attributes that change what is read, without those that came later and are not used."""
    added = _ADDED[type(item).__name__]
    unused = {known.name for known in fields(item) if getattr(item, known.name) == known.default} & added
    return {name: value for name, value in asdict(item).items() if name not in _MEANINGLESS | unused}
