"""Forecasts next week's mean arrival delay of flights from each large airport, and shows what that is worth.

    pip install '.[client,ml]'
    python -m consumers.examples.forecast_delays --out forecast --publish

Weeks are rows: what was known of an airport on a Monday, and the mean delay of the seven days that followed. A delay is
known when the flight has arrived, not when it was to depart: on a Monday that of no flight since Friday counts. Each of
the last ten weeks is forecast by a model that learned from weeks that were known by then alone, and compared with three
naive forecasts: as in the last seven days that are known, in the last 28, as ever. Written to the directory: a plot,
and the forecast of the first week after the data. `--publish` brings that into the warehouse the way all rows come, as
a batch of `delay_forecast`; it starts Spark, so it needs the packages of `.[client,ml,stack]`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.linear_model import LinearRegression

import stackhouse
from consumers.client import Client, connect
from consumers.examples.forecast_plot import Comparison, plot
from consumers.training import Feature, TrainingSet
from warehouse.errors import StackhouseError, UsageError

WEEK = timedelta(days=7)
MIN_FLIGHTS = 500
"""In four weeks: the mean delay of a small airport's week says more about luck than about the airport."""

LANDED = 3
"""Days after its scheduled departure every flight has arrived: the contract allows two days of delay."""

NAIVE = {"mean_7d": "as last week", "mean_28d": "as the last four weeks", "mean_ever": "as ever"}
FEATURES = (
    Feature("flights_28d", "delay", "count", days=28, lag_days=LANDED),
    Feature("mean_7d", "delay", "mean", days=7, lag_days=LANDED),
    Feature("mean_28d", "delay", "mean", days=28, lag_days=LANDED),
    Feature("mean_ever", "delay", "mean", lag_days=LANDED),
)
LABEL = Feature("label", "delay", "mean", days=7)
JUDGED = 10
"""Weeks at the end that are forecast to be compared with what happened."""


@dataclass(frozen=True)
class Judgement:
    """How far forecasts were off.

    Attributes:
        errors: Mean absolute error of an airport's week by `model` and each of `NAIVE`, minutes, weighted by flights.
        airports: The same by airport, with `flights` in four weeks on average.
        weeks: The same by Monday, all airports together.
    """

    errors: dict[str, float]
    airports: pd.DataFrame
    weeks: pd.DataFrame

    @property
    def best_naive(self) -> str:
        """Name of the naive forecast that was off least."""
        return min(NAIVE, key=self.errors.__getitem__)

    @property
    def comparison(self) -> Comparison:
        """The model beside the best naive forecast."""
        naive = self.best_naive
        tables = [table.rename(columns={naive: "naive"}) for table in (self.airports, self.weeks)]
        return Comparison(self.errors["model"], self.errors[naive], NAIVE[naive], *tables)


def main(arguments: Sequence[str] | None = None) -> None:
    """Forecast as asked; a failure is printed in one line, with the exit code that `./stackhouse` has for it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("forecast"), help="directory for the plot and the forecast")
    parser.add_argument("--publish", action="store_true", help="load the forecast into the warehouse and publish it")
    given = parser.parse_args(arguments)
    try:
        forecasts = forecast_dataset() if given.publish else None
        file = run(given.out)
        if forecasts:
            publish(forecasts, file)
    except StackhouseError as problem:
        print(f"forecast_delays: {problem}", file=sys.stderr)
        sys.exit(problem.exit_code)


def run(out: Path) -> Path:
    """Train, judge, plot, forecast; returns the file with the forecast."""
    make_directory(out)
    with connect("flights") as flights:
        mondays = mondays_of(flights)
        known = known_on(flights, mondays, datetime.now(UTC))
    judgement = judge(known.frame)
    tell(judgement, known.release)
    plot(judgement.comparison, out / "forecast.png")
    file = out / f"forecast_{mondays[-1]:%Y-%m-%d}_r{known.release}.csv"
    write(forecast(known.frame, mondays[-1]), known.release, file)
    print(f"{out / 'forecast.png'}, {file}")
    return file


def make_directory(out: Path) -> None:
    """Make the directory for what is written, before rows are read for a minute.

    Raises:
        UsageError: Its place is taken by a file, or nothing can be written there.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise UsageError(
            f"--out {out}: expected a directory, or a place for a new one: {problem.strerror}"
        ) from problem
    if not os.access(out, os.W_OK | os.X_OK):
        raise UsageError(f"--out {out}: nothing can be written to this directory")


def tell(judgement: Judgement, release: int) -> None:
    """Print how far the forecasts were off."""
    model, naive = judgement.errors["model"], judgement.errors[judgement.best_naive]
    print(f"release {release}, mean absolute error of an airport's week in minutes, {JUDGED} weeks:")
    print(f"  model {model:.2f}, {1 - model / naive:.0%} less than the best naive forecast")
    for name, meaning in NAIVE.items():
        print(f"  {meaning} {judgement.errors[name]:.2f}")


def mondays_of(flights: Client) -> list[pd.Timestamp]:
    """Mondays with four weeks of known delays before them; the last is the first Monday after the data."""
    days = flights.read_clean(columns=["scheduled_departure"])["scheduled_departure"]
    first = days.min().normalize() + 4 * WEEK + timedelta(days=LANDED)
    last = days.max().normalize() + WEEK
    return list(pd.date_range(first, last, freq="W-MON").as_unit("us"))


