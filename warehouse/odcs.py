"""The Open Data Contract Standard as a file: YAML, the library's model, and no key that the standard does not have."""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import BaseModel, ValidationError

from warehouse.errors import ContractError

Place = tuple[str | int, ...]
"""Keys and positions that lead to a value, from the top of the file."""


def read_standard(path: Path, text: str) -> OpenDataContractStandard:
    """Read the text of a contract.

    Raises:
        ContractError: It is not YAML, not ODCS, or has an unknown key; names file, line and key.
    """
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise ContractError(f"{path}: not YAML: {' '.join(str(problem).split())}") from problem
    if not isinstance(content, dict):
        raise ContractError(f"{path}: expected an ODCS contract, a mapping that starts with `apiVersion: v3.2.0`")
    for place, known in _unknown_keys(content, OpenDataContractStandard, ()):
        close = difflib.get_close_matches(str(place[-1]), known, 1)
        meant = f", did you mean {close[0]}?" if close else ""
        raise ContractError(f"{_where(path, text, place)}: the standard has no such key{meant}")
    try:
        return OpenDataContractStandard(**content)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise ContractError(f"{_where(path, text, first['loc'])}: {first['msg']}") from problem


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


def _where(path: Path, text: str, place: Sequence[str | int]) -> str:
    top = yaml.compose(text)
    line = _line(top, place) if top else 1
    return f"{path}:{line}: {'.'.join(str(part) for part in place)}"


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
