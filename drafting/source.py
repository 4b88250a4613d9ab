"""The first lines of a sample file, uncompressed and decoded; the file itself is only read."""

import codecs
import zlib
from dataclasses import dataclass
from pathlib import Path

from warehouse.compressed_streams import COMPRESSIONS
from warehouse.errors import InputFileError

MAX_ROWS = 200_000
"""Lines of a sample that are looked at."""

MAX_BYTES = 32 * 1024 * 1024
"""Bytes, uncompressed, of a sample that are looked at."""

ILLEGIBLE = "\ufffd"
"""Stands in a decoded line for bytes that are no characters of the encoding."""

_JSON_SUFFIXES = {".jsonl", ".ndjson", ".json"}
_TRIED_BYTES = 64 * 1024
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x01\x1b")) + b"\x7f"
_MAX_CONTROL = 0.01


@dataclass(frozen=True)
class Lines:
    """Lines of a text file.

    Attributes:
        texts: Without their ends, decoded; `ILLEGIBLE` where that was impossible.
        encoding: `utf-8` or `windows-1252`.
        whole: All lines of the file.
    """

    texts: list[str]
    encoding: str
    whole: bool


def kind_of(path: Path) -> str:
    """`csv`, `jsonl` or `parquet`, by the name.

    Raises:
        InputFileError: It is no file that can be read as one of these.
    """
    _check_file(path)
    content = Path(path.stem) if path.suffix in COMPRESSIONS else path
    suffix = content.suffix.lower()
    if suffix == ".parquet" and content is not path:
        raise InputFileError(f"{path}: Parquet is compressed inside", "unpack it")
    if suffix == ".parquet":
        return "parquet"
    return "jsonl" if suffix in _JSON_SUFFIXES else "csv"


def read_head(path: Path) -> tuple[bytes, bool]:
    """The first bytes of a text, without a byte order mark, and whether they are all.

    Raises:
        InputFileError: It cannot be read or uncompressed, is empty, or is no text.
    """
    try:
        with path.open("rb") as file:
            compressed = path.suffix in COMPRESSIONS
            text = COMPRESSIONS[path.suffix](file) if compressed else file
            head = text.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as problem:
        raise InputFileError(f"{path} cannot be read: {problem}") from problem
    _check_text(path, head)
    return head[:MAX_BYTES].removeprefix(codecs.BOM_UTF8), len(head) <= MAX_BYTES


def split_lines(head: bytes, whole: bool, only_lf: bool = False) -> Lines:
    r"""Cut bytes into lines and decode them.

    Args:
        head: First bytes of a file.
        whole: They are all its bytes; otherwise the last line, which is cut, is left out.
        only_lf: A line ends at `\n` only, not at `\r` too.
    """
    cut = head.split(b"\n") if only_lf else head.splitlines()
    complete = cut if whole or len(cut) == 1 else cut[:-1]
    kept = complete[:MAX_ROWS]
    encoding = _encoding(kept)
    texts = [_decode(line, encoding) for line in kept]
    return Lines(texts, encoding, whole and len(complete) <= MAX_ROWS)


def _check_file(path: Path) -> None:
    try:
        if not path.exists():
            raise InputFileError(f"{path} does not exist")
        if not path.is_file():
            raise InputFileError(f"{path} is not a regular file")
        if path.stat().st_size == 0:
            raise InputFileError(f"{path} is empty")
    # A name with a NUL, or one that is too long.
    except (OSError, ValueError) as problem:
        raise InputFileError(f"{str(path)!r} cannot be read: {problem}") from problem


def _check_text(path: Path, head: bytes) -> None:
    start = head[:_TRIED_BYTES]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputFileError(f"{path} is UTF-16", "convert it to UTF-8, e.g. iconv -f UTF-16 -t UTF-8")
    if start.startswith(b"PAR1"):
        raise InputFileError(f"{path} is Parquet", "give it a name that ends in .parquet")
    controls = len(start) - len(start.translate(None, _CONTROL))
    if b"\0" in start or controls > _MAX_CONTROL * len(start):
        raise InputFileError(
            f"{path} is not text: expected CSV, JSON lines or .parquet", "unpack archives and workbooks"
        )
    if not head.removeprefix(codecs.BOM_UTF8).strip():
        raise InputFileError(f"{path} has no lines")


def _encoding(lines: list[bytes]) -> str:
    """UTF-8, unless more lines are broken as UTF-8 than make sense as it."""
    beyond_ascii = [line for line in lines if not line.isascii()]
    broken = sum(ILLEGIBLE in _decode(line, "utf-8") for line in beyond_ascii)
    return "windows-1252" if broken > len(beyond_ascii) - broken else "utf-8"


def _decode(line: bytes, encoding: str) -> str:
    return line.decode(encoding, errors="replace")