def known_on(flights: Client, mondays: Sequence[pd.Timestamp], as_of: datetime) -> TrainingSet:
    """What was known of each airport on each Monday, with the label where the week that followed is in the data.

    Args:
        flights: Client of the flights.
        mondays: Days to look at each airport.
        as_of: Time at which all of it was known.
    """
    airports = flights.read_mart("airport_delays_by_quarter", columns=["origin"])["origin"].unique()
    places = pd.MultiIndex.from_product([sorted(airports), mondays], names=["origin", "at"]).to_frame(index=False)
    known = flights.training_set(places, as_of, FEATURES)
    later = places.assign(at=places["at"] + WEEK)
    label = flights.training_set(later, as_of, [LABEL]).frame["label"]
    frame = known.frame.assign(label=label.where(places["at"] < mondays[-1]))
    large = (frame["flights_28d"] >= MIN_FLIGHTS) & frame["mean_7d"].notna()
    return TrainingSet(frame[large].reset_index(drop=True), known.release, known.contract, known.as_of)


def train(weeks: pd.DataFrame) -> LinearRegression:
    """A model of how an airport's week differs from that of all airports, by how it differed before.

    How late all are together is not learned: that changes from week to week, and there are few weeks to learn from.
    """
    model = LinearRegression(fit_intercept=False)
    return model.fit(differences(weeks), weeks["label"] - level(weeks, "label"), sample_weight=weights(weeks))


def predict(model: LinearRegression, weeks: pd.DataFrame) -> "pd.Series[float]":
    """All airports as late as in the last seven days that are known, and each as different from them as it was."""
    return level(weeks, "mean_7d").add(model.predict(differences(weeks)))


def differences(weeks: pd.DataFrame) -> pd.DataFrame:
    """How far the naive forecast of each airport is from that of all airports together."""
    return pd.DataFrame({name: weeks[name] - level(weeks, name) for name in NAIVE})


def level(weeks: pd.DataFrame, column: str) -> "pd.Series[float]":
    """Mean of all airports of the same Monday, weighted by flights."""
    weight = weights(weeks)
    return (weeks[column] * weight).groupby(weeks["at"]).transform("sum") / weight.groupby(weeks["at"]).transform("sum")


def weights(weeks: pd.DataFrame) -> "pd.Series[float]":
    """Flights of the four weeks before."""
    return weeks["flights_28d"].astype("float64")


def judge(frame: pd.DataFrame) -> Judgement:
    """Forecast each of the last weeks from what was known on its Monday, then look at what happened."""
    complete = frame.dropna(subset=["label"])
    judged = []
    for monday in sorted(complete["at"].unique())[-JUDGED:]:
        week = complete[complete["at"] == monday]
        judged.append(week.assign(model=predict(train(known_by(complete, monday)), week)))
    return compare(pd.concat(judged))


def compare(weeks: pd.DataFrame) -> Judgement:
    """Look at what happened in the weeks of airports that were forecast."""
    names = ["model", *NAIVE]
    off = weeks[names].sub(weeks["label"], axis=0).abs().mul(weights(weeks), axis=0).assign(flights=weights(weeks))
    errors = {name: float(off[name].sum() / off["flights"].sum()) for name in names}
    airports, mondays = (mean_errors(off, weeks[column]) for column in ("origin", "at"))
    return Judgement(errors, airports.assign(flights=off["flights"].groupby(weeks["origin"]).mean()), mondays)


def mean_errors(off: pd.DataFrame, groups: "pd.Series[Any]") -> pd.DataFrame:
    """Means by group of errors that are multiplied by flights."""
    sums = off.groupby(groups).sum()
    return sums.drop(columns="flights").div(sums["flights"], axis=0)


def known_by(complete: pd.DataFrame, monday: pd.Timestamp) -> pd.DataFrame:
    """Weeks whose every flight had arrived."""
    return complete[complete["at"] + WEEK + timedelta(days=LANDED) <= monday]


def forecast(frame: pd.DataFrame, monday: pd.Timestamp) -> pd.DataFrame:
    """The week after the data, by a model that learned from the weeks that were known."""
    model = train(known_by(frame.dropna(subset=["label"]), monday))
    coming = frame[frame["at"] == monday]
    return coming.assign(forecast=predict(model, coming))


def write(rows: pd.DataFrame, release: int, path: Path) -> None:
    """A file as `data/delay_forecast/dataset.yaml` wants it.

    Args:
        rows: Airports with their forecasts.
        release: Release of flights that they were made from.
        path: File to write.
    """
    names = {"origin": "airport", "at": "week_from", "forecast": "forecast", "mean_28d": "mean_before"}
    named = rows[[*names]].rename(columns=names).assign(flights_release=release)
    named.to_csv(path, index=False, float_format="%.4f", date_format="%Y-%m-%d %H:%M:%S")


def forecast_dataset() -> "stackhouse.Dataset":
    """The dataset to publish to, asked for before rows are read for a minute.

    Raises:
        UsageError: A package of the stack is not installed.
    """
    try:
        return stackhouse.Warehouse().dataset("delay_forecast")
    except ModuleNotFoundError as problem:
        raise UsageError(
            f"--publish: the package {problem.name} is not installed", "pip install '.[client,ml,stack]'"
        ) from problem


def publish(forecasts: "stackhouse.Dataset", file: Path) -> None:
    """Load the forecast and publish it: checked by its contract, with a release of its own that can be rolled back.

    Raises:
        HeldError: A check holds the release; readers keep the old one.
        StackhouseError: One of the two failed.
    """
    batch = forecasts.load([file]).batch
    report = forecasts.run()
    print(f"{forecasts.name}: {batch.rows} forecasts in batch {batch.id}, release {report.release.number} is live")


if __name__ == "__main__":
    main()
