"""The custom property `driftLimits` of a contract file."""

from collections.abc import Sequence

from warehouse.contract import expect
from warehouse.contract.hive_type import is_numeric
from warehouse.contract.model import Column, Contract, DriftLimit
from warehouse.contract.odcs import Spot
from warehouse.release.manifest import CLEAN

_KEYS = {"table", "column", "limit"}


def read_drift_limits(value: object, spot: Spot, contract: Contract) -> tuple[DriftLimit, ...]:
    """Read the limits.

    Args:
        value: Value of the property.
        spot: Where it is.
        contract: Has the tables that a limit can be for.

    Raises:
        ContractError: One is wrong, or there are two for one thing.
    """
    if not isinstance(value, list):
        raise spot.wrong(f"expected a list of limits, got {value!r}")
    limits = tuple(_limit(item, spot.at(index, words=""), contract) for index, item in enumerate(value))
    expect.once([f"{limit.table}.{limit.column or 'rows'}" for limit in limits], spot)
    return limits


def _limit(value: object, spot: Spot, contract: Contract) -> DriftLimit:
    found = expect.mapping(value, spot, _KEYS)
    tables: dict[str, Sequence[Column]] = {CLEAN: contract.columns}
    tables |= {mart.name: mart.columns for mart in contract.marts}
    table = expect.choice(found.get("table", CLEAN), spot.at("table"), tuple(tables))
    column = None
    if "column" in found:
        numeric = tuple(column.name for column in tables[table] if is_numeric(column.type))
        if not numeric:
            raise spot.at("column").wrong(f"{table} has no numeric column")
        column = expect.choice(found["column"], spot.at("column"), numeric)
    return DriftLimit(_share_of_change(found.get("limit"), spot.at("limit")), table, column)


def _share_of_change(value: object, spot: Spot) -> float:
    # More than 1 is possible: three times as much is a change of 2.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise spot.wrong(f"expected a relative change above 0, e.g. 0.2, got {value!r}")
    return float(value)
