"""Clean taxi trips, many at once, as whole numbers: money in cents, distance in hundredths of a mile, times in seconds.

Whole numbers only, since logarithms and the like differ in the last digit between machines. Trips of one quarter are
evenly spread over it in time. No two share a key: those of one second differ in how long they take.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from warehouse.quarter import Quarter

Integers = NDArray[np.int64]
Texts = NDArray[np.object_]

YEAR = 2024
QUARTERS = tuple(Quarter(YEAR, number) for number in range(1, 5))
ZONES = 265
NULL = -1
"""Stands for a value that is missing. No value is negative."""

TRIPS_A_SECOND = 64
"""So many trips of one second are told apart."""

_JFK_RATE, _BY_APP, _BY_CARD = 2, 0, 1
_EMPTY = [""]
# The last entry is that of -1, which is NULL.
_SMALL: Texts = np.array([*(str(number) for number in range(300)), *_EMPTY], dtype=object)
_HUNDREDTHS: Texts = np.array([*(f"{n // 100}.{n % 100:02d}" for n in range(50_000)), *_EMPTY], dtype=object)
_FLAGS: Texts = np.array(["N", "Y", *_EMPTY], dtype=object)
_DAY = 86_400
_DAYS: Texts = np.array([f"{date(YEAR, 1, 1) + timedelta(days=n)} " for n in range(370)], dtype=object)
_TIMES: Texts = np.array(
    [f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for second in range(_DAY)], dtype=object
)
_NOT_SENT_BY_APPS = ("passenger_count", "rate_code_id", "store_and_fwd_flag", "congestion_surcharge", "airport_fee")
_CHARGES = ("fare_amount", "extra", "mta_tax", "tip_amount", "tolls_amount", "improvement_surcharge")
_SURCHARGES = ("congestion_surcharge", "airport_fee")


@dataclass(frozen=True)
class Trips:
    """Trips of one quarter.

    Attributes:
        columns: One array a column, under its published name and in the order of the files. Times count from the
            first second of `YEAR`.
    """

    columns: dict[str, Integers]

    def __len__(self) -> int:
        return len(self.columns["pickup_at"])

    def take(self, positions: Integers) -> "Trips":
        """Some of the trips."""
        return Trips({name: values[positions] for name, values in self.columns.items()})

    def with_fares_raised(self, cents: Integers) -> "Trips":
        """The same trips, fare and total higher by so many cents each."""
        raised = {name: self.columns[name] + cents for name in ("fare_amount", "total_amount")}
        return Trips(self.columns | raised)

    def rows(self) -> list[tuple[str, ...]]:
        """The texts of all fields, row by row; a missing value is the empty text."""
        return list(zip(*(_texts(name, values) for name, values in self.columns.items()), strict=True))


@dataclass(frozen=True)
class Slots:
    """A run of consecutive trips of a quarter.

    Attributes:
        quarter: 0 to 3.
        first: Number of the first trip within the quarter, from 0.
        count: Trips.
        quarter_count: All trips of the quarter.
    """

    quarter: int
    first: int
    count: int
    quarter_count: int


def make_trips(slots: Slots, chance: np.random.Generator) -> Trips:
    """Trips for some slots: the times follow from the slots, the rest is random."""
    count, number = slots.count, np.arange(slots.first, slots.first + slots.count, dtype=np.int64)
    start, seconds = _span(slots.quarter)
    pickup = start + number * seconds // slots.quarter_count
    # The remainder is another one for each trip of a second.
    duration = chance.integers(2, 50, count) * TRIPS_A_SECOND + number % TRIPS_A_SECOND
    distance = 30 + chance.integers(0, 1000, count) * chance.integers(0, 1000, count) // 1000
    columns = {
        "vendor_id": _choice(chance, count, {1: 24, 2: 70, 6: 3, 7: 3}),
        "pickup_at": pickup,
        "dropoff_at": pickup + duration,
        "passenger_count": _choice(chance, count, {0: 2, 1: 74, 2: 15, 3: 4, 4: 2, 5: 2, 6: 1}),
        "trip_distance": distance,
        "rate_code_id": _choice(chance, count, {1: 94, 2: 3, 3: 1, 5: 1, 99: 1}),
        "store_and_fwd_flag": _choice(chance, count, {0: 99, 1: 1}),
        "pickup_zone": _zones(chance, count),
        "dropoff_zone": _zones(chance, count),
        "payment_type": _choice(chance, count, {0: 5, 1: 78, 2: 14, 3: 1, 4: 2}),
    }
    columns |= _money(columns, chance)
    return Trips(columns)


def _span(quarter: int) -> tuple[int, int]:
    starts = [*(item.start for item in QUARTERS), date(YEAR + 1, 1, 1)]
    seconds = [(start - starts[0]).days * _DAY for start in starts]
    return seconds[quarter], seconds[quarter + 1] - seconds[quarter]


def _choice(chance: np.random.Generator, count: int, percent: dict[int, int]) -> Integers:
    values = np.repeat(np.array(list(percent), dtype=np.int64), list(percent.values()))
    return values[chance.integers(0, len(values), count)]


def _zones(chance: np.random.Generator, count: int) -> Integers:
    # A few zones have most of the trips.
    rank = chance.integers(0, 1000, count) * chance.integers(0, 1000, count) * ZONES // 1_000_000
    return rank * 97 % ZONES + 1


def _money(trips: dict[str, Integers], chance: np.random.Generator) -> dict[str, Integers]:
    count = len(trips["pickup_at"])
    fare = np.where(trips["rate_code_id"] == _JFK_RATE, 7000, 300 + trips["trip_distance"] * 7 // 2 // 10 * 10)
    tip = np.where(trips["payment_type"] == _BY_CARD, fare * chance.integers(0, 31, count) // 100, 0)
    money = {
        "fare_amount": fare,
        "extra": _choice(chance, count, {0: 45, 100: 25, 250: 30}),
        "mta_tax": np.full(count, 50),
        "tip_amount": tip,
        "tolls_amount": _choice(chance, count, {0: 94, 694: 6}),
        "improvement_surcharge": np.full(count, 100),
        "total_amount": np.zeros(count, dtype=np.int64),
        "congestion_surcharge": _choice(chance, count, {0: 8, 250: 92}),
        "airport_fee": _choice(chance, count, {0: 91, 175: 9}),
        "cbd_congestion_fee": np.full(count, NULL),
    }
    by_app = trips["payment_type"] == _BY_APP
    for name in _NOT_SENT_BY_APPS:
        (money if name in money else trips)[name][by_app] = NULL
    charges = [money[name] for name in _CHARGES] + [np.maximum(money[name], 0) for name in _SURCHARGES]
    money["total_amount"] = np.sum(charges, axis=0)
    return money


def _texts(name: str, values: Integers) -> list[str]:
    if name in ("pickup_at", "dropoff_at"):
        days, times = _DAYS[values // _DAY].tolist(), _TIMES[values % _DAY].tolist()
        return [day + time for day, time in zip(days, times, strict=True)]
    if name == "store_and_fwd_flag":
        table = _FLAGS
    else:
        table = _HUNDREDTHS if name.endswith(("amount", "_fee", "extra", "tax", "surcharge", "distance")) else _SMALL
    texts: list[str] = table[values].tolist()
    return texts
