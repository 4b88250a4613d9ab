"""Training sets without leakage: what was known of each entity at its time, and nothing that came later."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pyarrow as pa

from consumers.frames import Decimals, frame_of
from consumers.keys import refuse_other_types
from warehouse.contract.hive_type import is_integer, is_numeric
from warehouse.errors import UsageError
from warehouse.release.history import History
from warehouse.release.ledger import Event
from warehouse.release.manifest import Release
from warehouse.run import parse_utc

Function = Literal["count", "sum", "mean", "min", "max", "last"]

_SQL: dict[Function, str] = {
    "count": "count({column})",
    "sum": "sum({column})",
    "mean": "avg({column})",
    "min": "min({column})",
    "max": "max({column})",
    # Among rows of the same time the one with the greatest value: the answer must not depend on their order.
    "last": "arg_max({column}, {{'moment': {moment}, 'value': {column}}})",
}


@dataclass(frozen=True)
class Feature:
    """A figure computed from the clean rows of an entity before its time.

    Attributes:
        name: Column in the training set.
        column: Column of the clean rows; NULL counts for nothing.
        function: What is made of its values; without a row 0 for `count`, NULL for the others.
        days: Only rows of the last so many days; `None`: all.
        lag_days: So many days after its event time a row is known, and counts: how late a flight arrives is not known
            when it is scheduled to depart. `days` are counted back from there.
    """

    name: str
    column: str
    function: Function
    days: float | None = None
    lag_days: float = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be computed."""
        if self.function not in _SQL:
            raise UsageError(
                f"feature {self.name}: unknown function {self.function!r}, expected one of: {', '.join(_SQL)}"
            )
        if self.days is not None and not (self.days > 0 and math.isfinite(self.days)):
            raise UsageError(
                f"feature {self.name}: days={self.days} covers no row", "give more than 0, or None for all rows"
            )
        if not (self.lag_days >= 0 and math.isfinite(self.lag_days)):
            raise UsageError(f"feature {self.name}: lag_days {self.lag_days}: a row is not known before it happened")


@dataclass(frozen=True)
class TrainingSet:
    """Entities with their features.

    Attributes:
        frame: The columns and rows of the entities, in their order, then a column for each feature.
        release: Number of the release that it was made from.
        contract: Fingerprint of the contract by which that release was made.
        as_of: What was known at this time, UTC.
    """

    frame: pd.DataFrame
    release: int
    contract: str
    as_of: datetime


def release_at(dataset: str, events: Sequence[Event], as_of: datetime) -> int:
    """Number of the release that readers saw at a given time.

    The ledger has whole seconds: a move counts from the next one on. So what is asked within the second of a move,
    before or after it, gets the same answer, now and later.

    Args:
        dataset: Name in the contract.
        events: Events of the dataset in the ledger.
        as_of: The time.

    Raises:
        UsageError: The time has no time zone or is in the future, or there was no release yet.
    """
    if as_of.tzinfo is None:
        raise UsageError(f"as_of {as_of} has no time zone", "give datetime(..., tzinfo=UTC)")
    if as_of > datetime.now(UTC):
        raise UsageError(f"as_of {as_of} is in the future: the same call would give other rows later")
    number = History([event for event in events if parse_utc(event.at) < as_of.replace(microsecond=0)]).live
    if number is None:
        published = next((event.at for event in events if event.kind == "published"), None)
        first = f"its first was published at {published} UTC" if published else "it has none yet"
        raise UsageError(f"{dataset} had no release at {as_of}: {first}")
    return number


def columns_needed(release: Release, entities: pd.DataFrame, features: Sequence[Feature], at: str) -> list[str]:
    """Columns of the clean rows that are read for a training set.

    Args:
        release: Release that has the clean rows.
        entities: Entities as in `Client.training_set`.
        features: Features to compute.
        at: Name of the column with the entities' times.

    Raises:
        UsageError: The entities do not say whose rows are meant, or before when, or have other types; or features are
            missing.
    """
    _refuse_names([*entities.columns, *(feature.name for feature in features)])
    keys = [name for name in entities.columns if name != at]
    if at not in entities.columns or not pd.api.types.is_datetime64_dtype(entities[at].dtype):
        raise UsageError(
            f"the entities need a column {at!r} of type datetime64 without a time zone: the time of each entity"
        )
    if not keys or not features:
        raise UsageError(
            "give at least one feature, and entities with at least one column of the clean rows besides the time"
        )
    wanted = [*keys, *(feature.column for feature in features)]
    _refuse_columns(release, wanted, features)
    refuse_other_types(release, entities, keys)
    return list(dict.fromkeys([*wanted, release.meaning["event_time"]]))


