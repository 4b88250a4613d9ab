"""The examples of docs/contract.md: read from its fenced blocks and tables, and made into whole contracts."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from warehouse.contract.column import CUSTOM_PROPERTIES, LOGICAL_TYPES, OPTIONS
from warehouse.contract.datetimes.options import COLUMN_PROPERTIES
from warehouse.contract.file import _CUSTOM, parse_contract
from warehouse.contract.input_format import _KEYS_OF
from warehouse.contract.model import Contract
from warehouse.settings import REPOSITORY

PAGE = REPOSITORY / "docs" / "contract.md"

DAY = {"name": "day", "logicalType": "date", "physicalType": "DATE", "required": True}
"""Column that an example has without showing it."""

_CAPTION = re.compile(r"`([\w.-]+)`(?:, batch (\d+))?:")
_HEADING = {"apiVersion": "v3.2.0", "kind": "DataContract", "id": "test.x", "version": "1.0.0", "status": "active"}
_COLUMN_KEYS = {"name", "physicalName", "logicalType", "physicalType", "description", "required", "primaryKey"} | {
    "tags",
    "enum",
    "transformLogic",
}
_AT_THE_TOP = ("slaProperties",)
_OPTIONS = set().union(*OPTIONS.values())
_LIKELY_TYPES = {
    **dict.fromkeys(("format", "timezone", "defaultTimezone", *COLUMN_PROPERTIES), "TIMESTAMP"),
    **dict.fromkeys(("minimum", "maximum"), "INT"),
}


@dataclass
class File:
    """One file of an example: name, batch, language of its block, and its text."""

    name: str
    batch: int
    language: str
    text: str


@dataclass
class Example:
    """Blocks that belong together.

    Attributes:
        name: Of the test.
        snippet: Part of the schema object, or a whole contract.
        files: To load.
        outcome: Lines that are expected.
    """

    name: str
    snippet: dict[str, Any]
    files: list[File] = field(default_factory=list)
    outcome: list[str] = field(default_factory=list)

    @property
    def contract(self) -> Contract:
        return contract_of(self.snippet)

    @property
    def columns(self) -> list[str]:
        """Names of the columns that its outcome shows."""
        return [column["name"] for column in _dataset(self.snippet)["properties"]]


def examples() -> list[Example]:
    """All examples of the page, in order."""
    found: list[Example] = []
    block: list[str] | None = None
    language, last, info = "", "", ""
    for line in PAGE.read_text().splitlines():
        if block is None and line.startswith("```"):
            language, _, info = line[3:].partition(" ")
            block = []
        elif line == "```":
            _add(found, language, info, "\n".join(block or []), last)
            block = None
        elif block is not None:
            block.append(line)
        elif line:
            last = line
    return found


def _add(found: list[Example], language: str, info: str, text: str, last: str) -> None:
    if info.startswith("example="):
        found.append(Example(info.removeprefix("example="), yaml.safe_load(text)))
    elif info == "outcome":
        found[-1].outcome = [spaced(line) for line in text.splitlines()]
    elif info in ("file", "bytes"):
        caption = _CAPTION.fullmatch(last)
        name, batch = caption.groups() if caption else (f"file.{language}", None)
        # In `bytes` a backslash begins an escape, as in Python.
        content = text if info == "file" else text.encode().decode("unicode_escape")
        found[-1].files.append(File(name, int(batch or 1), language, content + "\n"))


def spaced(line: str) -> str:
    """A line whose columns are one space apart."""
    return re.sub(r" {2,}", " ", line).rstrip()


def table(name: str) -> list[list[str]]:
    """Cells of the rows of the table below `<!-- table=name -->`."""
    after = PAGE.read_text().split(f"<!-- table={name} -->\n", 1)[1].lstrip("\n")
    rows = after.split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def codes(cell: str) -> list[str]:
    """Texts between backticks."""
    return re.findall(r"`([^`]*)`", cell.replace(r"\|", "|"))


def fragment(cell: str) -> dict[str, Any]:
    """Keys of one column, of `inputFormat` or of the dataset, as they stand in a cell; each goes to its place."""
    given: dict[str, Any] = yaml.safe_load("{" + " ".join(codes(cell)) + "}")
    snippet: dict[str, Any] = {key: given[key] for key in ("quality", *_AT_THE_TOP) if key in given}
    # A pattern without a kind is that of a column.
    keys = _KEYS_OF.get(given.get("kind", ""), set()) | _KEYS_OF["csv"]
    form = {key: value for key, value in given.items() if key in keys}
    custom = {key: given[key] for key in given if key in _CUSTOM or key == "limit"}
    custom |= {"inputFormat": {"kind": "csv", **form}} if form else {}
    columns = _COLUMN_KEYS | _OPTIONS | {*CUSTOM_PROPERTIES}
    if column := {key: given[key] for key in given if key not in form and key in columns}:
        snippet["properties"] = [_column(column)]
    if custom:
        snippet["customProperties"] = [{"property": key, "value": value} for key, value in custom.items()]
    known = {"quality", *_AT_THE_TOP, *form, *custom, *column}
    assert given.keys() <= known, f"{cell}: which place has {given.keys() - known}?"
    return snippet


def _column(given: dict[str, Any]) -> dict[str, Any]:
    options = {key: given[key] for key in given if key in _OPTIONS}
    column = {"name": "x"} | {key: given[key] for key in given if key in _COLUMN_KEYS}
    likely = next((kind for key, kind in _LIKELY_TYPES.items() if key in given), "STRING")
    physical = column.setdefault("physicalType", likely)
    column.setdefault("logicalType", logical_type(physical))
    if options:
        column["logicalTypeOptions"] = options
    if custom := [{"property": key, "value": given[key]} for key in CUSTOM_PROPERTIES if key in given]:
        column["customProperties"] = custom
    return column


def logical_type(physical: str) -> str:
    """`logicalType` of a `physicalType`."""
    return next((name for name, kinds in LOGICAL_TYPES.items() if physical.partition("(")[0] in kinds), "string")


def contract_of(snippet: dict[str, Any], path: Path = Path("data/x/dataset.yaml")) -> Contract:
    """The contract of a snippet; what every contract has and it does not show is filled in."""
    if "apiVersion" in snippet:
        return parse_contract(snippet["schema"][0]["name"], path, yaml.safe_dump(snippet))
    shown, custom = snippet.get("properties", []), custom_of(snippet)
    hidden = [] if "eventTime" in custom or any(column["name"] == "day" for column in shown) else [DAY]
    columns = [{"description": "Of an example.", **column} for column in (*hidden, *shown)]
    defaults = {"eventTime": "day", "inputFormat": {"kind": "csv"}, "rejectThreshold": 1}
    rows = {
        "name": "x",
        "description": "Of an example.",
        **{key: value for key, value in snippet.items() if key not in _AT_THE_TOP},
        "properties": columns,
        "customProperties": [{"property": key, "value": value} for key, value in (defaults | custom).items()],
    }
    top = {**_HEADING, **{key: snippet[key] for key in _AT_THE_TOP if key in snippet}}
    return parse_contract("x", path, yaml.safe_dump({**top, "schema": [rows]}))


def custom_of(snippet: dict[str, Any]) -> dict[str, Any]:
    """Its `customProperties` by name."""
    return {item["property"]: item["value"] for item in _dataset(snippet).get("customProperties", [])}


def _dataset(snippet: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = snippet["schema"][0] if "apiVersion" in snippet else {"properties": [], **snippet}
    return found


def options_of(snippets: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Every option that snippets show, with where it stands: a kind, a logical type or a place."""
    found = set[tuple[str, str]]()
    for snippet in snippets:
        custom, rows = custom_of(snippet), _dataset(snippet)
        found |= {("customProperties", name) for name in custom}
        form = custom.get("inputFormat", {})
        found |= {(form["kind"], key) for key in form}
        found |= {("quality", key) for rule in rows.get("quality", []) for key in rule}
        for column in rows["properties"]:
            found |= {("column", key) for key in column}
            found |= {(column["logicalType"], key) for key in column.get("logicalTypeOptions", {})}
            found |= {("column", item["property"]) for item in column.get("customProperties", [])}
    return found
