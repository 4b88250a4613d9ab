"""The custom property `expansionLimit` of a contract file."""

from typing import Any

from warehouse.contract import expect
from warehouse.contract.odcs import Spot
from warehouse.input.compressed_streams import ExpansionLimit

_MAX_RATIO = 1_000_000
_MAX_BYTES = 10**15


def read_expansion_limit(custom: dict[str, tuple[Any, Spot]], spot: Spot) -> ExpansionLimit:
    """Read the limit, the default one where a contract has none.

    Args:
        custom: Custom properties of the dataset, by name.
        spot: Where the dataset is.

    Raises:
        ContractError: A key is unknown, or a value is not a whole number above 0.
    """
    default = ExpansionLimit()
    value, here = custom.get("expansionLimit", ({}, spot.at("customProperties")))
    found = expect.mapping(value, here, {"ratio", "bytes"})
    return ExpansionLimit(
        ratio=expect.count(found.get("ratio", default.ratio), here.at("ratio"), _MAX_RATIO, least=1),
        bytes=expect.count(found.get("bytes", default.bytes), here.at("bytes"), _MAX_BYTES, least=1),
        place=str(here),
    )
