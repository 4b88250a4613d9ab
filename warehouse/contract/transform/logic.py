"""`transformLogic` of the columns in a contract file: which fields of the files it reads."""

from collections.abc import Sequence
from dataclasses import replace

from open_data_contract_standard.model import SchemaProperty

from warehouse.contract import expect
from warehouse.contract.file_columns import fields_of
from warehouse.contract.model import Column, Contract
from warehouse.contract.odcs import Spot
from warehouse.errors import UnreadableSqlError

MAX_CHARACTERS = 2000
"""Characters of a `transformLogic`: Spark copies it into the code that it generates."""


def with_transforms(columns: Sequence[Column], items: Sequence[SchemaProperty], spot: Spot) -> tuple[Column, ...]:
    """The columns, with the `transformLogic` that they have.

    Args:
        columns: Columns of a dataset.
        items: Their properties.
        spot: The schema object.

    Raises:
        ContractError: It cannot be read, or says what is not allowed; names file, line and column.
    """
    places = (spot.at("properties", index, words=f"column {column.name}") for index, column in enumerate(columns))
    return tuple(map(_with_transform, columns, items, places))


def _with_transform(column: Column, item: SchemaProperty, spot: Spot) -> Column:
    if item.transformLogic is None:
        return column
    here = spot.at("transformLogic")
    sql = expect.text(item.transformLogic, here)
    if len(sql) > MAX_CHARACTERS:
        raise here.wrong(f"{len(sql):,} characters, but at most {MAX_CHARACTERS:,} are allowed")
    computed = replace(column, transform=sql, reads=_reads(sql, here))
    if item.physicalName and column.source_name.lower() not in map(str.lower, computed.reads):
        raise spot.at("physicalName").wrong("transformLogic does not use it: remove it")
    if column.other_source_names:
        raise spot.at("customProperties").wrong("a column with transformLogic has no other names: remove them")
    return computed


def _reads(sql: str, here: Spot) -> tuple[str, ...]:
    # Most contracts have no such column, and the parser takes half a second to import.
    from warehouse.contract.transform.sql import translate

    try:
        reads = translate(sql).reads
    except UnreadableSqlError as problem:
        raise here.wrong(str(problem)) from problem
    if not reads:
        raise here.wrong("it does not use any column of the file")
    return reads


def check_fields(contract: Contract, spot: Spot) -> None:
    """Refuse two columns that are one field of the files, and in files without a header fields without a place.

    Raises:
        ContractError: Names file, line and field.
    """
    fields = fields_of(contract)
    # Files are matched by name whatever the case.
    names = [name.lower() for field in fields for name in field.source_names]
    expect.once(names, spot.at("properties", words="physicalName"))
    form = contract.input_format
    placed = {column.source_name.lower() for column in contract.columns}
    lost = [field.source_name for field in fields if field.source_name.lower() not in placed]
    if lost and form.kind == "csv" and not form.header:
        raise spot.at("properties", words="transformLogic").wrong(
            f"{', '.join(lost)}: without a header a column of the file is found by its place in the contract, so make "
            "it a column of the contract"
        )
