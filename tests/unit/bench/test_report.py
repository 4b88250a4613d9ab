import re
from math import inf

import pytest
from matplotlib import image

from bench import run
from bench.command import MeasurementError, run_timed
from bench.growth import Series
from bench.report.bars import Bar, growth_bars, quick_bars
from bench.report.page import Report
from bench.samples import Samples
from bench.workplace import Workplace

RATIO = Bar("a run / a script", "run", "script", 1.6)
WHOLE = Bar("a run", "run", "", 30)


def samples(**values):
    return Samples(inf, {name: list(found) for name, found in values.items()})


def report(found, bars, series=()):
    return Report("a machine", "some rows", " --quick", bars, series, found)


def test_a_ratio_is_of_medians():
    found = samples(run=[30, 99, 32], script=[20, 20, 1])
    assert RATIO.value(found) == 1.6
    assert RATIO.verdict(found) == "met"
    assert RATIO.verdict(samples(run=[33], script=[20])) == "NOT MET"


@pytest.mark.parametrize("found", [samples(), samples(run=[1]), samples(script=[1])])
def test_half_a_ratio_is_not_measured(found):
    assert RATIO.verdict(found) == "not measured"
    assert "| – |" in report(found, [RATIO]).table()


def test_a_figure_without_a_bar_is_neither_good_nor_bad():
    assert Bar("a run", "run").verdict(samples(run=[1])) == "no bar"


def test_the_table_has_figure_bar_and_raw_values():
    table = report(samples(run=[33.0, 31.0], script=[20.0]), [RATIO, WHOLE]).table()
    assert "| a run / a script | 1.60 × | 1.60 × | met | 33.0, 31.0 / 20.0 |" in table
    assert "| a run | 32 s | 30 s | NOT MET | 33.0, 31.0 |" in table


def test_no_figure_has_two_rows():
    titles = [bar.title for bar in quick_bars() + growth_bars([1, 100])]
    assert len(titles) == len(set(titles))


def test_what_fails_is_noted_and_the_next_goes_on(capsys):
    found = samples()

    def fail():
        raise ValueError("no such file")

    assert not found.attempt("first", fail)
    assert found.attempt("second", lambda: {"run": 2.0})
    assert found.values == {"run": [2.0]}
    assert found.failures == ["first: ValueError: no such file"]
    assert "FAILED first" in capsys.readouterr().out


def test_nothing_begins_when_the_time_is_over():
    found = Samples(-inf)
    assert not found.attempt("late", lambda: {"run": 1.0})
    assert found.values == {}


def test_an_interrupt_is_not_swallowed():
    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        samples().attempt("first", interrupt)


@pytest.mark.parametrize(("power", "exponent"), [(1, "1.00"), (0, "0.00"), (2, "2.00")])
def test_exponents(power, exponent):
    points = {number: 3.0 * number**power for number in (1, 10, 500)}
    assert f"{abs(Series('run', 'files', points).exponent):.2f}" == exponent


def test_one_point_has_no_exponent():
    assert Series("run", "files", {1: 2.0}).exponent is None


def test_the_page_has_machine_failures_and_a_picture(tmp_path):
    found = samples(run=[1.0])
    found.failures.append("put: no DataNode")
    series = [
        Series("`run`", "files", {1: 2.0, 100: 3.0}),
        Series("bare", "files", {}),
        Series("`run`", "rows", {9: 1}),
    ]
    report(found, [WHOLE], series).write(tmp_path / "performance.md")
    text = (tmp_path / "performance.md").read_text()
    assert "a machine. Dataset: some rows." in text
    assert "* put: no DataNode" in text
    assert "| `run` | files | 1: 2.0, 100: 3.0 | 0.09 |" in text
    assert "![Seconds on logarithmic axes](performance.png)" in text
    assert image.imread(tmp_path / "performance.png").ndim == 3


def test_without_series_there_is_no_picture(tmp_path):
    report(samples(run=[1.0]), [WHOLE]).write(tmp_path / "performance.md")
    assert [path.name for path in tmp_path.iterdir()] == ["performance.md"]


def test_a_command_that_fails_says_why():
    with pytest.raises(MeasurementError, match="code 3: broken"):
        run_timed(["sh", "-c", "echo first >&2; echo broken >&2; exit 3"], {"PATH": "/bin:/usr/bin"}, 60)


def test_a_command_that_takes_too_long_is_killed():
    with pytest.raises(MeasurementError, match="not finished"):
        run_timed(["sleep", "60"], {"PATH": "/bin:/usr/bin"}, 0.1)


def test_other_figures_are_refused():
    place = Workplace(None, None, samples())
    prices = run.Prices(1_000, 10)
    place._compare(prices, [["2024-10-01", "3", "1.50"]], "Spark")
    place._compare(prices, [["2024-10-01", 3, "1.5"]], "DuckDB")
    with pytest.raises(MeasurementError, match="Polars has other figures"):
        place._compare(run.Prices(1_000, 500), [["2024-10-01", 3, "1.51"]], "Polars")


def _run(monkeypatch, tmp_path, measure):
    monkeypatch.setattr(run, "_measure", measure)
    monkeypatch.setattr(run.sys, "argv", ["bench/run.sh", "--quick", "--out", str(tmp_path / "page.md")])
    with pytest.raises(SystemExit) as end:
        run.main()
    return end.value.code


def test_an_interrupted_benchmark_writes_what_it_has(monkeypatch, tmp_path):
    def measure(found, _usual, _quick):
        found.attempt("run", lambda: {"run 10": 12.0})
        raise KeyboardInterrupt

    assert _run(monkeypatch, tmp_path, measure) == 130
    text = (tmp_path / "page.md").read_text()
    assert "the benchmark was interrupted" in text
    assert re.search(r"cores .* GiB", text)
    assert "| run 10 | 12.0 |" in text


def test_a_stack_that_does_not_start_leaves_the_page_alone(monkeypatch, tmp_path):
    def measure(*_):
        raise MeasurementError("ended with code 1: no memory")

    assert "no memory" in _run(monkeypatch, tmp_path, measure)
    assert not (tmp_path / "page.md").exists()
