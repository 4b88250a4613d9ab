"""Logs that `new` knows: lines that real programs write give a pattern, columns and, where there is a year, a time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drafting.draft import Draft, draft
from drafting.reading.log_formats import LOG_FORMATS, log_format
from drafting.reading.sample import read_sample
from warehouse.contract.file import load_contract
from warehouse.contract.lines.pattern import MAX_SEARCHED_BYTES, read_pattern

_TIMES = [datetime(2021, 1, 1, 9, 30, tzinfo=UTC) + timedelta(days=3 * n, seconds=n) for n in range(100)]
_COMBINED = r'%h - frank [%t] "GET /a?b=1 HTTP/1.1" 200 1%n "-" "Mozilla/5.0 (X11; \"Linux\")"'
_NGINX = r'2001:db8::%n - - [%t] "\x16\x03" 400 157 "-" "-"'
_COMMON = '%h - - [%t] "GET /images/"logo.gif HTTP/1.0" 200 %n'
_LINES = {
    "combined": (_COMBINED, "%d/%b/%Y:%H:%M:%S -0700"),
    "nginx": (_NGINX, "%d/%b/%Y:%H:%M:%S +0000"),
    "common": (_COMMON, "%d/%b/%Y:%H:%M:%S -0400"),
    "spark": ("%t INFO executor.Executor: Running task %n.0 in stage 1.0 (TID %n)", "%y/%m/%d %H:%M:%S"),
    "hadoop": ("%t INFO [main] org.apache.hadoop.mapred.App: Created, with %n", "%Y-%m-%d %H:%M:%S,123"),
    "hdfs": ("%t WARN  dfs.DataNode$Packet: Slow %n", "%Y-%m-%d %H:%M:%S,123"),
    "logback": ("%t [http-nio-%n] ERROR c.e.Shop - lost: %n", "%Y-%m-%d %H:%M:%S.123"),
    "python": ("%t - root.shop - WARNING - low, %n left", "%Y-%m-%d %H:%M:%S,123"),
    "python short": ("%t CRITICAL no, none %n", "%Y-%m-%d %H:%M:%S,123"),
    "syslog 3164": ("%t combo sshd(pam_unix)[%n]: check pass; user unknown", "%b %e %H:%M:%S"),
    "syslog 3164 sent": ("<34>%t mymachine su: 'su root' failed for %n", "%b %e %H:%M:%S"),
    "syslog 5424": ('<165>1 %t host app %n ID47 [a@1 b="]\\""][c] \ufeffmessage', "%Y-%m-%dT%H:%M:%S.003Z"),
    "syslog 5424 bare": ("<0>1 %t - - - - -", "%Y-%m-%dT%H:%M:%S+02:00"),
}
"""By program: a line, and the time in it."""

_KNOWN = {
    "combined": "an access log (combined)", "nginx": "an access log (combined)", "common": "an access log (common)",
    **dict.fromkeys(("spark", "hadoop", "hdfs", "logback"), "log4j"),
    **dict.fromkeys(("python", "python short"), "Python's logging"),
    **dict.fromkeys(("syslog 3164", "syslog 3164 sent"), "syslog (RFC 3164)"),
    **dict.fromkeys(("syslog 5424", "syslog 5424 bare"), "syslog (RFC 5424)"),
}  # fmt: skip


def _lines(program: str) -> list[str]:
    shape, time = _LINES[program]
    return [
        shape.replace("%t", at.strftime(time)).replace("%h", f"10.0.0.{n % 9}").replace("%n", str(n % 40))
        for n, at in enumerate(_TIMES)
    ]  # fmt: skip


def _draft(root: Path, lines: list[str], name: str = "a.log") -> Draft:
    (root / name).write_text("\n".join(lines) + "\n")
    return draft("things", root / name, root)


@pytest.mark.parametrize("program", _LINES)
def test_log_of_a_program_is_known(program: str) -> None:
    found = log_format(_lines(program))
    assert found is not None
    assert found.name == _KNOWN[program]
    groups = found.shape.fullmatch(_lines(program)[7])
    assert groups is not None
    assert groups["time"] == _TIMES[7].strftime(_LINES[program][1])


@pytest.mark.parametrize("program", [name for name in _LINES if name != "syslog 3164"])
def test_log_is_read_without_a_loss(tmp_path: Path, program: str) -> None:
    drafted = _draft(tmp_path, _lines(program))
    assert f"The lines look like those of {_KNOWN[program]}, so a pattern reads them." in drafted.unsure
    assert drafted.rejected == 0


@pytest.mark.parametrize("program", ["spark", "logback", "syslog 5424"])
def test_draft_of_a_log_is_a_contract_with_its_event_time(tmp_path: Path, program: str) -> None:
    drafted = _draft(tmp_path, _lines(program))
    form = load_contract("things", tmp_path).input_format
    assert (drafted.event_time, form.kind) == ("time", "lines")
    assert form.pattern in {log.pattern for log in LOG_FORMATS}
    types = {column.name: column.type for column in drafted.columns}
    assert types["time"] == "TIMESTAMP"
    assert types.get("priority", "BIGINT") == "BIGINT"


def test_columns_of_an_access_log(tmp_path: Path) -> None:
    lines = [line.replace(" 200 10 ", " 304 - ") for line in _lines("combined")]
    drafted = _draft(tmp_path, lines)
    found = {column.name: (column.type, column.nulls) for column in drafted.columns}
    assert (found["status"], found["bytes"]) == (("BIGINT", 0), ("BIGINT", 3))
    assert list(found) == [
        "host", "identity", "user", "time", "request", "status", "bytes", "referer", "user_agent",
    ]  # fmt: skip
    assert "host and user may name persons: tags: [pii] says so." in drafted.unsure


def test_the_missing_year_of_syslog_is_asked_for(tmp_path: Path) -> None:
    drafted = _draft(tmp_path, _lines("syslog 3164"))
    assert drafted.event_time == ""
    assert any(sentence.startswith("Which year are the lines of?") for sentence in drafted.unsure)


@pytest.mark.parametrize(("others", "known"), [(5, True), (6, False)])
def test_a_log_has_95_percent_of_lines_that_match(tmp_path: Path, others: int, known: bool) -> None:
    lines = _lines("spark")
    lines[50 : 50 + others] = ["    at java.lang.Thread"] * others
    if not known:
        assert log_format(lines) is None
        return
    drafted = _draft(tmp_path, lines)
    assert drafted.rejected == pytest.approx(0.05)
    assert "5 records are quarantined: no match for the pattern, or not readable." in drafted.unsure


def test_a_long_line_of_a_log_is_rejected_where_the_load_rejects_it(tmp_path: Path) -> None:
    lines = _lines("common")
    lines[3] = lines[3].replace("GET", "G" * MAX_SEARCHED_BYTES)
    assert _draft(tmp_path, lines).rejected == pytest.approx(0.01)


@pytest.mark.parametrize(
    "text",
    [
        "time,level,text\n" + "2021-01-01 00:00:00,INFO,a\n" * 9,
        "2021-01-01 00:00:00.123 INFO [a;b] c: d\n" * 9,
        "21/01/01 00:00:00 INFO a|b|c: d\n" * 9,
        "Jan  1 00:00:00 host,1 a: b\n" * 9,
    ],
)
def test_what_a_delimiter_cuts_alike_stays_csv(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.log").write_text(text)
    assert read_sample((tmp_path / "a.log",)).form.kind == "csv"


def test_a_log_that_is_called_csv_stays_csv_since_load_goes_by_the_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\n".join(_lines("spark")))
    assert read_sample((tmp_path / "a.csv",)).form.kind == "csv"


def test_only_the_common_log_has_a_pattern_that_searches() -> None:
    searching = {log.name for log in LOG_FORMATS if read_pattern(log.pattern).max_bytes == MAX_SEARCHED_BYTES}
    assert searching == {"an access log (common)"}
