"""The records of several files, read by the one format that a contract has for all of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from drafting.reading.json_records import read_json
from drafting.reading.parquet_records import read_parquet
from drafting.reading.records import Records, read_csv, read_log
from warehouse.contract.model import InputFormat
from warehouse.errors import EmptyFileError, InputFileError
from warehouse.input.input_path import InputPath

_TOLD_BY_SOME = ("quote", "escape", "comment", "quoted_newlines", "encoding")
"""Attributes of a format that a file need not show: another one of the sample may."""

_TOLD_BY_ALL = ("delimiter", "header", "skip_lines")

_TOLD_BY_LOGS = ("kind", "pattern")


def read_files(kind: str, paths: Sequence[InputPath]) -> tuple[list[Records], list[str]]:
    """Read files of one kind.

    Returns:
        Records of the files that have rows, and the names of those without.

    Raises:
        EmptyFileError: None has rows.
        InputFileError: One cannot be read, or two are written differently; names them.
    """
    read: Callable[[InputPath, int], Records] = {"csv": _read_text, "jsonl": read_json, "parquet": read_parquet}[kind]
    found, empty = list[Records](), dict[str, EmptyFileError]()
    for path in paths:
        try:
            found.append(read(path, len(paths)))
        except EmptyFileError as problem:
            empty[path.name] = problem
    if not found:
        raise next(iter(empty.values()))
    return _read_alike(found, len(paths)), list(empty)


def _read_text(path: InputPath, files: int) -> Records:
    return read_log(path, files) or read_csv(path, files)


def _read_alike(found: Sequence[Records], files: int) -> list[Records]:
    for records in found[1:]:
        for name in _TOLD_BY_LOGS:
            if getattr(found[0].form, name) != getattr(records.form, name):
                raise _differ(found[0], records, name)
    kind = found[0].form.kind
    if kind == "lines":
        return _in_one_encoding(found)
    return _as_csv(found, files) if kind == "csv" else list(found)


def _in_one_encoding(found: Sequence[Records]) -> list[Records]:
    """The records of logs, of which those in ASCII are of every encoding."""
    told = [records for records in found if _has_letters(records)]
    for records in told[1:]:
        if records.form.encoding != told[0].form.encoding:
            raise _differ(told[0], records, "encoding")
    form = told[0].form if told else found[0].form
    return [replace(records, form=form) for records in found]


def _has_letters(records: Records) -> bool:
    """Whether characters beyond ASCII are in its rows."""
    return any(not (text or "").isascii() for row in records.rows for text in row)


def _as_csv(found: Sequence[Records], files: int) -> list[Records]:
    telling = _telling(found)
    alike = [_as_told(records, files, telling) for records in found]
    for records in alike[1:]:
        _check_alike(alike[0], records)
    return alike


def _telling(found: Sequence[Records]) -> dict[str, Records]:
    """A file that tells an attribute of the format which others do not show, by attribute."""
    telling, default = dict[str, Records](), InputFormat()
    for name in _TOLD_BY_SOME:
        values = {getattr(records.form, name): records for records in found}
        told = [value for value in values if value != getattr(default, name)]
        if len(told) > 1:
            raise _differ(values[told[0]], values[told[1]], name)
        if len(values) > 1:
            telling[name] = values[told[0]]
    return telling


def _as_told(records: Records, files: int, telling: dict[str, Records]) -> Records:
    """The records by the common format; a file that tells another one has fewer then, or letters that are others."""
    known = {name: getattr(other.form, name) for name, other in telling.items()}
    wrong = [name for name, value in known.items() if getattr(records.form, name) != value]
    if not wrong:
        return records
    found = read_csv(records.path, files, known)
    has_letters = _has_letters(records)
    if len(found.rows) < len(records.rows) or (has_letters and "encoding" in wrong):
        name = "encoding" if has_letters and "encoding" in wrong else wrong[0]
        raise _differ(records, telling[name], name)
    return found


def _check_alike(one: Records, other: Records) -> None:
    for name in _TOLD_BY_ALL:
        if getattr(one.form, name) != getattr(other.form, name):
            raise _differ(one, other, name)
    if not one.form.header and one.names != other.names and any(one.names):
        raise InputFileError(f"{one.path} and {other.path} have columns without names, and the others differ")
    if not one.form.header and len(one.names) != len(other.names):
        raise InputFileError(
            f"{one.path} has {len(one.names):,} columns and {other.path} has {len(other.names):,}: without names in a "
            "header nothing tells which is missing"
        )


def _differ(one: Records, other: Records, name: str) -> InputFileError:
    values = [getattr(records.form, name) for records in (one, other)]
    paths = f"{one.path} ({name} {values[0]!r}) and {other.path} ({name} {values[1]!r})"
    return InputFileError(f"{paths} are written differently", "name files that are written alike")
