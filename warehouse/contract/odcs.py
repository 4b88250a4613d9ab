"""The Open Data Contract Standard as a file: YAML, the library's model, and no key that the standard does not have."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import yaml
from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import BaseModel, ValidationError

from warehouse.errors import ContractError, one_line

Place = tuple[str | int, ...]
"""Keys and positions that lead to a value, from the top of the file."""

MAX_CHARACTERS = 2_000_000
"""All keys and values in a contract, aliases written out: ten lines of them can stand for billions."""


@dataclass(frozen=True)
class Spot:
    """A value in a contract file, for messages: its text is file, line and what it is.

    Attributes:
        path: The file.
        root: Its nodes, `None` for an empty file.
        place: Where in it.
        words: What a reader calls the place, e.g. `schema sales: column amount`.
    """

    path: Path
    root: yaml.Node | None
    place: Place = ()
    words: str = ""

    def at(self, *place: str | int, words: str | None = None) -> "Spot":
        """A value below this one, called by its keys unless `words` are given."""
        called = ".".join(str(part) for part in place) if words is None else words
        joined = ": ".join(part for part in (self.words, called) if part)
        return replace(self, place=(*self.place, *place), words=joined)

    def __str__(self) -> str:
        line = 1 if self.root is None else _line(self.root, self.place)
        return f"{self.path}:{line}: {self.words}"

    def wrong(self, message: str) -> ContractError:
        """An error about the value, not raised."""
        return ContractError(one_line(f"{self}: {message}"))


def read_standard(path: Path, text: str) -> tuple[OpenDataContractStandard, Spot]:
    """Read the text of a contract.

    Returns:
        The contract, and the top of the file for messages.

    Raises:
        ContractError: It is not YAML, not ODCS, or has an unknown key; names file, line and key.
    """
    content, root = _read_yaml(path, text)
    if not isinstance(content, dict):
        raise ContractError(f"{path}: expected an ODCS contract, a mapping that starts with `apiVersion: v3.2.0`")
    top = Spot(path, root)
    for place, known in _unknown_keys(content, OpenDataContractStandard, ()):
        close = difflib.get_close_matches(str(place[-1]), known, 1)
        meant = f", did you mean {close[0]}?" if close else ""
        raise top.at(*place).wrong(f"the standard has no such key{meant}")
    try:
        return OpenDataContractStandard(**content), top
    except ValidationError as problem:
        first = problem.errors()[0]
        raise top.at(*first["loc"]).wrong(first["msg"]) from problem
    except TypeError as problem:
        raise ContractError(one_line(f"{path}: a top-level key is not a string: {problem}")) from problem


def _read_yaml(path: Path, text: str) -> tuple[Any, yaml.Node | None]:
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        _check_nodes(path, root)
        return None if root is None else loader.construct_document(root), root
    except yaml.YAMLError as problem:
        raise ContractError(one_line(f"{path}: not YAML: {' '.join(str(problem).split())}")) from problem
    # The loader lets pass what Python says of a value: a number of 5,000 digits, the 30th of February, brackets
    # 1,000 deep, a tag that does not fit its text.
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as problem:
        raise ContractError(one_line(f"{path}: a value cannot be read as YAML: {problem}")) from problem


def _check_nodes(path: Path, root: yaml.Node | None) -> None:
    """Refuse keys that appear twice in a mapping, of which YAML's loader would silently take the last, and floods."""
    nodes = [] if root is None else [root]
    count = 0
    while nodes:
        node = nodes.pop()
        # Aliases are written out here, as in the messages and in the models.
        count += 1 + len(node.value)
        if count > MAX_CHARACTERS:
            raise ContractError(
                one_line(f"{path}: more than {MAX_CHARACTERS:,} characters in keys and values, aliases written out")
            )
        if isinstance(node, yaml.MappingNode):
            seen = set[str]()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in seen:
                        raise ContractError(
                            one_line(f"{path}:{key.start_mark.line + 1}: {key.value} appears twice in one mapping")
                        )
                    seen.add(key.value)
                nodes += (key, value)
        elif isinstance(node, yaml.SequenceNode):
            nodes += node.value
        else:
            # An escape can write half a character, which no file or process takes.
            node.value.encode()


def _unknown_keys(content: dict[Any, Any], model: type[BaseModel], place: Place) -> Iterator[tuple[Place, list[str]]]:
    """Places of keys that a model does not have, each with the keys it does have; pydantic ignores them."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for key, value in content.items():
        if key not in fields:
            yield (*place, key), list(fields)
            continue
        nested = _nested_model(fields[key].annotation)
        if nested is None:
            continue
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, item in items:
            if isinstance(item, dict):
                inside = (*place, key) if index is None else (*place, key, index)
                yield from _unknown_keys(item, nested, inside)


def _nested_model(annotation: Any) -> type[BaseModel] | None:
    """The model inside `X`, `list[X]` or `X | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_nested_model(argument) for argument in get_args(annotation))
    return next((model for model in found if model), None)


def _line(node: yaml.Node, place: Sequence[str | int]) -> int:
    """Line of the deepest part of a place that is in the file, 1 is the first."""
    line = node.start_mark.line
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(part)]
            if not found:
                break
            line, node = found[0][0].start_mark.line, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
    return int(line) + 1
