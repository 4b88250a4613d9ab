"""The example of machine learning, run as its first lines say, on the flights of a real stack."""

import os
import re
import subprocess
import sys

import pytest

from consumers.client import connect
from warehouse.settings import REPOSITORY


@pytest.fixture(scope="module")
def forecast(flights, tmp_path_factory):
    """What the example printed, and where it wrote."""
    out = tmp_path_factory.mktemp("forecast")
    done = subprocess.run(
        [sys.executable, "-m", "consumers.examples.forecast_delays", "--out", str(out), "--publish"],
        cwd=REPOSITORY,
        env=os.environ.copy(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    return done.stdout, out


def test_model_is_better_than_every_naive_forecast_on_weeks_it_never_saw(forecast):
    errors = [float(number) for number in re.findall(r"(?:model|as \w+(?: \w+)*) (\d+\.\d\d)", forecast[0])]
    assert len(errors) == 4
    assert 0 < errors[0] < min(errors[1:])


def test_plot_is_a_picture(forecast):
    content = (forecast[1] / "forecast.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    # Two panels with all their dots and figures; an empty page has a third of it.
    assert len(content) > 50_000


def test_forecast_is_published_and_says_from_which_release_it_is(forecast, settings):
    with connect("delay_forecast", endpoints=settings.endpoints) as client:
        mart, rows = client.read_mart("forecast_by_quarter", decimals="float"), client.read_clean()
    (file,) = forecast[1].glob("*.csv")
    assert len(rows) == len(file.read_text().splitlines()) - 1 > 50
    assert set(rows["flights_release"]) == {int(re.search(r"release (\d+)", forecast[0]).group(1))}
    assert mart["mean_forecast"].between(-20, 60).all()
    assert len(mart) == len(rows)
