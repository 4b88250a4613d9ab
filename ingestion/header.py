"""Reads the header of a text file and compares it with the contract."""

import codecs
import csv
import re
from pathlib import Path

from warehouse.contract.file_columns import check_columns
from warehouse.contract.model import Contract, InputFormat
from warehouse.errors import ContractError, InputFileError

_LINE_END = re.compile(rb"\r\n|\r|\n")
# Where a record may hold line ends, a CR alone is not one.
_LINE_END_OF_RECORDS = re.compile(rb"\r?\n")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_header(path: Path, start: bytes, contract: Contract) -> tuple[str, ...]:
    """Names of the columns of a CSV file; empty when the contract says that it has no header.

    Args:
        path: The file, for the message.
        start: Its first bytes, uncompressed; the whole file if there is no line end in them.
        contract: What the columns must be.

    Raises:
        InputFileError: The header is missing, unreadable or does not fit.
    """
    if start.startswith(_UTF_16):
        raise InputFileError(f"{path} is UTF-16", "convert it to UTF-8, e.g. with iconv -f UTF-16 -t UTF-8")
    form = contract.input_format
    lines = _line_end(form).split(start, maxsplit=form.skip_lines + 1)
    if len(lines) <= form.skip_lines:
        raise InputFileError(
            f"{path} ends within the first {form.skip_lines} lines (skipLines), or they are over {len(start):,} bytes"
        )
    if form.kind != "csv" or not form.header:
        return ()
    found = _columns(path, lines[form.skip_lines].removeprefix(codecs.BOM_UTF8), form)
    try:
        check_columns(contract, found)
    except ContractError as problem:
        raise InputFileError(f"{path}: header does not fit {contract.path}: {problem}") from problem
    return tuple(found)


def header_rows(start: bytes, form: InputFormat) -> int:
    """Lines before the first row that are neither empty nor comments, of the first bytes of a file."""
    lines = _line_end(form).split(start, maxsplit=form.header_lines)[: form.header_lines]
    return sum(1 for line in lines if line and not _is_comment(line, form))


def _line_end(form: InputFormat) -> re.Pattern[bytes]:
    return _LINE_END_OF_RECORDS if form.quoted_newlines else _LINE_END


def _is_comment(line: bytes, form: InputFormat) -> bool:
    return form.comment is not None and line.startswith(form.comment.encode())


def _columns(path: Path, line: bytes, form: InputFormat) -> list[str]:
    try:
        text = line.decode(form.encoding)
        reader = csv.reader(
            [text],
            delimiter=form.delimiter,
            quotechar=form.quote,
            escapechar=form.escape if form.escape != form.quote else None,
            strict=True,
        )
        return next(reader, [])
    except (UnicodeDecodeError, csv.Error) as problem:
        raise InputFileError(f"{path}: the header line is not CSV in {form.encoding}: {problem}") from problem
