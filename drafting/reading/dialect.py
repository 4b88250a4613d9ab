"""How a CSV file is written: delimiter, quote, escape, title lines, comments, header; found by trying."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from drafting.datetimes.patterns import is_moment
from warehouse.contract.csv_quoting import ends_open, well_quoted
from warehouse.contract.model import InputFormat

MAX_FIELD_LENGTH = 4 * 1024 * 1024
"""Characters; Python's own limit is lower than Spark's."""

_DELIMITERS = ("\t", ";", "|", ",", "^", "~", "\x01")
"""The first of two that cut alike is it: a comma may be in numbers and texts."""

_COMMENTS = ("#", "%", "!")
_TRIED_LINES = 1000
_UNUSED_QUOTE = "\x02"
_MOSTLY = 0.9
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?")


class FieldSplitter:
    """Cuts a record into fields, as strictly as `spark.reading.fields` does."""

    def __init__(self, form: InputFormat) -> None:
        """Prepare for files of one format."""
        self._form = form
        self._well_quoted = re.compile(well_quoted(form))

    def split(self, record: str) -> list[str] | None:
        """The fields, `None` when a quote stands where none may."""
        form = self._form
        if form.quote not in record:
            return record.split(form.delimiter)
        if not self._well_quoted.match(record):
            return None
        escape = None if form.escape == form.quote else form.escape
        # As one piece: csv would end a record at the line end of an unquoted field.
        reader = csv.reader(
            [record], delimiter=form.delimiter, quotechar=form.quote, escapechar=escape, doublequote=escape is None
        )
        # The limit is one for the whole process, and others count on theirs.
        kept = csv.field_size_limit(MAX_FIELD_LENGTH)
        try:
            return next(reader, [])
        except csv.Error:
            return None
        finally:
            csv.field_size_limit(kept)


def guess_dialect(lines: Sequence[str]) -> tuple[InputFormat, int]:
    """Find delimiter, quote, escape, title and comment lines.

    Args:
        lines: Lines from the first of the file on.

    Returns:
        The format, `header` still as by default; and the number of fields of a record.
    """
    form, width = _delimited(lines)
    skipped = _title_lines(form, width, lines)
    form = replace(form, skip_lines=skipped)
    return replace(form, comment=_comment(form, width, lines[skipped:])), width


def cuts_all(lines: Sequence[str]) -> bool:
    """Whether a delimiter cuts all lines into the same number of fields, 2 or more, none with a quote inside."""
    splitters = (FieldSplitter(InputFormat(delimiter=delimiter)) for delimiter in _DELIMITERS)
    widths = ({len(splitter.split(line) or []) for line in lines} for splitter in splitters)
    return any(len(found) == 1 and min(found) > 1 for found in widths)


def has_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first record names the columns: it holds no date where the rows below do, or else no number."""
    # Years head columns of numbers; a first row may lack a date or two.
    for fits, enough in ((is_moment, all), (_is_number, any)):
        typed = [place for place in range(len(first)) if _is_typed(place, rows, fits)]
        named = [not fits(first[place]) for place in typed if first[place]]
        if named:
            return enough(named)
    return True


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _is_typed(place: int, rows: Sequence[Sequence[str]], fits: object) -> bool:
    values = [row[place] for row in rows[:_TRIED_LINES] if row[place]]
    return bool(values) and callable(fits) and sum(map(fits, values)) >= _MOSTLY * len(values)


def _delimited(lines: Sequence[str]) -> tuple[InputFormat, int]:
    """The delimiter that cuts most lines into the same number of fields, 2 or more; and that number."""
    tried = [line for line in lines[: 2 * _TRIED_LINES] if line][:_TRIED_LINES]
    best, best_score = (_quoted(InputFormat(), lines), 1), (0.0, 0)
    for delimiter in _DELIMITERS:
        if not any(delimiter in line for line in tried):
            continue
        form = _escaped(_quoted(InputFormat(delimiter=delimiter), lines), tried)
        width, share = _usual_width(form, tried)
        if width > 1 and (share, width) > best_score:
            best, best_score = (form, width), (share, width)
    return best


