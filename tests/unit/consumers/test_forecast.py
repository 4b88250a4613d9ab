"""What the example of a forecast draws, and how it ends when something is not as it needs it."""

from contextlib import contextmanager
from types import SimpleNamespace

import pandas as pd
import pytest
from matplotlib import colors, image
from matplotlib.collections import LineCollection

import stackhouse
from consumers.examples import forecast_delays, forecast_plot
from consumers.examples.forecast_plot import draw
from warehouse.errors import HeldError, JobError, StackDownError, UsageError


@pytest.mark.parametrize(
    "error", [StackDownError("HDFS does not answer", "run ./stackhouse up"), UsageError("no release")]
)
def test_what_fails_is_one_line_with_its_exit_code(error, tmp_path, monkeypatch, capsys):
    @contextmanager
    def refuse(_dataset):
        raise error
        yield

    monkeypatch.setattr(forecast_delays, "connect", refuse)
    with pytest.raises(SystemExit) as ended:
        forecast_delays.main(["--out", str(tmp_path / "forecast")])
    assert ended.value.code == error.exit_code
    assert capsys.readouterr() == ("", f"forecast_delays: {error}\n")


class FakeWarehouse:
    """A warehouse and its one dataset, which raises what a step is given."""

    name = "delay_forecast"

    def __init__(self, load=None, run=None):
        self._problems = {"load": load, "run": run}
        self.done = []

    def dataset(self, name):
        assert name == self.name
        return self

    def load(self, files):
        self._do("load", files)
        return SimpleNamespace(batch=SimpleNamespace(id="b1", rows=101))

    def run(self):
        self._do("run")
        return SimpleNamespace(release=SimpleNamespace(number=7))

    def _do(self, step, *given):
        self.done.append((step, *given))
        if self._problems[step]:
            raise self._problems[step]


@pytest.fixture
def publish(tmp_path, monkeypatch):
    """Publish to this warehouse a forecast that is there already."""
    monkeypatch.setattr(forecast_delays, "run", lambda out: out / "forecast.csv")

    def published(warehouse):
        monkeypatch.setitem(vars(stackhouse), "Warehouse", lambda: warehouse)
        forecast_delays.main(["--out", str(tmp_path), "--publish"])

    return published


def test_forecast_is_loaded_and_run(publish, tmp_path, capsys):
    warehouse = FakeWarehouse()
    publish(warehouse)
    assert warehouse.done == [("load", [tmp_path / "forecast.csv"]), ("run",)]
    assert capsys.readouterr().out == "delay_forecast: 101 forecasts in batch b1, release 7 is live\n"


@pytest.mark.parametrize(
    ("problems", "steps", "code"),
    [
        ({"run": HeldError("held by a check", "look at history")}, ["load", "run"], 3),
        ({"run": JobError("the Spark job failed")}, ["load", "run"], 1),
        ({"load": StackDownError("HDFS does not answer", "run ./stackhouse up")}, ["load"], 4),
    ],
)
def test_held_release_is_told_apart_from_a_failure_by_its_exit_code(problems, steps, code, publish, capsys):
    warehouse = FakeWarehouse(**problems)
    with pytest.raises(SystemExit) as ended:
        publish(warehouse)
    assert ended.value.code == code
    assert [step for step, *_ in warehouse.done] == steps
    assert capsys.readouterr() == ("", f"forecast_delays: {next(iter(problems.values()))}\n")


def test_publishing_without_the_packages_of_the_stack_is_refused_before_any_work(tmp_path, monkeypatch, capsys):
    monkeypatch.delitem(vars(stackhouse), "Warehouse", raising=False)
    monkeypatch.setitem(stackhouse._LAZY, "Warehouse", "not_installed")
    monkeypatch.setattr(forecast_delays, "run", lambda _: pytest.fail("it began to work"))
    with pytest.raises(SystemExit) as ended:
        forecast_delays.main(["--out", str(tmp_path), "--publish"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "forecast_delays: --publish: the package not_installed is not installed; pip install '.[client,ml,stack]'\n"
    )


@pytest.mark.parametrize("below", ["", "/below/it"])
def test_file_in_the_place_of_the_directory_is_one_line(below, tmp_path, capsys):
    (tmp_path / "taken").write_text("mine")
    out = f"{tmp_path}/taken{below}"
    with pytest.raises(SystemExit) as ended:
        forecast_delays.main(["--out", out])
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"forecast_delays: --out {out}: expected a directory")
    assert printed.err.count("\n") == 1
    assert (tmp_path / "taken").read_text() == "mine"


MONDAYS = pd.to_datetime(["2001-05-07", "2001-05-14"])


