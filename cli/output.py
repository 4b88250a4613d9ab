"""Standard output, the same way for every command."""

import json
import sys

from rich.console import Console

_PIPE_WIDTH = 10_000
"""No table is cut for a program that reads it."""


def standard_output() -> Console:
    """Where tables go: as wide as the terminal, or as wide as they are when piped."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)


def print_json(content: object) -> None:
    """Print one JSON document."""
    print(json.dumps(content, indent=2, default=str, ensure_ascii=False))
