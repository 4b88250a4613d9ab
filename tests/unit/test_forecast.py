"""How the example of a forecast ends when the warehouse cannot do its part."""

from contextlib import contextmanager

import pytest

from consumers.examples import forecast_delays
from warehouse.errors import StackDownError, UsageError


@pytest.mark.parametrize("error", [StackDownError("HDFS does not answer: ./stackhouse up"), UsageError("no release")])
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


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ('[ "$1" = load ] && exit 0; exit 4', 4)])
def test_failed_publication_passes_its_exit_code_on(script, code, tmp_path, monkeypatch, capfd):
    command = tmp_path / "stackhouse"
    command.write_text(f"#!/bin/sh\necho said by stackhouse >&2\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setattr(forecast_delays, "REPOSITORY", tmp_path)
    monkeypatch.setattr(forecast_delays, "run", lambda out: out / "forecast.csv")
    with pytest.raises(SystemExit) as ended:
        forecast_delays.main(["--out", str(tmp_path), "--publish"])
    assert ended.value.code == code
    assert set(capfd.readouterr().err.splitlines()) == {"said by stackhouse"}
