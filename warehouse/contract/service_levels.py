"""`slaProperties` of a contract file: how late data may be."""

from collections.abc import Sequence
from datetime import timedelta

from open_data_contract_standard.model import ServiceLevelAgreementProperty

from warehouse.contract import expect
from warehouse.contract.odcs import Spot

_LATENCY = "latency"
_HOURS = ("h", "hour", "hours")
_DAYS = ("d", "day", "days")
_MOST = 10_000
"""The most of either unit; more is a mistake, and dates would leave the calendar."""


def read_lateness(items: Sequence[ServiceLevelAgreementProperty] | None, top: Spot) -> timedelta:
    """The time after which rows of a quarter that ended are there: the longest `latency`, none without one.

    Other properties of the standard promise things that no schedule depends on.

    Raises:
        ContractError: One is not a whole number of days or hours.
    """
    found = [
        _latency(item, top.at("slaProperties", index, words=f"slaProperties {_LATENCY}"))
        for index, item in enumerate(items or [])
        if item.property == _LATENCY
    ]
    return max(found, default=timedelta())


def _latency(item: ServiceLevelAgreementProperty, spot: Spot) -> timedelta:
    value = expect.count(item.value, spot.at("value"), _MOST)
    unit = expect.choice(item.unit, spot.at("unit"), _DAYS + _HOURS)
    return timedelta(days=value) if unit in _DAYS else timedelta(hours=value)