def usual_width(form: InputFormat, lines: Sequence[str]) -> int:
    """The most frequent number of fields of a record."""
    return _usual_width(form, [line for line in lines[: 2 * _TRIED_LINES] if line][:_TRIED_LINES])[0]


def _usual_width(form: InputFormat, lines: Sequence[str]) -> tuple[int, float]:
    """The most frequent number of fields, and the share of records that have it."""
    records = list(joined(lines, form))
    # By lines too: one quote that is never closed makes the rest of a file one record.
    return max((_width(form, found) for found in (lines, records)), key=lambda found: (found[1], found[0]))


def _width(form: InputFormat, records: Sequence[str]) -> tuple[int, float]:
    splitter = FieldSplitter(form)
    widths = Counter(len(fields) for record in records if (fields := splitter.split(record)) is not None)
    width, times = max(widths.items(), key=lambda found: (found[1], found[0]), default=(1, 0))
    return width, times / max(len(records), 1)


def joined(lines: Iterable[str], form: InputFormat) -> Iterator[str]:
    """Records of lines, where a quoted field may hold line ends.

    Args:
        lines: Without their ends.
        form: Delimiter, quote and escape.
    """
    closed, opened = (re.compile(ends_open(form, begins_open=begins)) for begins in (False, True))
    parts, is_open = list[str](), False
    for line in lines:
        parts.append(line)
        if form.quote in line:
            is_open = bool((opened if is_open else closed).match(line))
        if not is_open:
            yield "\n".join(parts).removesuffix("\r")
            parts = []
    if parts:
        yield "\n".join(parts)


def has_open_quote(lines: Iterable[str], form: InputFormat) -> bool:
    """Whether a line ends inside quotes."""
    closed = re.compile(ends_open(form, begins_open=False))
    return any(form.quote in line and closed.match(line) for line in lines)


def _quoted(form: InputFormat, lines: Sequence[str]) -> InputFormat:
    """The quote, or a character that no line has where quotes stand inside fields only, as for inches."""
    if any(_begins_field(form, line) for line in lines):
        return form
    single = replace(form, quote="'")
    suspects = [line for line in lines if _begins_field(single, line)]
    splitter = FieldSplitter(single)
    # An apostrophe may begin a word.
    if 2 * sum(splitter.split(line) is not None for line in suspects) > len(suspects):
        return single
    return replace(form, quote=_UNUSED_QUOTE) if any('"' in line for line in lines) else form


def _begins_field(form: InputFormat, line: str) -> bool:
    return line.startswith(form.quote) or form.delimiter + form.quote in line


def _escaped(form: InputFormat, lines: Sequence[str]) -> InputFormat:
    suspects = [line for line in lines if "\\" + form.quote in line]
    escaped = replace(form, escape="\\")
    plain, found = FieldSplitter(form), FieldSplitter(escaped)
    gained = sum((found.split(line) is not None) - (plain.split(line) is not None) for line in suspects)
    return escaped if gained > 0 else form


def _title_lines(form: InputFormat, width: int, lines: Sequence[str]) -> int:
    """Lines before the first that has all fields; or, if there is one field, before the first that is not empty."""
    splitter = FieldSplitter(form)
    for number, line in enumerate(lines[:_TRIED_LINES]):
        complete = line and (width == 1 or len(splitter.split(line) or []) == width)
        if complete and not (line.startswith(_COMMENTS) and _precedes_header(splitter, lines[number + 1 :])):
            return number
    return 0


def _precedes_header(splitter: FieldSplitter, lines: Sequence[str]) -> bool:
    """Whether the next line is a comment too or names columns, so that a line which begins like a comment is one."""
    following = next((line for line in lines if line), "")
    fields = splitter.split(following) or []
    return following.startswith(_COMMENTS) or not any(is_moment(text) or _is_number(text) for text in fields)


def _comment(form: InputFormat, width: int, lines: Sequence[str]) -> str | None:
    splitter = FieldSplitter(form)
    for mark in _COMMENTS:
        marked = [line for line in lines if line.startswith(mark)]
        if marked and all(len(splitter.split(line) or []) != width for line in marked):
            return mark
    return None
