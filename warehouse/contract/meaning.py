"""What of a contract decides how rows are read: the part that its fingerprint is of."""

from dataclasses import asdict, fields
from typing import Any

LATER = {"later": True}
"""Metadata of a field that came later. A contract without it keeps its fingerprint, so nothing is read again."""

_MEANINGLESS = {"description", "pii", "reads"}


def meaning_of(item: Any) -> dict[str, Any]:
    """The attributes of a column or an input format that change what is read, but not unused `LATER` ones."""
    later = [known for known in fields(item) if known.metadata == LATER]
    unused = {known.name for known in later if getattr(item, known.name) == known.default}
    return {name: value for name, value in asdict(item).items() if name not in _MEANINGLESS | unused}
