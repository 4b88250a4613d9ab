"""Stored documents: dataclasses as JSON in HDFS, and read back with every value checked against its type."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from warehouse.errors import DocumentError, one_line

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic import ConfigDict, TypeAdapter, ValidationError

REFUSES_UNKNOWN: "ConfigDict" = {"extra": "forbid"}
"""`__pydantic_config__` of a dataclass: a key that it does not have is an error. Every document is read like this."""

IGNORES_UNKNOWN: "ConfigDict" = {"extra": "ignore"}
"""The exception. What is inside such a dataclass inherits it unless it has `REFUSES_UNKNOWN`."""

Document = TypeVar("Document", bound="DataclassInstance")


def write(document: "DataclassInstance") -> bytes:
    """A document as it is stored in a file of its own."""
    return _text(document, indent=1).encode()


def write_line(document: "DataclassInstance") -> bytes:
    """A document as one line, with its end, of a file or stream of them."""
    return f"{_text(document, indent=None)}\n".encode()


def read(kind: type[Document], content: bytes, source: str) -> Document:
    """Read a document.

    Args:
        kind: What it is.
        content: As `write` or `write_line` gave it; fields with a default may be missing.
        source: Path, or what else the content was read from, for messages.

    Raises:
        DocumentError: It is something else; names the source and the place in it.
    """
    (document,) = _checked(kind, [_parsed(content, source)], source)
    return document


def read_lines(kind: type[Document], content: bytes, source: str) -> list[Document]:
    """Read a file of documents, one a line; arguments and errors are those of `read`."""
    return _checked(kind, [_parsed(line, source) for line in content.splitlines()], source)


def _text(document: "DataclassInstance", indent: int | None) -> str:
    return json.dumps(asdict(document), indent=indent, default=_timestamp)


def _timestamp(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"no document stores a {type(value).__name__}")
    return value.astimezone(UTC).isoformat()


def _parsed(content: bytes, source: str) -> object:
    # Not by pydantic, which takes no lone surrogates: they stand for the bytes of an argument that is not UTF-8.
    try:
        return json.loads(content)
    except ValueError as problem:
        raise DocumentError(one_line(f"{source} is not JSON: {problem}")) from problem


def _checked(kind: type[Document], values: Sequence[object], source: str) -> list[Document]:
    # Not at the top: importing it takes a tenth of a second, and `query` and `--help` read no document.
    from pydantic import ValidationError

    try:
        return _adapter(kind).validate_python(values)
    except ValidationError as problem:
        raise DocumentError(
            one_line(f"{source} does not have the form that this version writes: {first_problem(problem, below=1)}")
        ) from problem


@cache
def _adapter(kind: type[Any]) -> "TypeAdapter[list[Any]]":
    from pydantic import TypeAdapter

    # A list, because an adapter of a dataclass itself takes no configuration.
    return TypeAdapter(list[kind], config=REFUSES_UNKNOWN)  # type: ignore[valid-type]


def first_problem(problem: "ValidationError", below: int = 0) -> str:
    """Where the first thing that is wrong is, and what.

    Args:
        problem: As pydantic found it.
        below: How many steps of the place to leave out, from the outermost.
    """
    first = problem.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"][below:]))
    return f"{place}: {first['msg']}" if place else first["msg"]
