"""Compares the first line of a file with the contract."""

import codecs
import csv
import re
from collections import Counter
from pathlib import Path

from warehouse.contract import Contract
from warehouse.errors import InputFileError

_LINE_END = re.compile(rb"[\r\n]")
_SHOWN_CHARACTERS = 200


def check_header(path: Path, start: bytes, contract: Contract) -> None:
    """Refuse a file whose columns are not those of the contract, in that order.

    Args:
        path: The file, for the message.
        start: Its first bytes, uncompressed; the whole file if there is no line end in them.
        contract: What the columns must be.

    Raises:
        InputFileError: The header is missing, unreadable or different; names what differs.
    """
    if start.startswith(codecs.BOM_UTF8):
        raise InputFileError(f"{path}: starts with a byte order mark; save it as UTF-8 without BOM")
    if not contract.input_format.header:
        return
    expected = [column.source_name for column in contract.columns]
    found = _columns(path, _LINE_END.split(start, maxsplit=1)[0], contract)
    if found != expected:
        raise InputFileError(
            f"{path}: header does not fit {contract.path}: {_difference(expected, found)}; "
            f"expected {_shown(','.join(expected))}, found {_shown(','.join(found))}"
        )


def _columns(path: Path, line: bytes, contract: Contract) -> list[str]:
    form = contract.input_format
    try:
        text = line.decode("utf-8")
        return next(csv.reader([text], delimiter=form.delimiter, quotechar=form.quote, strict=True), [])
    except (UnicodeDecodeError, csv.Error) as problem:
        raise InputFileError(f"{path}: the first line is not a CSV header in UTF-8: {problem}") from problem


def _difference(expected: list[str], found: list[str]) -> str:
    missing = list((Counter(expected) - Counter(found)).elements())
    extra = list((Counter(found) - Counter(expected)).elements())
    named = (("missing", missing), ("unknown", extra))
    parts = [f"{word} {_shown(', '.join(names))}" for word, names in named if names]
    if not parts:
        moved = [
            f"{name} is column {found.index(name) + 1}, expected {place}"
            for place, name in enumerate(expected, start=1)
            if found[place - 1] != name
        ]
        parts.append(f"another order: {_shown('; '.join(moved))}")
    return ", ".join(parts)


def _shown(text: str) -> str:
    # A binary file has a first line too, and it may be long.
    short = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return repr(short)
