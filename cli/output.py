"""Standard output, the same way for every command."""

import io
import json
import sys

from rich.console import Console

_PIPE_WIDTH = 10_000
"""No table is cut for a program that reads it."""


def open_output() -> None:
    """Let standard output and error take every letter, whatever the locale.

    What a program reads is UTF-8. A terminal keeps its encoding, and shows `?` for what that lacks.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            # A file may have a name that cannot be decoded.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def standard_output() -> Console:
    """Where tables go: as wide as the terminal, or as wide as they are when piped."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)


def print_json(content: object) -> None:
    """Print one JSON document."""
    print(json.dumps(content, indent=2, default=str, ensure_ascii=False))
