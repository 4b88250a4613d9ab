"""Training sets without leakage: what was known of each entity at its moment, and nothing that came later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pyarrow as pa

from consumers.frames import Decimals, frame_of
from warehouse.errors import UsageError
from warehouse.ledger import Event, live_release
from warehouse.release import Release
from warehouse.run import parse_utc

Function = Literal["count", "sum", "mean", "min", "max", "last"]

_SQL: dict[Function, str] = {
    "count": "count({column})",
    "sum": "sum({column})",
    "mean": "avg({column})",
    "min": "min({column})",
    "max": "max({column})",
    # Of rows of the same moment the one with the greatest value: an answer that does not depend on their order.
    "last": "arg_max({column}, {{'moment': {moment}, 'value': {column}}})",
}


@dataclass(frozen=True)
class Feature:
    """A figure computed of the clean rows of an entity before its moment.

    Attributes:
        name: Column in the training set.
        column: Of the clean rows. NULL counts for nothing.
        function: What is made of its values; without a row 0 for `count`, NULL for the others.
        days: Only rows of so many days before the moment; `None`: all before it.
    """

    name: str
    column: str
    function: Function
    days: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be computed."""
        if self.function not in _SQL:
            raise UsageError(f"feature {self.name}: {self.function!r} is none of {', '.join(_SQL)}")
        if self.days is not None and not self.days > 0:
            raise UsageError(f"feature {self.name}: {self.days} days hold no row; give more than 0")


@dataclass(frozen=True)
class TrainingSet:
    """Entities with their features.

    Attributes:
        frame: The columns and rows of the entities, in their order, then a column for each feature.
        release: Number of the release that it was made from.
        contract: Fingerprint of the contract by which that release was made.
        as_of: What was known at this moment, UTC.
    """

    frame: pd.DataFrame
    release: int
    contract: str
    as_of: datetime


def release_at(dataset: str, events: Sequence[Event], as_of: datetime) -> int:
    """Number of the release that readers saw at a moment.

    Raises:
        UsageError: The moment has no time zone or is in the future, or there was no release yet.
    """
    if as_of.tzinfo is None:
        raise UsageError(f"as_of {as_of} has no time zone: give datetime(..., tzinfo=UTC)")
    if as_of > datetime.now(UTC):
        raise UsageError(f"as_of {as_of} is in the future: the same call would give other rows later")
    number = live_release([event for event in events if parse_utc(event.at) <= as_of])
    if number is None:
        published = next((event.at for event in events if event.kind == "published"), None)
        first = f"its first was published at {published} UTC" if published else "it has none yet"
        raise UsageError(f"{dataset} had no release at {as_of}: {first}")
    return number


def columns_needed(release: Release, entities: pd.DataFrame, features: Sequence[Feature], at: str) -> list[str]:
    """Columns of the clean rows that are read for a training set.

    Raises:
        UsageError: The entities do not say whose rows are meant, or before when; or features are missing.
    """
    known = [column["name"] for column in release.meaning["columns"]]
    keys = [name for name in entities.columns if name != at]
    if at not in entities.columns or not pd.api.types.is_datetime64_dtype(entities[at].dtype):
        raise UsageError(f"the entities need a column {at!r} of datetime64 without a time zone, the moment of each")
    if not keys or not features:
        raise UsageError("give entities with at least one column of the clean rows besides the moment, and a feature")
    wanted = [*keys, *(feature.column for feature in features)]
    if unknown := sorted({name for name in wanted if name not in known}):
        raise UsageError(f"clean rows of {release.dataset} have no {', '.join(unknown)}; they have: {', '.join(known)}")
    names = [*entities.columns, *(feature.name for feature in features)]
    if len(set(names)) < len(names):
        raise UsageError(f"two columns of the training set have the same name: {', '.join(names)}")
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
    """Compute the features of every entity from the rows before its moment.

    Args:
        release: Where the rows are from.
        rows: `columns_needed` of all clean rows of the release, in an order that is always the same.
        entities: As in `Client.training_set`.
        as_of: The same.
        features: The same.
        at: The same.
        decimals: The same.

    Raises:
        UsageError: An entity's moment is missing or lies behind `as_of`.
    """
    _refuse_later(entities[at], at, _wall_clock(as_of, release.meaning["time_zone"]))
    asked = pa.Table.from_pandas(entities.reset_index(drop=True), preserve_index=False)
    asked = asked.append_column(_ROW, pa.array(range(asked.num_rows)))
    moment = _quoted(release.meaning["event_time"])
    keys = " AND ".join(f"r.{_quoted(name)} = e.{_quoted(name)}" for name in entities.columns if name != at)
    kinds = {column["name"]: column["type"] for column in release.meaning["columns"]}
    figures = ", ".join(_figure(feature, kinds[feature.column], moment, _quoted(at)) for feature in features)
    with duckdb.connect() as database:
        # With more threads the order in which floats are added, and so their sum, would be another every time.
        database.execute("SET threads = 1")
        database.register("e", asked)
        database.register("r", rows)
        found = database.sql(
            f"SELECT {figures} FROM e LEFT JOIN r ON {keys} AND r.{moment} < e.{_quoted(at)} "  # noqa: S608
            f"GROUP BY e.{_ROW} ORDER BY e.{_ROW}"
        ).to_arrow_table()
    computed = frame_of(found, decimals).set_index(entities.index)
    return TrainingSet(entities.join(computed), release.number, release.contract, as_of.astimezone(UTC))


_ROW = "_row"
_WHOLE = ("TINYINT", "SMALLINT", "INT", "BIGINT")


def _wall_clock(as_of: datetime, zone: str | None) -> datetime:
    """A moment by the dataset's clock; without a zone of the dataset by the clock that the caller gave."""
    return (as_of.astimezone(ZoneInfo(zone)) if zone else as_of).replace(tzinfo=None)


def _refuse_later(moments: "pd.Series[pd.Timestamp]", at: str, latest: datetime) -> None:
    if moments.isna().any():
        raise UsageError(f"column {at!r} of the entities has a moment that is missing")
    if len(moments) and moments.max() > latest:
        raise UsageError(f"an entity's moment, {moments.max()}, lies behind as_of, {latest} in the dataset's time zone")


def _figure(feature: Feature, kind: str, moment: str, at: str) -> str:
    figure = _SQL[feature.function].format(column=f"r.{_quoted(feature.column)}", moment=f"r.{moment}")
    seconds = "" if feature.days is None else f" FILTER (r.{moment} >= e.{at} - to_seconds({feature.days * 86400!r}))"
    # DuckDB adds whole numbers in 128 bits, which no frame has.
    whole = f"CAST({figure}{seconds} AS BIGINT)" if feature.function == "sum" and kind in _WHOLE else figure + seconds
    return f"{whole} AS {_quoted(feature.name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
