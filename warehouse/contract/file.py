"""Reads `data/<dataset>/dataset.yaml`, an Open Data Contract Standard v3.2 file, into a `Contract`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject

from warehouse.contract import expect
from warehouse.contract.column import check_names, read_column, zone
from warehouse.contract.datetimes.number_formats import EXCEL_DAYS, NUMBER_FORMATS
from warehouse.contract.datetimes.patterns import is_cut
from warehouse.contract.drift_limits import read_drift_limits
from warehouse.contract.expansion_limit import read_expansion_limit
from warehouse.contract.input_format import check_groups, read_format
from warehouse.contract.model import ORIGIN_COLUMNS, Column, Contract, Mart, RowRule, validate_identifier
from warehouse.contract.odcs import Spot, read_standard
from warehouse.contract.service_levels import read_lateness
from warehouse.contract.transform.logic import check_fields, with_transforms
from warehouse.errors import ContractError, NoContractError
from warehouse.quarter import PARTITION_COLUMN
from warehouse.settings import REPOSITORY

RESERVED_TABLES = {"clean", "clean_with_origin", "quarantine"}
"""Names that no mart can have."""

RESERVED_COLUMNS = {*ORIGIN_COLUMNS, PARTITION_COLUMN}
"""Names that no column of a dataset can have."""

MAX_COLUMNS = 1000
"""Columns of one table; with more, Hive's and Spark's plans take minutes."""

_REQUIRED = {
    "eventTime": "name the DATE or TIMESTAMP column whose quarter is the partition",
    "inputFormat": "say how files are written, e.g. {kind: csv, header: true}",
    "rejectThreshold": "give the largest accepted share of rejected rows, e.g. 0.01",
}
"""Properties without which there is no dataset, and what to write."""

_CUSTOM = {
    *("eventTime", "inputFormat", "rejectThreshold", "marts"),
    *("timeZone", "versionColumn", "driftLimits", "supersededThreshold", "expansionLimit"),
}
_MART_CHECKS = ("enum", "primaryKey", "quality", "unique")
_MART_LIMITS = ("minimum", "maximum", "pattern")
_RESERVED_DATASETS = {"default", "information_schema", "ops", "sys"}
_RESERVED_ENDING = "_releases"


def contract_path(dataset: str, root: Path = REPOSITORY) -> Path:
    """Where the contract of a dataset is."""
    return root / "data" / dataset / "dataset.yaml"


def contracts_in(root: Path) -> list[str]:
    """Names of the datasets that have a contract in a directory, ascending."""
    return sorted(file.parent.name for file in root.glob("data/*/dataset.yaml"))


def find_contract(dataset: str, root: Path = REPOSITORY) -> Path:
    """Where the contract of a dataset is, which must exist.

    Raises:
        NoContractError: It does not.
        ContractError: A dataset cannot have such a name.
    """
    path = contract_path(validate_identifier(dataset), root)
    if not path.is_file():
        known = ", ".join(contracts_in(root)) or "none"
        raise NoContractError(
            f"no dataset {dataset!r}: {path} does not exist; known datasets: {known}",
            f"draft it with ./stackhouse new {dataset} FILE",
        )
    return path


def load_contract(dataset: str, root: Path = REPOSITORY) -> Contract:
    """Read the contract of a dataset.

    Raises:
        NoContractError: There is none.
        ContractError: It is wrong; names the file and the key.
    """
    path = find_contract(dataset, root)
    try:
        return parse_contract(dataset, path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise ContractError(f"{path} cannot be read: {problem}") from problem


def check_dataset_name(dataset: str, path: Path) -> None:
    """Refuse a name that others have.

    Raises:
        ContractError: Its databases would be those of others.
    """
    validate_identifier(dataset)
    if dataset in _RESERVED_DATASETS or dataset.endswith(_RESERVED_ENDING):
        raise ContractError(f"{path}: a dataset cannot be called {dataset}: its databases would clash with others")


def parse_contract(dataset: str, path: Path, text: str) -> Contract:
    """Turn the text of a contract into a `Contract`.

    Args:
        dataset: Name in the contract.
        path: File of the contract, for messages.
        text: Its text.

    Raises:
        ContractError: The text is not YAML, not ODCS, or leaves out what this stack needs.
    """
    check_dataset_name(dataset, path)
    standard, top = read_standard(path, text)
    objects = _schema_objects(standard, top)
    if dataset not in objects:
        raise top.at("schema").wrong(f"no object named {dataset!r}; it has: {', '.join(objects) or 'none'}")
    rows, spot = objects.pop(dataset)
    custom = expect.custom_properties(rows.customProperties, spot, _CUSTOM)
    contract = Contract(
        dataset=dataset,
        description=expect.sentence(rows.description, spot),
        columns=with_transforms(_columns(rows, spot), rows.properties or [], spot),
        event_time=expect.text(*_custom(custom, "eventTime", spot)),
        input_format=read_format(*_custom(custom, "inputFormat", spot)),
        row_rules=_row_rules(rows, spot),
        reject_threshold=expect.share(*_custom(custom, "rejectThreshold", spot)),
        marts=_marts(dataset, custom, objects, spot),
        path=path,
        text=text,
        time_zone=zone(*custom["timeZone"]) if "timeZone" in custom else None,
        version=expect.text(*custom["versionColumn"]) if "versionColumn" in custom else None,
        lateness=read_lateness(standard.slaProperties, top),
        superseded_threshold=expect.share(*custom["supersededThreshold"]) if "supersededThreshold" in custom else None,
        expansion_limit=read_expansion_limit(custom, spot),
    )
    _check(contract, custom, spot)
    if "driftLimits" not in custom:
        return contract
    return replace(contract, drift_limits=read_drift_limits(*custom["driftLimits"], contract))


def _schema_objects(standard: OpenDataContractStandard, top: Spot) -> dict[str, tuple[SchemaObject, Spot]]:
    found: dict[str, tuple[SchemaObject, Spot]] = {}
    for index, item in enumerate(standard.schema_ or []):
        name = item.name or ""
        spot = top.at("schema", index, words=f"schema {name}")
        if name in found:
            raise spot.wrong("appears twice")
        found[name] = (item, spot)
    return found


def _custom(custom: dict[str, tuple[Any, Spot]], name: str, spot: Spot) -> tuple[Any, Spot]:
    if name not in custom:
        raise spot.at("customProperties").wrong(f"{name} is missing: {_REQUIRED[name]}")
    return custom[name]


def _columns(item: SchemaObject, spot: Spot) -> tuple[Column, ...]:
    properties = item.properties or []
    if len(properties) > MAX_COLUMNS:
        raise spot.at("properties").wrong(f"{len(properties):,} columns, but at most {MAX_COLUMNS:,} are allowed")
    return tuple(read_column(found, spot.at("properties", index, words="")) for index, found in enumerate(properties))


def _row_rules(rows: SchemaObject, spot: Spot) -> tuple[RowRule, ...]:
    rules = []
    for index, item in enumerate(rows.quality or []):
        here = spot.at("quality", index, words=f"quality {item.name or '(no name)'}")
        if item.type != "sql":
            raise here.at("type").wrong(f"{item.type!r}, expected sql with a predicate over one row in `query`")
        name = expect.identifier(item.name, here.at("name"))
        rules.append(RowRule(name, expect.text(item.query, here.at("query")), expect.sentence(item.description, here)))
    expect.once([rule.name for rule in rules], spot.at("quality"))
    return tuple(rules)


def _marts(
    dataset: str, custom: dict[str, tuple[Any, Spot]], objects: dict[str, tuple[SchemaObject, Spot]], spot: Spot
) -> tuple[Mart, ...]:
    value, here = custom.get("marts", ([], spot))
    names = expect.texts(value, here)
    for name, (_, place) in objects.items():
        if name not in names:
            raise place.wrong("is not a mart: the custom property marts does not list it")
    return tuple(_mart(dataset, name, objects, here) for name in names)


def _mart(dataset: str, name: str, objects: dict[str, tuple[SchemaObject, Spot]], spot: Spot) -> Mart:
    if expect.identifier(name, spot) in RESERVED_TABLES:
        raise spot.wrong(f"the name {name} is reserved")
    if name not in objects:
        raise spot.wrong(f"{name} has no schema object that lists its columns")
    item, here = objects[name]
    _refuse_unchecked(item, here, f"sql/{dataset}/{name}.check.sql")
    columns = _columns(item, here)
    check_names(columns, {PARTITION_COLUMN}, here)
    return Mart(name, expect.sentence(item.description, here), columns)


def _refuse_unchecked(item: SchemaObject, spot: Spot, instead: str) -> None:
    """Refuse what reads like a check of a mart and would be none; Hive does check `required`."""
    found = [spot.at("quality")] if item.quality else []
    for index, column in enumerate(item.properties or []):
        here = spot.at("properties", index, words=f"column {column.name}")
        found += [here.at(key) for key in _MART_CHECKS if getattr(column, key)]
        options = column.logicalTypeOptions or {}
        found += [here.at("logicalTypeOptions").at(key) for key in _MART_LIMITS if key in options]
    if found:
        raise found[0].wrong(f"it is not checked for a mart: select the rows that break it in {instead}")
    expect.custom_properties(item.customProperties, spot, set())


def _check(contract: Contract, custom: dict[str, tuple[Any, Spot]], spot: Spot) -> None:
    check_names(contract.columns, RESERVED_COLUMNS, spot)
    names = {column.name: column for column in contract.columns}
    check_fields(contract, spot)
    check_groups(contract, custom["inputFormat"][1])
    place = custom["eventTime"][1]
    if contract.event_time not in names:
        raise place.wrong(f"no column {contract.event_time!r}")
    event = names[contract.event_time]
    if event.type not in ("DATE", "TIMESTAMP") or not event.required:
        raise place.wrong(f"{event.name} must be a required date or timestamp")
    _check_zones(contract, custom, spot)
    _check_version(contract, custom)
    _check_told_apart(contract, custom)
    _check_cut(contract, spot)


def _check_zones(contract: Contract, custom: dict[str, tuple[Any, Spot]], spot: Spot) -> None:
    instants = [column.name for column in contract.columns if column.is_instant]
    if instants and contract.time_zone is None:
        raise spot.at("customProperties").wrong(
            f"timeZone is missing: it says in which zone the instants of {', '.join(instants)} are published"
        )
    if contract.time_zone and not instants:
        raise custom["timeZone"][1].wrong(
            "no column has timezone, defaultTimezone or an epoch format, so this has no effect: remove it"
        )


def _check_version(contract: Contract, custom: dict[str, tuple[Any, Spot]]) -> None:
    if contract.version is None:
        return
    place = custom["versionColumn"][1]
    found = [column for column in contract.columns if column.name == contract.version]
    if not found or not found[0].required or found[0].key:
        raise place.wrong(f"{contract.version!r} must be a required column outside the primary key")
    if not contract.key:
        raise place.wrong("without a primary key, no row is a version of another")


def _check_told_apart(contract: Contract, custom: dict[str, tuple[Any, Spot]]) -> None:
    """Refuse instants in the key or as version where two of them would be published as one wall clock."""
    zone_name = contract.time_zone
    names = [
        column.name
        for column in contract.columns
        if column.is_instant and column.source_zone != zone_name and (column.key or column.name == contract.version)
    ]
    if names and zone_name and _is_set_back(zone_name):
        raise custom["timeZone"][1].wrong(
            f"where the clocks of {zone_name} go back, two instants of {', '.join(names)} would be one key or version: "
            "use a zone of one offset, e.g. timeZone: UTC"
        )


def _check_cut(contract: Contract, spot: Spot) -> None:
    """Refuse timestamps in the key or as version of which more is written than is kept."""
    for index, column in enumerate(contract.columns):
        apart = column.type == "TIMESTAMP" and (column.key or column.name == contract.version)
        if apart and any(map(is_cut, column.formats)):
            here = spot.at("properties", index, words=f"column {column.name}").at("logicalTypeOptions").at("format")
            numbers = next((form for form in column.formats if form in NUMBER_FORMATS), "more than six S")
            kept = "milliseconds" if numbers == EXCEL_DAYS else "microseconds"
            raise here.wrong(f"{numbers}: TIMESTAMP keeps {kept}, so two timestamps would become one key or version")


def _is_set_back(zone_name: str) -> bool:
    """Whether a zone has several offsets from 1970 to 2100; each is in force for some weeks at least."""
    first, rules = datetime(1970, 1, 1, tzinfo=UTC), ZoneInfo(zone_name)
    weeks = (first + timedelta(weeks=number) for number in range(130 * 52))
    return len({week.astimezone(rules).utcoffset() for week in weeks}) > 1
