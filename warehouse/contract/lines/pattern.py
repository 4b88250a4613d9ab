r"""The `pattern` of `kind: lines`: one regular expression for a whole line, whose named groups are the columns.

It is written as Java's are. Only what Java and Python read alike is accepted, so that it can be checked without a
JVM, and only what reads every line in a bounded time. Java knows no `_` in the name of a group: it gets groups without
names.
"""

import re
from dataclasses import dataclass

from warehouse.contract.lines.tree import (
    OTHER,
    Characters,
    Choice,
    Group,
    Node,
    Repeat,
    Series,
    can_be_empty,
    groups,
    ways,
)
from warehouse.contract.model import MAX_RECORD_BYTES
from warehouse.errors import ContractError

MAX_CHARACTERS = 10_000
"""Parts of a pattern: Java goes down its stack with every one."""

MAX_SEARCHED_BYTES = 16 * 1024
"""Bytes of the longest line that is read by a pattern with an open end, which takes the square of that."""

_MAX_DEPTH = 20
_MAX_TIMES = 1000
_MAX_CHOICES = 1000
_ASCII = 128
_ESCAPE = re.compile(r"\\(?:[dDwWsStnrf]|x[0-9a-fA-F]{2}|[!-/:-@\[-^`{-~])")
_CLASS = re.compile(r"\[\^?(?:[^\[\]\\]|\\.)+\]")
_SET_OPERATION = re.compile(r"&&|\|\||--|~~")
_TIMES = re.compile(r"(?:[*+?]|\{([0-9]{1,4})(,([0-9]{1,4})?)?\})([?+]?)")
_OPENING = re.compile(r"\((?:\?:|\?<([A-Za-z_][A-Za-z0-9_]*)>|(?!\?))")
_SHORTHANDS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_SHOWN = 40


@dataclass(frozen=True)
class LinePattern:
    """A pattern that was read.

    Attributes:
        names: Names of the groups, in order.
        body: Java's regular expression of a line; its groups are those of `names` and no others.
        python: The same for `re.fullmatch` with `re.ASCII`, its groups by name.
        optional: Names of groups that a line may leave out.
        vague: Names of those that may be empty as well.
        max_bytes: Bytes of the longest line that is read.
    """

    names: tuple[str, ...]
    body: str
    python: str
    optional: frozenset[str]
    vague: frozenset[str]
    max_bytes: int

    @property
    def java(self) -> str:
        """Matches a whole line; `(?d)`, since Java would take U+2028 for the end of one."""
        return rf"(?d)\A(?:{self.body})\z"

    def java_with(self, name: str) -> str:
        """Matches a whole line in which the group takes part and is empty."""
        # The first way to read the line is the one; a group that took no part equals nothing.
        return rf"(?d)\A(?>(?:{self.body})\z)\{self.names.index(name) + 1}"


