"""The records of a sample as rows of texts, from JSON lines."""

import json
from typing import Any

from drafting.reading.records import Records, check_names, check_width, is_too_long
from drafting.reading.source import ILLEGIBLE, read_ends, split_lines
from warehouse.contract.model import InputFormat
from warehouse.errors import InputFileError
from warehouse.input.input_path import InputPath

_MAX_DIGITS = 4000
"""Python makes no number of many more."""


def read_json(path: InputPath, files: int = 1) -> Records:
    """Read a sample of JSON lines; a number keeps its digits, a nested value its text.

    Args:
        path: The file.
        files: Number of files in the sample.

    Raises:
        EmptyFileError: It has no lines.
        InputFileError: It has no objects, one a line.
    """
    lines = split_lines(read_ends(path, files), files)
    first, last = ([_json_object(line) for line in part if line] for part in (lines.texts, lines.last))
    found = [*first, *last]
    objects = [item for item in found if item is not None]
    if 2 * len(objects) < len(found) or not objects:
        raise InputFileError(f"{path}: expected one JSON object per line; jq -c '.[]' converts a list")
    names = list({name: None for item in objects for name in item})
    check_width(path, len(names))
    rows = [[_json_text(item.get(name)) for name in names] for item in objects]
    nested = {name for item in objects for name, value in item.items() if isinstance(value, dict | list)}
    check_names(path, names)
    if any(not name.strip() for name in names):
        raise InputFileError(f"{path}: an empty key cannot be the name of a column")
    return Records(
        path, InputFormat(kind="jsonl", header=False), names, rows, len(found) - len(objects), lines.whole,
        nested=frozenset(names.index(name) for name in nested), first=sum(item is not None for item in first),
    )  # fmt: skip


def _json_object(line: str) -> dict[str, Any] | None:
    if ILLEGIBLE in line or is_too_long(line):
        return None
    try:
        found = json.loads(
            line, parse_int=_whole, parse_float=str, parse_constant=_refuse, object_pairs_hook=_without_doubles
        )
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


class _Whole(int):
    """A whole number with the digits that it is written with; in an object or a list it stays a number."""

    text: str


def _whole(text: str) -> _Whole | str:
    if len(text) > _MAX_DIGITS:
        return text
    number = _Whole(text)
    number.text = text
    return number


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key appears twice")
    return found


def _json_text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, _Whole):
        return value.text
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value  # type: ignore[return-value]
