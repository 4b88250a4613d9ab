"""Reads `data/<dataset>/dataset.yaml`, an Open Data Contract Standard v3.2 file, into a `Contract`."""

import re
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import (
    CustomProperty,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)

from warehouse.contract import (
    ORIGIN_COLUMNS,
    Column,
    Contract,
    InputFormat,
    Mart,
    RowRule,
    validate_identifier,
)
from warehouse.errors import ContractError
from warehouse.odcs import read_standard
from warehouse.quarter import PARTITION_COLUMN
from warehouse.settings import REPOSITORY

LOGICAL_TYPES = {
    "string": ("STRING",),
    "integer": ("TINYINT", "SMALLINT", "INT", "BIGINT"),
    "number": ("DECIMAL", "DOUBLE"),
    "boolean": ("BOOLEAN",),
    "date": ("DATE",),
    "timestamp": ("TIMESTAMP",),
}
"""ODCS `logicalType` and the Hive types that `physicalType` may give it."""

_DECIMAL = re.compile(r"DECIMAL\((\d{1,2}),(\d{1,2})\)")
_HIGHEST_PRECISION = 38
_OPTIONS = {
    "string": {"pattern"},
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "maximum"},
    "date": {"format"},
    "timestamp": {"format"},
}
_CUSTOM = {"eventTime", "inputFormat", "rejectThreshold", "marts"}
_RESERVED_DATASETS = {"default", "information_schema", "ops", "sys"}
_RESERVED_ENDING = "_releases"
_RESERVED_TABLES = {"clean", "clean_with_origin", "quarantine"}
_FORMAT_KEYS = {"kind", "delimiter", "quote", "header", "nullTokens"}


def contract_path(dataset: str, root: Path = REPOSITORY) -> Path:
    """Where the contract of a dataset is."""
    return root / "data" / dataset / "dataset.yaml"


def load_contract(dataset: str, root: Path = REPOSITORY) -> Contract:
    """Read the contract of a dataset.

    Raises:
        ContractError: There is none, or it is wrong; names the file and the key.
    """
    path = contract_path(validate_identifier(dataset), root)
    if not path.is_file():
        known = sorted(file.parent.name for file in root.glob("data/*/dataset.yaml"))
        raise ContractError(
            f"no dataset {dataset!r}: {path} does not exist; known datasets: {', '.join(known) or 'none'}"
        )
    return parse_contract(dataset, path, path.read_text(encoding="utf-8"))


def parse_contract(dataset: str, path: Path, text: str) -> Contract:
    """Turn the text of a contract into a `Contract`.

    Raises:
        ContractError: The text is not YAML, not ODCS, or leaves out what this stack needs.
    """
    if dataset in _RESERVED_DATASETS or dataset.endswith(_RESERVED_ENDING):
        raise ContractError(f"{path}: a dataset cannot be called {dataset}: its databases would be those of others")
    rows, others = _schema_objects(dataset, path, read_standard(path, text))
    where = f"{path}: schema {dataset}"
    custom = _custom_properties(rows.customProperties, where)
    columns = tuple(_column(item, where) for item in rows.properties or [])
    marts = _texts(custom.get("marts", []), f"{where}: customProperties marts")
    contract = Contract(
        dataset=dataset,
        description=_sentence(rows.description, where),
        columns=columns,
        event_time=_text(custom.get("eventTime"), f"{where}: customProperties eventTime"),
        input_format=_input_format(custom.get("inputFormat"), f"{where}: customProperties inputFormat"),
        row_rules=_row_rules(rows, where),
        reject_threshold=_share(custom.get("rejectThreshold"), f"{where}: customProperties rejectThreshold"),
        marts=tuple(_mart(name, others, path) for name in marts),
        path=path,
    )
    _check_columns(contract, where)
    return contract


def _schema_objects(
    dataset: str, path: Path, standard: OpenDataContractStandard
) -> tuple[SchemaObject, dict[str, SchemaObject]]:
    objects = {item.name or "": item for item in standard.schema_ or []}
    if dataset not in objects:
        raise ContractError(f"{path}: schema: no object named {dataset!r}, it has: {', '.join(objects) or 'none'}")
    rows = objects.pop(dataset)
    return rows, objects


def _custom_properties(items: list[CustomProperty] | None, where: str) -> dict[str, Any]:
    found = {item.property or "": item.value for item in items or []}
    for name in found:
        if name not in _CUSTOM:
            raise ContractError(
                f"{where}: customProperties: unknown property {name!r}, known: {', '.join(sorted(_CUSTOM))}"
            )
    return found


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ContractError(f"{where}: expected a text, got {value!r}")
    return value


def _identifier(value: object, where: str) -> str:
    name = _text(value, where)
    try:
        return validate_identifier(name)
    except ContractError as problem:
        raise ContractError(f"{where}: {problem}") from problem


def _sentence(value: object, where: str) -> str:
    return " ".join(_text(value, f"{where}: description").split())