def read_pattern(text: str) -> LinePattern:
    """Read a pattern.

    Raises:
        ContractError: It is not a regular expression, has a part that is not accepted, or may take too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise ContractError(f"{len(text):,} characters, but at most {MAX_CHARACTERS:,} are allowed")
    reader = _Reader(_without_anchors(text))
    tree = reader.read()
    python = "".join(reader.python)
    try:
        re.compile(python, re.ASCII)
    except (re.error, RecursionError, OverflowError) as problem:
        raise ContractError(f"not a regular expression: {problem}") from problem
    optional = {group.name for group, may_miss in groups(tree) if may_miss}
    empty = {group.name for group, _ in groups(tree) if can_be_empty(group.part)}
    return LinePattern(
        tuple(reader.names), "".join(reader.java), python, frozenset(optional), frozenset(optional & empty),
        _max_bytes(tree),
    )  # fmt: skip


def _without_anchors(text: str) -> str:
    """The whole line has to match anyway."""
    text = text.removeprefix("^")
    escaped = re.search(r"(\\*)\$\Z", text)
    return text[:-1] if escaped and len(escaped[1]) % 2 == 0 else text


def _max_bytes(tree: Node) -> int:
    found = ways(tree)
    if found.open_ended > 1 or found.choices > _MAX_CHOICES:
        raise ContractError(
            "a line can be read in too many ways: make clear where each repetition ends, "
            'e.g. [^"]* before a quote and \\S+ before a space, not .*; one .* may go on beyond what follows it'
        )
    return MAX_SEARCHED_BYTES if found.open_ended else MAX_RECORD_BYTES


class _Reader:
    """Goes through a pattern once, and writes it for Java and for Python."""

    def __init__(self, text: str) -> None:
        self.names: list[str] = []
        self.java: list[str] = []
        self.python: list[str] = []
        self._text = text
        self._place = 0
        self._depth = 0

    def read(self) -> Node:
        """The whole pattern."""
        tree = self._choice()
        if self._place < len(self._text):
            raise self._wrong("this parenthesis was not opened")
        return tree

    def _choice(self) -> Node:
        branches = [self._series()]
        while self._next() == "|":
            self._write("|")
            branches.append(self._series())
        return Choice(tuple(branches)) if len(branches) > 1 else branches[0]

    def _series(self) -> Node:
        parts = list[Node]()
        while self._next() not in ("", "|", ")"):
            begin = self._place
            parts.append(self._repeated(self._part(), begin))
        return Series(tuple(parts))

    def _part(self) -> Node:
        letter = self._next()
        if letter == "(":
            return self._parenthesis()
        if letter == "[":
            return self._characters(_CLASS, "write a class as [a-z] or [^a-z], and \\[ for a bracket in it")
        if letter == "\\":
            return self._characters(_ESCAPE, "known are \\d \\w \\s \\D \\W \\S \\t \\x41 and \\ before punctuation")
        if letter in "^$":
            raise self._wrong("^ and $ stand at the ends of the pattern only; write \\ before the character itself")
        if letter in "*+?{":
            raise self._wrong("there is nothing to repeat; write \\ before the character itself")
        if letter in "\r\n":
            raise self._wrong("a line has no line end")
        return self._characters(re.compile(r".", re.DOTALL), "")

    def _characters(self, shape: re.Pattern[str], advice: str) -> Node:
        found = shape.match(self._text, self._place)
        if not found:
            raise self._wrong(advice)
        text = found[0]
        if text.startswith("[") and len(text) > 1:
            self._check_class(text)
        # Python warns of these where Java is right.
        self._write(f"\\{text}" if text in ("]", "}") else text, len(text))
        return Characters(_set_of(text))

    def _check_class(self, text: str) -> None:
        if _SET_OPERATION.search(text):
            raise self._wrong(
                "&&, ||, -- and ~~ in a class mean different things in different engines: write \\ before one of them"
            )
        for escape in re.findall(r"\\.", text):
            if escape != "\\x" and not _ESCAPE.fullmatch(escape):
                raise self._wrong(f"{escape} is not known in a class")
        try:
            re.compile(text)
        except re.error as problem:
            raise self._wrong(problem.msg) from problem

    def _parenthesis(self) -> Node:
        found = _OPENING.match(self._text, self._place)
        if not found:
            raise self._wrong("groups are (?<name>...) and (?:...)")
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._wrong(f"parentheses are nested more than {_MAX_DEPTH} deep")
        name = found[1]
        if name is None:
            self._write("(?:", len(found[0]))
        else:
            self.names.append(name)
            self._write("(", len(found[0]), f"(?P<{name}>")
        inside = self._choice()
        if self._next() != ")":
            raise self._wrong("a parenthesis is not closed")
        self._write(")")
        self._depth -= 1
        return inside if name is None else Group(name, inside)

    def _repeated(self, part: Node, begin: int) -> Node:
        found = _TIMES.match(self._text, self._place)
        if not found:
            return part
        whole, first, comma, last, mode = found.group(0, 1, 2, 3, 4)
        least, most = _SHORTHANDS[whole[0]] if first is None else (int(first), int(last) if last else None)
        if first is not None and not comma:
            most = least
        if max(least, most or 0) > _MAX_TIMES or most == 0 or (most is not None and most < least):
            raise self._wrong(f"expected a count from 1 to {_MAX_TIMES}, the smaller one first")
        text = _shown(self._text[begin : found.end()])
        if most != 1 and any(groups(part)):
            raise self._wrong(f"{text} repeats a named group: it would be unclear which match is the value")
        if most != 1 and can_be_empty(part):
            raise self._wrong(f"{text} repeats something that may be empty")
        self._write(whole)
        return Repeat(part, least, most, mode == "+", text)

    def _next(self) -> str:
        return self._text[self._place : self._place + 1]

    def _write(self, text: str, size: int | None = None, python: str | None = None) -> None:
        """What stands here, for Java and for Python, and go on after it."""
        self.java.append(text)
        self.python.append(text if python is None else python)
        self._place += len(text) if size is None else size

    def _wrong(self, why: str) -> ContractError:
        rest = _shown(self._text[self._place :]) or "its end"
        return ContractError(f"at {rest}: {why}")


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _set_of(text: str) -> int:
    """The set of the characters that a class, an escape or a character stands for."""
    shape = re.compile(text if len(text) > 1 or text == "." else re.escape(text), re.ASCII)
    found = sum(1 << code for code in range(_ASCII) if shape.fullmatch(chr(code)))
    beyond = text == "." or text.startswith("[^") or not text.isascii() or re.search(r"\\[DWSx]", text)
    return found | (OTHER if beyond else 0)
