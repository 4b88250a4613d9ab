"""The records of a sample as rows of texts, from CSV or a log."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from drafting.datetimes.patterns import is_moment
from drafting.reading.dialect import (
    FieldSplitter,
    cuts_all,
    guess_dialect,
    has_header,
    has_open_quote,
    joined,
    usual_width,
)
from drafting.reading.log_formats import LogFormat, log_format
from drafting.reading.source import ILLEGIBLE, Ends, Lines, read_ends, shortened, split_at_lf, split_lines
from warehouse.contract.column import MAX_NAME_LENGTH
from warehouse.contract.file import MAX_COLUMNS
from warehouse.contract.model import MAX_RECORD_BYTES, InputFormat
from warehouse.errors import EmptyFileError, InputFileError
from warehouse.input.input_path import InputPath

_SHOWN_NAME = 60
_NAMED_CSV = {".csv", ".tsv"}
_TRIED_BYTES = 256 * 1024
_MILLISECONDS = re.compile(r"(:\d\d),(\d{3})\b")


@dataclass(frozen=True)
class Records:
    """Rows of a file.

    Attributes:
        path: The file.
        form: How the file is written; of its null tokens and separators nothing is known yet.
        names: Names of the columns in the file, empty texts where it has none.
        rows: Fields of each row; an empty field is an empty text or `None`.
        broken: Records that are not rows: another number of fields, loose quotes, bytes that cannot be decoded.
        whole: The sample is the whole file.
        named_from: Line of the header, 0 when there is none.
        nested: Places of the columns that hold nested JSON.
        first: Number of rows from the beginning of the file, the others are its last; `None`: all are.
        types: DuckDB types of a Parquet file's columns, empty for text.
    """

    path: InputPath
    form: InputFormat
    names: list[str]
    rows: list[list[str | None]]
    broken: int
    whole: bool
    named_from: int = 0
    nested: frozenset[int] = frozenset()
    first: int | None = None
    types: tuple[str, ...] = ()


def read_csv(path: InputPath, files: int = 1, known: Mapping[str, Any] | None = None) -> Records:
    """Read a sample of delimited text.

    Args:
        path: The file.
        files: Number of files in the sample.
        known: Attributes of the format that other files of the sample told.

    Raises:
        EmptyFileError: It has no rows.
        InputFileError: It is not such a text.
    """
    known = known or {}
    ends = read_ends(path, files)
    lines = split_lines(ends, files, known.get("encoding"))
    guessed, width = guess_dialect(lines.texts)
    form = replace(guessed, encoding=lines.encoding) if not known else replace(guessed, **known)
    width = usual_width(form, lines.texts) if known else width
    check_width(path, width)
    lines = shortened(lines, width, files)
    rows, broken = _split(lines.texts[form.skip_lines :], form, width)
    multiline = _multiline(ends, lines, form, files)
    if multiline is not None:
        many, many_broken = _split(multiline.texts, form, width)
        # Two quotes that are never closed make one record of all lines between them: fewer broken ones, and rows lost.
        if len(many) > len(rows) or (many_broken < broken and len(many) == len(rows)):
            form = _with_quoted_newlines(path, form, multiline.texts)
            rows, broken, lines = many, many_broken, multiline
    found = _named(path, form, rows, broken, lines)
    return found if form.quoted_newlines else _with_last(found, lines.last, width)


def _with_last(records: Records, last: Sequence[str], width: int) -> Records:
    """The records and those of the last lines."""
    rows, broken = _split(last, records.form, width)
    later: list[list[str | None]] = [list(row) for row in rows]
    return replace(records, rows=[*records.rows, *later], broken=records.broken + broken, first=len(records.rows))


def read_log(path: InputPath, files: int = 1) -> Records | None:
    """Read a sample of a log; `None` when its lines are of no known format, or are CSV.

    Args:
        path: The file.
        files: Number of files in the sample.

    Raises:
        EmptyFileError: It has no lines.
        InputFileError: It is not text.
    """
    # `load` takes a file by its name.
    if _NAMED_CSV & {suffix.lower() for suffix in path.suffixes}:
        return None
    ends = read_ends(path, files)
    log = _log_format(ends)
    if log is None:
        return None
    lines = split_lines(ends, files)
    first, last = ([_groups(line, log) for line in part if line] for part in (lines.texts, lines.last))
    rows = [groups for groups in (*first, *last) if groups is not None]
    return Records(
        path, InputFormat(kind="lines", header=False, encoding=lines.encoding, pattern=log.pattern),
        list(log.shape.groupindex), rows, len(first) + len(last) - len(rows), lines.whole,
        first=sum(groups is not None for groups in first),
    )  # fmt: skip


def _log_format(ends: Ends) -> LogFormat | None:
    tried = Ends(ends.head[:_TRIED_BYTES], b"", ends.whole and len(ends.head) <= _TRIED_BYTES)
    lines = [line for line in split_lines(tried).texts if line]
    log = log_format(lines)
    # Every line of a log has the comma before milliseconds, and may have one and the same message.
    heads = [_MILLISECONDS.sub(r"\1.\2", log.head(line)) for line in lines] if log else []
    return None if cuts_all(heads) else log


def _groups(line: str, log: LogFormat) -> list[str | None] | None:
    readable = ILLEGIBLE not in line and not is_too_long(line, log.max_bytes)
    found = log.shape.fullmatch(line) if readable else None
    return list(found.groups()) if found else None


def check_names(path: InputPath, names: Sequence[str]) -> None:
    """Refuse names that no contract can hold.

    Raises:
        InputFileError: One appears twice, whatever the case, or is not a line of text.
    """
    doubled = [name for name, times in Counter(name.lower() for name in names if name).items() if times > 1]
    if doubled:
        raise InputFileError(f"{path}: a column appears twice: {_shown(doubled[0])}; case is ignored")
    for name in names:
        if len(name) > MAX_NAME_LENGTH or any(character in name for character in "\r\n\0") or ILLEGIBLE in name:
            raise InputFileError(
                f"{path}: {_shown(name)} cannot be the name of a column: it must be one readable line, not too long"
            )
        if any("\ud800" <= character <= "\udfff" for character in name):
            raise InputFileError(f"{path}: {_shown(name)} cannot be the name of a column: it is not valid Unicode")


def _shown(name: str) -> str:
    return ascii(name if len(name) <= _SHOWN_NAME else name[:_SHOWN_NAME] + "...")


def check_width(path: InputPath, width: int) -> None:
    """Refuse a file with more columns than a table may have, or with none.

    Raises:
        InputFileError: It has too many or none.
    """
    if width > MAX_COLUMNS:
        raise InputFileError(f"{path} has {width:,} columns, but at most {MAX_COLUMNS:,} are allowed")
    if width == 0:
        raise InputFileError(f"{path} has no columns")


def _split(records: Sequence[str], form: InputFormat, width: int) -> tuple[list[list[str]], int]:
    """Fields of the records that split into `width` of them, the first first; and the number of the others."""
    splitter, rows, broken = FieldSplitter(form), list[list[str]](), 0
    for record in records:
        if not record or (form.comment and record.startswith(form.comment)):
            continue
        fields = splitter.split(record) if ILLEGIBLE not in record and not is_too_long(record) else None
        if fields is not None and len(fields) == width:
            rows.append(fields)
        else:
            broken += 1
    return rows, broken


def _multiline(ends: Ends, lines: Lines, form: InputFormat, files: int) -> Lines | None:
    """The records, if quoted fields go on over line ends."""
    if not has_open_quote(lines.texts, form):
        return None
    cut = split_at_lf(ends, lines.encoding, files)
    return replace(cut, texts=list(joined(cut.texts, form)))


def _with_quoted_newlines(path: InputPath, form: InputFormat, records: Sequence[str]) -> InputFormat:
    # A line that looks like a comment may be part of a quoted text.
    if form.comment and not any(record.startswith(form.comment) for record in records):
        form = replace(form, comment=None)
    if form.skip_lines or form.comment:
        raise InputFileError(
            f"{path} has line ends inside quotes and also title or comment lines",
            "remove the titles and comments, e.g. with tail -n +3",
        )
    return replace(form, quoted_newlines=True)


def _named(path: InputPath, form: InputFormat, rows: list[list[str]], broken: int, lines: Lines) -> Records:
    header = len(rows) > 1 and has_header(rows[0], rows[1:])
    named_from = form.skip_lines + 1 if header else 0
    names, rows = (rows[0], rows[1:]) if header else ([""] * len(rows[0]) if rows else [], rows)
    if len(rows) < 1 or (len(rows) == 1 and not header and broken == 0 and not _has_values(rows[0])):
        told = ": no line splits into fields, or quotes stand inside fields" if broken else " below its header"
        raise (InputFileError if broken else EmptyFileError)(f"{path} has no rows{told}")
    check_names(path, names)
    if header and "" in (name.strip() for name in names):
        # A contract cannot name such a column: its header counts as a title line, and columns go by their places.
        if form.quoted_newlines:
            raise InputFileError(f"{path}: a column has no name, and quoted fields hold line ends", "name the column")
        form = replace(form, header=False, skip_lines=form.skip_lines + 1)
    elif not header:
        form = replace(form, header=False)
    typed: list[list[str | None]] = [list(row) for row in rows]
    return Records(path, form, [name.strip() and name for name in names], typed, broken, lines.whole, named_from)


def _has_values(row: Sequence[str]) -> bool:
    return any(is_moment(text) for text in row)


def is_too_long(record: str, max_bytes: int = MAX_RECORD_BYTES) -> bool:
    """Whether a record is longer than what is parsed."""
    return 4 * len(record) > max_bytes and len(record.encode()) > max_bytes