def weeks():
    """Two airports, of which one has three times as many flights, and what was forecast of each in two weeks."""
    return pd.DataFrame(
        {
            "origin": ["BIG", "BIG", "SML", "SML"],
            "at": [*MONDAYS, *MONDAYS],
            "flights_28d": pd.array([3000, 3000, 1000, 1000], "Int64"),
            "label": [10.0, 20.0, 5.0, 5.0],
            "model": [12.0, 16.0, 5.0, 7.0],
            "mean_7d": [9.0, 20.0, 15.0, 9.0],
            "mean_28d": [30.0, 40.0, 25.0, 25.0],
            "mean_ever": [30.0, 40.0, 25.0, 25.0],
        }
    )


def test_errors_are_weighted_by_flights_and_told_by_airport_and_week():
    judgement = forecast_delays.compare(weeks())
    # By hand: (3 * 2 + 3 * 4 + 1 * 0 + 1 * 2) / 8 and (3 * 1 + 3 * 0 + 1 * 10 + 1 * 4) / 8.
    assert judgement.errors["model"] == 20 / 8
    assert judgement.errors["mean_7d"] == 17 / 8
    assert judgement.best_naive == "mean_7d"
    assert judgement.airports["model"].to_dict() == {"BIG": 3.0, "SML": 1.0}
    assert judgement.airports["mean_7d"].to_dict() == {"BIG": 0.5, "SML": 7.0}
    assert judgement.airports["flights"].to_dict() == {"BIG": 3000.0, "SML": 1000.0}
    assert judgement.weeks["model"].to_dict() == {MONDAYS[0]: 6 / 4, MONDAYS[1]: 14 / 4}
    assert judgement.weeks["mean_7d"].to_dict() == {MONDAYS[0]: 13 / 4, MONDAYS[1]: 4 / 4}


def test_picture_has_a_row_for_each_airport_and_week_with_the_gain_in_figures():
    figure = draw(forecast_delays.compare(weeks()).comparison)
    left, right = figure.axes
    assert [label.get_text() for label in left.get_yticklabels()] == ["SML", "BIG"]
    assert [label.get_text() for label in right.get_yticklabels()] == ["7 May 2001", "14 May 2001"]
    assert [text.get_text() for text in left.texts] == ["−6.0", "+2.5"]
    assert [line.get_xdata().tolist() for line in left.lines] == [[1.0, 3.0], [7.0, 0.5]]
    (pairs,) = [found for found in left.collections if isinstance(found, LineCollection)]
    # The line has the colour of the forecast that was nearer.
    assert [colors.to_hex(color).upper() for color in pairs.get_edgecolor()] == ["#0072B2", "#E69F00"]


def test_picture_says_in_words_what_it_shows():
    figure = draw(forecast_delays.compare(weeks()).comparison)
    title = figure.get_suptitle()
    assert "the model is 2.5 minutes off, 18% more than the best naive forecast (2.1)" in title
    assert "closer at 1 of 2 airports and in 1 of 2 weeks" in title
    assert all(axes.get_xlabel() == "mean absolute error, minutes" for axes in figure.axes)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["model", "best naive forecast: as last week"]


def test_only_the_largest_airports_are_drawn_and_all_are_counted(monkeypatch):
    monkeypatch.setattr(forecast_plot, "LARGEST", 1)
    figure = draw(forecast_delays.compare(weeks()).comparison)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["BIG"]
    assert "1 of 2 airports" in figure.get_suptitle()


@pytest.mark.parametrize(
    ("minutes", "text"), [(-0.94, "−0.9"), (0.2, "+0.2"), (-0.04, "0.0"), (0.0, "0.0"), (10, "+10.0")]
)
def test_gain_has_a_sign_unless_it_is_rounded_to_nothing(minutes, text):
    assert forecast_plot._signed(minutes) == text


def test_picture_fits_a_page_and_no_word_is_cut_off(tmp_path):
    compared = forecast_delays.compare(weeks()).comparison
    forecast_plot.plot(compared, tmp_path / "forecast.png")
    assert image.imread(tmp_path / "forecast.png").shape[:2] == (900, 1200)
    figure = draw(compared)
    figure.canvas.draw()
    words = [*figure.texts, *figure.legends[0].get_texts(), figure.legends[0].get_title()]
    for axes in figure.axes:
        words += [*axes.texts, *axes.get_yticklabels(), axes.xaxis.label, axes.yaxis.label]
    for box in [word.get_window_extent() for word in words]:
        assert (figure.bbox.x0, figure.bbox.y0) <= (box.x0, box.y0)
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
