"""SQL as beeline reads it without fail: no comments, and statements whose ends and strings it cannot mistake.

Beeline 2.3 looks for comments, quotes and semicolons by itself, and errs: a comment in front silences all of a `-e`,
`/* a; b */` ends a statement, a backslash at the end of a string opens another. Its command `!run` reads a file of
statements, ends at the first that fails, and takes this form apart as it is meant.
"""

import re
from collections.abc import Iterator

from warehouse.errors import UsageError

_PIECE = re.compile(
    r"""
    (?P<string> '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" )     # as Hive's lexer has it
  | (?P<name> `(?:[^`]|``)*` )
  | (?P<comment> --[^\n]* | /\*(?!\+).*?\*/                 # /*+ is a hint
    | (?:\A|(?<=\n))[ \t]*\#[^\n]* )                        # beeline's own comment, a line for itself
  | (?P<end> ; )
  | (?P<other> \n | [^'"`;/\#\n-]+ | . )
    """,
    re.DOTALL | re.VERBOSE,
)
_COMMAND = re.compile(r"\s*(![^\n]*)")
"""What beeline does by itself, such as `!tables`: one line, without a semicolon."""

_UNREADABLE = re.compile(r"[;'\"\r\n]|--")
_LINE_ENDS = {"\r": r"\r", "\n": r"\n"}


def beeline_script(text: str) -> str:
    """A script for beeline's `!run`, from what a user wrote.

    Raises:
        UsageError: A name in backticks holds what beeline cannot read.
    """
    return "".join(f"{statement}\n" for statement in _statements(text))


def _statements(text: str) -> Iterator[str]:
    written, position = "", 0
    while position < len(text):
        if (not written or written.isspace()) and (command := _COMMAND.match(text, position)):
            yield command[1].strip()
            position = command.end()
        elif piece := _PIECE.match(text, position):
            position = piece.end()
            if piece.lastgroup != "end":
                written += _readable(piece)
                continue
            yield from _ended(written)
        written = ""
    yield from _ended(written)


def _ended(statement: str) -> list[str]:
    return [f"{statement.strip()};"] if statement.strip() else []


def _readable(piece: re.Match[str]) -> str:
    match piece.lastgroup:
        case "comment":
            # Errors name lines.
            return "\n" * piece[0].count("\n") or " "
        case "string":
            return _readable_string(piece[0])
        case "name" if _UNREADABLE.search(piece[0]):
            raise UsageError(f"beeline cannot read the name {piece[0]}", "ask with ./stackhouse query")
        case _:
            return piece[0]


def _readable_string(literal: str) -> str:
    """The same value on one line, and no backslash before the closing quote."""
    body = re.sub(r"\\?([\r\n])", lambda end: _LINE_ENDS[end[1]], literal[1:-1])
    if re.search(r"(?<!\\)(?:\\\\)+\Z", body):
        body = f"{body[:-2]}\\u005c"
    return f"{literal[0]}{body}{literal[0]}"
