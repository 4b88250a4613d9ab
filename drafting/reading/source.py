"""The first and last lines of a sample file, uncompressed and decoded; the file itself is only read."""

import codecs
import io
import os
import re
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from warehouse.errors import EmptyFileError, InputFileError
from warehouse.input.compressed_streams import COMPRESSIONS
from warehouse.input.input_path import InputPath

MAX_ROWS = 100_000
"""Lines that are looked at, of all files of a sample together."""

MAX_BYTES = 16 * 1024 * 1024
"""Bytes, uncompressed, that are looked at, of all files of a sample together."""

MAX_FIELDS = 1_000_000
"""Fields that are looked at, of all files of a sample together: a million of them take about 100 MB."""

ILLEGIBLE = "\ufffd"
"""Stands in a decoded line for bytes that are not characters of the encoding."""

_JSON_SUFFIXES = {".jsonl", ".ndjson", ".json"}
_MIN_ROWS = 4
_LINE_END = re.compile(rb"\r\n|\r|\n")
_TRIED_BYTES = 64 * 1024
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x01\x1b")) + b"\x7f"
_MAX_CONTROL = 0.01


@dataclass(frozen=True)
class Ends:
    """Bytes from the beginning and the end of a text file.

    Attributes:
        head: First bytes, without a byte order mark.
        tail: Last bytes, from the beginning of a line; none of a file that is whole or compressed.
        whole: The head is all bytes of the file.
    """

    head: bytes
    tail: bytes
    whole: bool


@dataclass(frozen=True)
class Lines:
    """Lines of a text file.

    Attributes:
        texts: The first, without their ends, decoded; `ILLEGIBLE` where that was impossible.
        encoding: `utf-8` or `windows-1252`.
        whole: They are all lines of the file.
        last: The last lines of the file, where lines between them and the first are left out.
    """

    texts: list[str]
    encoding: str
    whole: bool
    last: list[str]


def kind_of(path: InputPath) -> str:
    """`csv`, `jsonl` or `parquet`, by the name.

    Raises:
        InputFileError: It is not a file that can be read as one of these.
    """
    _check_file(path)
    content = path.path.with_suffix("") if path.suffix in COMPRESSIONS else path.path
    suffix = content.suffix.lower()
    if suffix == ".parquet" and content != path.path:
        raise InputFileError(f"{path}: Parquet is compressed inside", "unpack it")
    if suffix == ".parquet":
        return "parquet"
    return "jsonl" if suffix in _JSON_SUFFIXES else "csv"


def read_ends(path: InputPath, files: int = 1) -> Ends:
    """The bytes of a text that are looked at.

    Args:
        path: The file.
        files: Number of files in the sample, which share `MAX_BYTES`.

    Raises:
        EmptyFileError: It has no lines.
        InputFileError: It cannot be read or uncompressed, or is not text.
    """
    most, compressed = MAX_BYTES // files, path.suffix in COMPRESSIONS
    try:
        with io.BufferedReader(path.open()) as file:
            text = COMPRESSIONS[path.suffix](file) if compressed else file
            head = text.read(most + 1)
            # The end of a compressed file is known when all of it was read.
            tail = _read_tail(file, most // 2) if len(head) > most and not compressed else b""
    except (OSError, EOFError, zlib.error) as problem:
        raise InputFileError(f"{path} cannot be read: {problem}") from problem
    _check_text(path, head)
    kept = most // 2 if tail else most
    return Ends(head[:kept].removeprefix(codecs.BOM_UTF8), tail, len(head) <= most)


def _read_tail(file: BinaryIO, size: int) -> bytes:
    file.seek(-size, os.SEEK_END)
    return _LINE_END.split(file.read(size), maxsplit=1)[-1]


def split_lines(ends: Ends, files: int = 1, encoding: str | None = None) -> Lines:
    r"""Cut bytes into lines, at LF, CRLF and CR, and decode them.

    Args:
        ends: Bytes of a file; a last line that is cut is left out.
        files: Number of files in the sample, which share `MAX_ROWS`.
        encoding: Encoding of the file, if it is known.
    """
    first = _complete(ends.head.splitlines(), ends.whole)
    most = max(MAX_ROWS // files, _MIN_ROWS)
    last = ends.tail.splitlines() if ends.tail else first if ends.whole and len(first) > most else []
    if last:
        first, last = first[: most // 2], last[-(most // 2) :]
    kept = first[:most]
    known = encoding or _encoding([*kept, *last])
    texts, last_texts = ([_decode(line, known) for line in lines] for lines in (kept, last))
    return Lines(texts, known, ends.whole and not last, last_texts)


def split_at_lf(ends: Ends, encoding: str, files: int = 1) -> Lines:
    """The first lines, cut at LF alone; a tail may begin inside quotes, so none is looked at.

    Args:
        ends: Bytes of a file.
        encoding: Encoding of the file.
        files: Number of files in the sample, which share `MAX_ROWS`.
    """
    first = _complete(ends.head.split(b"\n"), ends.whole)
    kept = first[: max(MAX_ROWS // files, _MIN_ROWS)]
    return Lines([_decode(line, encoding) for line in kept], encoding, ends.whole and len(kept) == len(first), [])


def shortened(lines: Lines, width: int, files: int = 1) -> Lines:
    """The lines, or fewer of them from both ends where their fields are more than the share of `MAX_FIELDS`.

    Args:
        lines: Lines of a file.
        width: Fields of a line.
        files: Number of files in the sample.
    """
    most = max(MAX_FIELDS // width // files, _MIN_ROWS)
    if len(lines.texts) + len(lines.last) <= most:
        return lines
    last = lines.texts if lines.whole else lines.last
    kept = most // 2 if last else most
    return Lines(lines.texts[:kept], lines.encoding, False, last[-kept:])


def _complete(lines: list[bytes], whole: bool) -> list[bytes]:
    return lines if whole or len(lines) == 1 else lines[:-1]


def _check_file(path: InputPath) -> None:
    try:
        path.check()
        if path.path.stat().st_size == 0:
            raise EmptyFileError(f"{path} is empty")
    # A name with a NUL, or one that is too long.
    except (OSError, ValueError) as problem:
        raise InputFileError(f"{str(path)!r} cannot be read: {problem}") from problem


def _check_text(path: InputPath, head: bytes) -> None:
    start = head[:_TRIED_BYTES]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputFileError(f"{path} is UTF-16", "convert it to UTF-8, e.g. iconv -f UTF-16 -t UTF-8")
    if start.startswith(b"PAR1"):
        raise InputFileError(f"{path} is Parquet", "give it a name that ends in .parquet")
    controls = len(start) - len(start.translate(None, _CONTROL))
    if b"\0" in start or controls > _MAX_CONTROL * len(start):
        raise InputFileError(
            f"{path} is not text: expected CSV, JSON lines, a log or .parquet", "unpack archives and workbooks"
        )
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise EmptyFileError(f"{path} has no lines")


def _encoding(lines: list[bytes]) -> str:
    """UTF-8, unless more lines are broken as UTF-8 than make sense as it."""
    beyond_ascii = [line for line in lines if not line.isascii()]
    broken = sum(ILLEGIBLE in _decode(line, "utf-8") for line in beyond_ascii)
    return "windows-1252" if broken > len(beyond_ascii) - broken else "utf-8"


def _decode(line: bytes, encoding: str) -> str:
    return line.decode(encoding, errors="replace")