def join(  # noqa: PLR0913, PLR0917 - the parts of one join
    release: Release,
    rows: pa.Table,
    entities: pd.DataFrame,
    as_of: datetime,
    features: Sequence[Feature],
    at: str,
    decimals: Decimals,
) -> TrainingSet:
    """Compute the features of every entity from the rows before its time.

    Args:
        release: Where the rows are from.
        rows: `columns_needed` of all clean rows of the release, in an order that is always the same.
        entities: Entities as in `Client.training_set`.
        as_of: The same.
        features: The same.
        at: The same.
        decimals: The same.

    Raises:
        UsageError: An entity's time is missing or is later than `as_of`.
    """
    _refuse_later(entities[at], at, _wall_clock(as_of, release.meaning["time_zone"]))
    asked = pa.Table.from_pandas(
        # Not in nanoseconds, in which DuckDB would write the times of all rows: they hold 1677 to 2262 only.
        entities.reset_index(drop=True).astype({at: "datetime64[us]"}),
        preserve_index=False,
    )
    asked = asked.append_column(_ROW, pa.array(range(asked.num_rows)))
    keys = [f"r.{_quoted(name)} = e.{_quoted(name)}" for name in entities.columns if name != at]
    clock = _Clock(release, f"e.{_quoted(at)}")
    least = min(feature.lag_days for feature in features)
    figures = ", ".join(_figure(feature, release, clock) for feature in features)
    with duckdb.connect() as database:
        # With more threads the order in which floats are added, and so their sum, would be another every time.
        database.execute("SET threads = 1")
        database.register("e", asked)
        database.register("r", rows)
        try:
            found = database.sql(
                f"SELECT {figures} FROM e LEFT JOIN r ON {' AND '.join([*keys, clock.known(least)])} "
                f"GROUP BY e.{_ROW} ORDER BY e.{_ROW}"
            ).to_arrow_table()
        except duckdb.Error as problem:
            what = str(problem).partition("\n")[0]
            raise UsageError(f"entities and rows of {release.dataset} cannot be joined: {what}") from problem
    computed = frame_of(found, decimals)
    # By position: labels of the entities need not be different.
    frame = entities.assign(**{name: computed[name].array for name in computed.columns})
    return TrainingSet(frame, release.number, release.contract, as_of.astimezone(UTC))


class _Clock:
    """When a row has happened, in SQL: a day when it is over, a timestamp at once."""

    def __init__(self, release: Release, at: str) -> None:
        event_time = release.meaning["event_time"]
        self.at = at
        self.moment = f"r.{_quoted(event_time)}"
        self._is_day = _types(release)[event_time] == "DATE"
        self._end = f"{self.moment} + INTERVAL 1 DAY" if self._is_day else self.moment

    def known(self, lag_days: float) -> str:
        return f"{self._end} {'<=' if self._is_day else '<'} {self._before(lag_days)}"

    def within(self, days: float, lag_days: float) -> str:
        return f"{self._end} {'>' if self._is_day else '>='} {self._before(lag_days + days)}"

    def _before(self, days: float) -> str:
        return f"{self.at} - to_seconds({float(days) * 86400!r})"


_ROW = "_row"
_OF_NUMBERS = ("sum", "mean")


def _refuse_names(names: Sequence[Hashable]) -> None:
    """Refuse a training set that SQL cannot make: it knows columns by texts, and one by each."""
    if other := [name for name in names if not isinstance(name, str)]:
        raise UsageError(
            f"column {other[0]!r} of the entities has a name that is not a string: use entities.rename(columns=...)"
        )
    if len(set(names)) < len(names):
        raise UsageError(f"two columns of the training set have the same name: {', '.join(map(str, names))}")


def _refuse_columns(release: Release, wanted: Sequence[str], features: Sequence[Feature]) -> None:
    kinds = _types(release)
    if unknown := sorted({name for name in wanted if name not in kinds}):
        raise UsageError(f"clean rows of {release.dataset} have no {', '.join(unknown)}; they have: {', '.join(kinds)}")
    for feature in features:
        if feature.function in _OF_NUMBERS and not is_numeric(kinds[feature.column]):
            raise UsageError(
                f"feature {feature.name}: {feature.column} is {kinds[feature.column]}, which has no {feature.function}"
            )


def _wall_clock(as_of: datetime, zone: str | None) -> datetime:
    """A timestamp in the dataset's time zone; in the caller's where the dataset has none."""
    return (as_of.astimezone(ZoneInfo(zone)) if zone else as_of).replace(tzinfo=None)


def _refuse_later(moments: "pd.Series[pd.Timestamp]", at: str, latest: datetime) -> None:
    if moments.isna().any():
        raise UsageError(f"column {at!r} of the entities has a missing time")
    if len(moments) and moments.max() > latest:
        raise UsageError(f"an entity's time, {moments.max()}, is later than as_of, {latest} in the dataset's time zone")


def _figure(feature: Feature, release: Release, clock: _Clock) -> str:
    kind = _types(release)[feature.column]
    figure = _SQL[feature.function].format(column=f"r.{_quoted(feature.column)}", moment=clock.moment)
    chosen = [clock.known(feature.lag_days)]
    if feature.days is not None:
        chosen.append(clock.within(feature.days, feature.lag_days))
    figure = f"{figure} FILTER ({' AND '.join(chosen)})"
    # DuckDB adds whole numbers in 128 bits, which no frame has.
    whole = f"CAST({figure} AS BIGINT)" if feature.function == "sum" and is_integer(kind) else figure
    return f"{whole} AS {_quoted(feature.name)}"


def _types(release: Release) -> dict[str, str]:
    """Hive types of the clean rows by column."""
    return {column["name"]: column["type"] for column in release.meaning["columns"]}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
