"""Names of columns: from whatever a file has to identifiers of Hive."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from warehouse.contract.file import RESERVED_COLUMNS

LONGEST = 63
"""Characters of an identifier."""

_LETTERS = str.maketrans({"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "œ": "oe", "ł": "l", "Ł": "l",
                          "đ": "d", "ð": "d", "þ": "th", "ı": "i", "%": " percent ", "#": " number "})  # fmt: skip
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")


def identifiers(names: Sequence[str], reserved: Iterable[str] = RESERVED_COLUMNS) -> list[str]:
    """An identifier for each name, all different.

    Args:
        names: Names as in the file; one without a usable letter or digit becomes `column_<place>`.
        reserved: Identifiers that must not be given.
    """
    taken, found = set(reserved), list[str]()
    # A column without a name goes by its identifier, which then must be no other column's name.
    unnamed = taken | {name.lower() for name in names}
    for place, name in enumerate(names, 1):
        free = unique(_identifier(name), taken) if _identifier(name) else unique(f"column_{place}", taken | unnamed)
        taken.add(free)
        found.append(free)
    return found


def unique(name: str, taken: set[str]) -> str:
    """The name, cut to `LONGEST`, with the first number after it that makes it a new one."""
    free, number = name[:LONGEST].rstrip("_"), 2
    while free in taken:
        ending = f"_{number}"
        free, number = name[: LONGEST - len(ending)] + ending, number + 1
    return free


def field(source_name: str) -> str:
    """The name of a file's column in a `transformLogic`."""
    return "`" + source_name.replace("`", "``") + "`"


def words(identifier: str) -> set[str]:
    """The words of an identifier."""
    return set(identifier.split("_"))


def _identifier(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode()
    # A plural of capitals is one word: IDs.
    separated = _WORDS.sub("_", re.sub(r"([A-Z]{2,})s\b", r"\1", plain))
    lower = _OTHER.sub("_", separated.lower()).strip("_")
    return f"c_{lower}" if lower[:1].isdigit() else lower