def _share(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ContractError(f"{where}: expected a share from 0 to 1, got {value!r}")
    return float(value)


def _column(item: SchemaProperty, where: str) -> Column:
    name = _identifier(item.name, f"{where}: properties: name")
    here = f"{where}: column {name}"
    hive_type = _hive_type(item, here)
    options = item.logicalTypeOptions or {}
    _check_options(options, item.logicalType or "", f"{here}: logicalTypeOptions")
    return Column(
        name=name,
        source_name=item.physicalName or name,
        type=hive_type,
        description=_sentence(item.description, here),
        required=bool(item.required) or bool(item.primaryKey),
        key=bool(item.primaryKey),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        pattern=options.get("pattern"),
        values=tuple(str(entry.value) for entry in item.enum or []),
        format=options.get("format"),
        pii="pii" in (item.tags or []),
    )


def _check_options(options: dict[str, Any], logical_type: str, where: str) -> None:
    known = _OPTIONS.get(logical_type, set())
    unknown = set(options) - known
    if unknown:
        names = ", ".join(sorted(known)) or "none"
        raise ContractError(f"{where}: unknown {sorted(unknown)}, known for {logical_type}: {names}")
    limits = [options[name] for name in ("minimum", "maximum") if name in options]
    for limit in limits:
        if isinstance(limit, bool) or not isinstance(limit, int | float):
            raise ContractError(f"{where} minimum, maximum: expected numbers, got {limit!r}")
    if limits != sorted(limits):
        raise ContractError(f"{where} minimum {limits[0]} is above maximum {limits[1]}")


def _hive_type(item: SchemaProperty, where: str) -> str:
    physical = _text(item.physicalType, f"{where}: physicalType").upper().replace(" ", "")
    allowed = LOGICAL_TYPES.get(item.logicalType or "")
    if allowed is None:
        raise ContractError(f"{where}: logicalType {item.logicalType!r}, expected one of: {', '.join(LOGICAL_TYPES)}")
    if physical.partition("(")[0] not in allowed:
        raise ContractError(
            f"{where}: physicalType {physical} does not fit logicalType {item.logicalType}: {', '.join(allowed)}"
        )
    if physical.startswith("DECIMAL"):
        match = _DECIMAL.fullmatch(physical)
        if not match or not int(match[2]) <= int(match[1]) <= _HIGHEST_PRECISION or int(match[1]) == 0:
            raise ContractError(
                f"{where}: physicalType {physical}, expected DECIMAL(precision,scale), precision 1 to 38"
            )
    elif "(" in physical:
        raise ContractError(f"{where}: physicalType {physical} takes no length")
    return physical


def _input_format(value: object, where: str) -> InputFormat:
    if not isinstance(value, dict):
        raise ContractError(f"{where}: expected a mapping with `kind: csv`, got {value!r}")
    unknown = set(value) - _FORMAT_KEYS
    if unknown:
        raise ContractError(f"{where}: unknown {sorted(unknown)}, known: {', '.join(sorted(_FORMAT_KEYS))}")
    if value.get("kind") != "csv":
        raise ContractError(f"{where}: kind {value.get('kind')!r}, expected csv")
    default = InputFormat()
    delimiter = _character(value.get("delimiter", default.delimiter), f"{where}: delimiter")
    quote = _character(value.get("quote", default.quote), f"{where}: quote")
    if delimiter == quote:
        raise ContractError(f"{where}: delimiter and quote are both {quote!r}")
    header = value.get("header", default.header)
    if not isinstance(header, bool):
        raise ContractError(f"{where}: header: expected true or false, got {header!r}")
    tokens = _texts(value.get("nullTokens", []), f"{where}: nullTokens")
    return InputFormat("csv", delimiter, quote, header, tokens)


def _character(value: object, where: str) -> str:
    if not isinstance(value, str) or len(value) != 1 or not value.isascii() or value in "\r\n\0":
        raise ContractError(f"{where}: expected one ASCII character that ends no line, got {value!r}")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ContractError(f"{where}: expected a list of texts, got {value!r}")
    _check_once(value, where)
    return tuple(value)


def _check_once(names: list[str], where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ContractError(f"{where} {name} stands twice")


def _row_rules(rows: SchemaObject, where: str) -> tuple[RowRule, ...]:
    rules = []
    for item in rows.quality or []:
        here = f"{where}: quality {item.name or '(no name)'}"
        if item.type != "sql":
            raise ContractError(f"{here}: type {item.type!r}, expected sql with a predicate over one row in `query`")
        name = _identifier(item.name, f"{here}: name")
        rules.append(RowRule(name, _text(item.query, f"{here}: query"), _sentence(item.description, here)))
    _check_once([rule.name for rule in rules], f"{where}: quality")
    return tuple(rules)


def _mart(name: str, objects: dict[str, SchemaObject], path: Path) -> Mart:
    if _identifier(name, f"{path}: customProperties marts") in _RESERVED_TABLES:
        raise ContractError(f"{path}: customProperties marts: the name {name} is reserved")
    if name not in objects:
        raise ContractError(f"{path}: customProperties marts: {name} has no schema object that lists its columns")
    where = f"{path}: schema {name}"
    columns = tuple(_column(item, where) for item in objects[name].properties or [])
    _check_names(columns, {PARTITION_COLUMN}, where)
    return Mart(name, _sentence(objects[name].description, where), columns)


def _check_columns(contract: Contract, where: str) -> None:
    _check_names(contract.columns, {*ORIGIN_COLUMNS, PARTITION_COLUMN}, where)
    _check_once([column.source_name for column in contract.columns], f"{where}: physicalName")
    if contract.event_time not in [column.name for column in contract.columns]:
        raise ContractError(f"{where}: customProperties eventTime: no column {contract.event_time!r}")
    event = contract.column(contract.event_time)
    if event.type not in ("DATE", "TIMESTAMP") or not event.required:
        raise ContractError(f"{where}: customProperties eventTime: {event.name} must be a required date or timestamp")


def _check_names(columns: tuple[Column, ...], reserved: set[str], where: str) -> None:
    if not columns:
        raise ContractError(f"{where}: properties: expected at least one column")
    _check_once([column.name for column in columns], f"{where}: column")
    for column in columns:
        if column.name in reserved:
            raise ContractError(f"{where}: column {column.name}: this name is reserved")
