"""A regular expression as a tree, and in how many ways it may read a line.

A search that goes back tries those ways one after the other. So their number bounds the time that a line takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from warehouse.errors import ContractError

OTHER = 1 << 128
"""Bit of a set of characters: all that are not ASCII. The lower bits are the ASCII characters themselves."""

_END = OTHER << 1
_BITS = 130
_MAX_UNROLLED = 100


@dataclass(frozen=True)
class Characters:
    """One character of a set, which is a number of bits."""

    found: int


@dataclass(frozen=True)
class Series:
    """One part after the other."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Choice:
    """One of its branches."""

    branches: "tuple[Node, ...]"


@dataclass(frozen=True)
class Repeat:
    """A part several times.

    Attributes:
        part: What is repeated.
        least: How often at least.
        most: How often at most, `None`: without a limit.
        possessive: Never fewer times than possible.
        text: The pattern of it, for messages.
    """

    part: "Node"
    least: int
    most: int | None
    possessive: bool
    text: str


@dataclass(frozen=True)
class Group:
    """A part whose text is wanted."""

    name: str
    part: "Node"


Node = Characters | Series | Choice | Repeat | Group


@dataclass(frozen=True)
class Ways:
    """In how many ways a part may read the same text.

    Attributes:
        open_ended: Repetitions without a limit that may end at several characters of one text.
        choices: Product of all other choices.
    """

    open_ended: int = 0
    choices: int = 1

    def __mul__(self, other: "Ways") -> "Ways":
        return Ways(self.open_ended + other.open_ended, self.choices * other.choices)


def can_be_empty(node: Node) -> bool:
    """Whether the empty text is one that the node reads."""
    match node:
        case Characters():
            return False
        case Series(parts):
            return all(map(can_be_empty, parts))
        case Choice(branches):
            return any(map(can_be_empty, branches))
        case Repeat(part, least):
            return least == 0 or can_be_empty(part)
        case Group(_, part):
            return can_be_empty(part)


def groups(node: Node, optional: bool = False) -> Iterator[tuple[Group, bool]]:
    """The groups, and whether a line may leave each out."""
    match node:
        case Characters():
            return
        case Series(parts):
            for part in parts:
                yield from groups(part, optional)
        case Choice(branches):
            for branch in branches:
                yield from groups(branch, optional or len(branches) > 1)
        case Repeat(part, least):
            yield from groups(part, optional or least == 0)
        case Group(_, part):
            yield node, optional
            yield from groups(part, optional)


def ways(node: Node, follow: int = _END) -> Ways:
    """In how many ways the node may read a text that goes on with one of the characters `follow`.

    Raises:
        ContractError: A repetition may go back without bounds, or deeper than Java's stack.
    """
    match node:
        case Characters():
            return Ways()
        case Series(parts):
            return _ways_of_series(parts, follow)
        case Choice(branches):
            found = [ways(branch, follow) for branch in branches]
            most = Ways(max(way.open_ended for way in found), max(way.choices for way in found))
            return most * Ways(choices=_alike([_begins(branch, follow) for branch in branches]))
        case Repeat():
            return _ways_of_repeat(node, follow)
        case Group(_, part):
            return ways(part, follow)


def _ways_of_series(parts: tuple[Node, ...], follow: int) -> Ways:
    found = Ways()
    for part in reversed(parts):
        found *= ways(part, follow)
        follow = _begins(part, follow)
    return found


def _ways_of_repeat(node: Repeat, follow: int) -> Ways:
    again = _first(node.part)
    inside = ways(node.part, follow | (again if node.most != 1 else 0))
    if node.possessive:
        return inside
    bounded = node.most is not None and node.most <= _MAX_UNROLLED and inside == Ways()
    if node.most != 1 and not _is_fixed(node.part) and not bounded:
        raise ContractError(
            f"{node.text} may go back and forth in a long line: add a + after it, which makes it possessive"
        )
    if not again & follow:
        return inside
    if node.most is None:
        return inside * Ways(open_ended=1)
    return inside * Ways(choices=node.most - node.least + 1)


def _first(node: Node) -> int:
    """The characters that a text of the node may begin with."""
    match node:
        case Characters(found):
            return found
        case Series(parts):
            found = 0
            for part in reversed(parts):
                found = _begins(part, found)
            return found
        case Choice(branches):
            return reduce(or_, map(_first, branches), 0)
        case Repeat(part) | Group(_, part):
            return _first(part)


def _begins(node: Node, follow: int) -> int:
    """The characters that may come at the place of the node."""
    return _first(node) | (follow if can_be_empty(node) else 0)


def _alike(sets: list[int]) -> int:
    """How many sets have one character in common."""
    return max(sum(found >> bit & 1 for found in sets) for bit in range(_BITS))


def _is_fixed(node: Node) -> bool:
    """Whether all its texts are equally long and none is a choice: Java repeats that without recursion."""
    match node:
        case Characters():
            return True
        case Series(parts):
            return all(map(_is_fixed, parts))
        case Repeat(part, least, most):
            return least == most and _is_fixed(part)
        case _:
            return False
