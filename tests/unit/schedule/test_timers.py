"""Timers of systemd and of cron, with stand-ins for systemctl and crontab."""

import os
import shutil
import subprocess
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.views.timers import install_timer, print_timers, remove_timer
from hadoop.java import find_java_home
from schedule import systemd
from schedule.crontab import entries_in, line_of, with_job, without_job
from schedule.job import Entry, Job, parse_clock
from schedule.timers import find_timers
from warehouse.errors import ContractError, SetupError, UsageError
from warehouse.settings import REPOSITORY, load_settings

JOB = Job(
    "flights", time(4, 30), Path("/opt/stack house 100%"), {"STACKHOUSE_HOME": "/data/a b%"}, Path("/var/log/x y")
)
SERVICE = r"""[Unit]
Description=Stackhouse: run the quarters of flights that are due

[Service]
Type=oneshot
WorkingDirectory=/opt/stack house 100%%/$at
Environment="STACKHOUSE_HOME=/data/a b%%"
Environment="HADOOP_CONF_DIR=/c\\\"$dataset\""
ExecStart=/usr/bin/env ./stackhouse schedule run flights
"""
TIMER = """[Unit]
Description=Stackhouse: look every day which quarters of flights are due

[Timer]
OnCalendar=*-*-* 04:30:00
Persistent=true

[Install]
WantedBy=timers.target
"""
LINES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_characters="\n")),
        st.sampled_from(
            [
                "30 4 * * * cd /x && ./stackhouse schedule run flights_eu >>l 2>&1 # stackhouse schedule flights_eu",
                "# 30 4 * * * cd /x && ./stackhouse schedule run flights >>l 2>&1 # stackhouse schedule flights",
                "0 4 * * * /x/stackhouse schedule run flights",
                "30 4 * * * cd /x && ./stackhouse schedule run flights >>l 2>&1 # stackhouse schedule mine",
                "MAILTO=ann",
                "",
            ]
        ),
    )
)


@given(LINES, st.sampled_from(["", "\n"]))
def test_other_lines_of_a_crontab_are_never_touched(lines, end):
    before = "\n".join(lines) + end
    once = with_job(before, JOB)
    assert with_job(once, JOB) == once
    assert once.startswith(before)
    assert [entry for entry in entries_in(once) if entry.dataset == "flights"] == [
        Entry("flights", "crontab", "04:30", line_of(JOB))
    ]
    assert without_job(once, "flights") == before + ("" if before.endswith("\n") or not before else "\n")
    assert without_job(before, "flights") == before


def test_line_with_another_hour_takes_the_place_of_the_first():
    later = Job("flights", time(23, 5), JOB.directory, {}, JOB.log)
    assert with_job(with_job("a\n", JOB), later) == f"a\n{line_of(later)}\n"
    assert line_of(later).startswith("5 23 * * * ")


def test_line_does_what_it_says_whatever_is_in_paths(tmp_path):
    checkout = tmp_path / 'it\'s 100% "mine" $HOME'
    checkout.mkdir()
    (checkout / "stackhouse").write_text('#!/bin/sh\necho "$PWD $STACKHOUSE_HOME $*"\necho bad >&2\n')
    (checkout / "stackhouse").chmod(0o755)
    job = Job("flights", time(4, 30), checkout, {"STACKHOUSE_HOME": "/a b"}, checkout / "log")
    # cron takes five fields off, makes a % of \%, and gives the rest to a shell.
    command = line_of(job).split(" ", 5)[5]
    assert "%" not in command.replace(r"\%", "")
    subprocess.run(["/bin/sh", "-c", command.replace(r"\%", "%")], check=True, env={}, cwd="/")
    assert (checkout / "log").read_text() == f"{checkout} /a b schedule run flights\nbad\n"


def test_units_escape_what_systemd_reads():
    environment = {"STACKHOUSE_HOME": "/data/a b%", "HADOOP_CONF_DIR": r'/c\"$dataset"'}
    job = Job("flights", time(4, 30), Path("/opt/stack house 100%/$at"), environment, Path("/l"))
    assert list(systemd.units_of(job).values()) == [SERVICE, TIMER]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_units_whatever_is_in_paths(tmp_path, monkeypatch):
    checkout = tmp_path / 'it\'s 100% "mine" $HOME'
    checkout.mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    job = Job("flights", time(4, 30), checkout, {"STACKHOUSE_HOME": '/data/a "b%'}, Path("/l"))
    for path, text in systemd.units_of(job).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        done = subprocess.run(
            ["systemd-analyze", "--user", "verify", path], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert path.stem not in done.stderr


def test_what_would_end_a_line_is_refused():
    with pytest.raises(SetupError, match="cannot be written to"):
        Job("flights", time(), Path("/x\ny"), {}, Path("/l"))
    with pytest.raises(SetupError, match="cannot be written to"):
        Job("flights", time(), Path("/x"), {"JAVA_HOME": "/j\n* * * * * rm"}, Path("/l"))


def test_settings_of_the_environment_go_along_and_nothing_else():
    given = {"STACKHOUSE_HOME": "/h", "JAVA_HOME": "/j", "STACKHOUSE_CORES": "", "PASSWORD": "p"}
    job = Job.of(load_settings(), "flights", time(), given)
    assert job.environment == {"STACKHOUSE_HOME": "/h", "JAVA_HOME": "/j"}
    assert job.directory == REPOSITORY


@pytest.mark.parametrize(("text", "at"), [("04:30", time(4, 30)), ("4:30", time(4, 30)), ("23:59", time(23, 59))])
def test_time_of_a_day(text, at):
    assert parse_clock(text) == at


@pytest.mark.parametrize("text", ["24:00", "4", "04:60", "04:30:00", "-1:00", "٠٤:٣٠", "4.30", ""])
def test_what_is_no_time_of_a_day_is_refused(text):
    with pytest.raises(UsageError, match="as 04:30"):
        parse_clock(text)


# --- On a machine ---

SYSTEMCTL = """#!/bin/sh
[ -e {home}/systemd-is-down ] && {{ echo "Failed to connect to bus" >&2; exit 1; }}
echo "$*" >>{home}/systemctl.calls
"""
CRONTAB = """#!/bin/sh
case "$1" in
  -l) [ -e {home}/crontab ] || {{ echo "no crontab for ann" >&2; exit 1; }}; cat {home}/crontab ;;
  -) cat >{home}/crontab ;;
esac
"""


class Machine:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.crontab = home / "crontab"
        self.programs = home / "bin"
        self.programs.mkdir()
        # Of all other programs these are the ones that the stand-ins need.
        for name in ("sh", "cat"):
            (self.programs / name).symlink_to(shutil.which(name))

    def has(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text.format(home=self.home))
        (self.programs / name).chmod(0o755)

    @property
    def systemctl_calls(self) -> list[str]:
        path = self.home / "systemctl.calls"
        return [line for line in path.read_text().splitlines() if "show-environment" not in line]

    @property
    def units(self) -> list[str]:
        return sorted(path.name for path in (self.home / "config/systemd/user").glob("*"))


@pytest.fixture
def machine(tmp_path, monkeypatch):
    found = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(found.programs))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("STACKHOUSE_HOME", str(tmp_path / "home"))
    return found


@pytest.fixture
def settings(machine):
    return load_settings()


def install(settings, at="04:30", dry_run=False):
    install_timer(settings, "flights", parse_clock(at), dry_run)


def test_without_systemd_it_is_cron_and_other_lines_stay(machine, settings, capsys):
    machine.has("crontab", CRONTAB)
    machine.crontab.write_bytes(b"MAILTO=ann\n# caf\xe9\n1 2 * * * true")
    install(settings)
    install(settings)
    lines = machine.crontab.read_bytes().split(b"\n")
    assert lines[:3] == [b"MAILTO=ann", b"# caf\xe9", b"1 2 * * * true"]
    assert lines[3].startswith(b"30 4 * * * cd ")
    assert lines[4:] == [b""]
    assert os.fsdecode(lines[3]) in capsys.readouterr().out
    assert settings.home.joinpath("logs").is_dir()
    remove_timer("flights")
    assert machine.crontab.read_bytes() == b"MAILTO=ann\n# caf\xe9\n1 2 * * * true\n"


def test_with_systemd_it_is_a_timer(machine, settings, capsys):
    machine.has("systemctl", SYSTEMCTL)
    machine.has("crontab", CRONTAB)
    install(settings)
    assert machine.units == ["stackhouse-flights.service", "stackhouse-flights.timer"]
    assert machine.systemctl_calls == [
        "--user daemon-reload",
        "--user enable stackhouse-flights.timer",
        "--user restart stackhouse-flights.timer",
    ]
    assert not machine.crontab.exists()
    said = capsys.readouterr().out
    assert all(
        text in said for text in ("stackhouse-flights.timer:\n[Unit]", "OnCalendar=*-*-* 04:30:00", "enable-linger")
    )
    remove_timer("flights")
    assert machine.units == []
    assert "--user disable --now stackhouse-flights.timer" in machine.systemctl_calls
    with pytest.raises(UsageError, match="has no timer"):
        remove_timer("flights")


def test_job_moves_from_cron_to_systemd_and_back(machine, settings):
    machine.has("crontab", CRONTAB)
    install(settings, "05:00")
    machine.has("systemctl", SYSTEMCTL)
    install(settings, "06:00")
    assert [(entry.timer, entry.at) for entry in find_timers()] == [("systemd", "06:00")]
    assert machine.crontab.read_text() == ""
    (machine.home / "systemd-is-down").touch()
    # Its timer may still be at work, and this shell cannot tell it to stop.
    with pytest.raises(SetupError, match="Failed to connect to bus"):
        install(settings, "07:00")
    assert machine.crontab.read_text() == ""


def test_timer_gets_the_variables_that_say_which_stack_it_is(settings, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(find_java_home()))
    given = {
        "HADOOP_CONF_DIR": "/etc/hadoop/conf",
        "COMPOSE_PROJECT_NAME": "second",
        "KRB5_CONFIG": "/etc/cluster/krb5.conf",
        "LANG": "C",
        "STACKHOUSE_HOME": "/x",
    }
    job = Job.of(settings, "flights", time(4, 30), given)
    # The Java of this moment's PATH, too: a timer has another PATH.
    assert job.environment == {
        **{name: value for name, value in given.items() if name != "LANG"},
        "JAVA_HOME": str(find_java_home()),
    }


def test_line_whose_days_the_user_changed_is_still_the_one(machine, settings, capsys):
    changed = line_of(JOB).replace("30 4 * * *", "30 4 * * 1-5", 1)
    assert [entry.at for entry in entries_in(changed)] == ["30 4 * * 1-5"]
    assert with_job(changed + "\n", JOB) == line_of(JOB) + "\n"


def test_who_may_not_use_cron_has_timers_of_systemd(machine, settings):
    machine.has("systemctl", SYSTEMCTL)
    machine.has("crontab", "#!/bin/sh\necho 'You (ann) are not allowed to use this program (crontab)' >&2\nexit 1\n")
    install(settings)
    assert [entry.timer for entry in find_timers()] == ["systemd"]
    remove_timer("flights")
    assert find_timers() == []


def test_dry_run_writes_nothing(machine, settings, capsys):
    machine.has("crontab", CRONTAB)
    install(settings, dry_run=True)
    assert not machine.crontab.exists()
    assert capsys.readouterr().out.startswith("would write to the crontab:\n30 4 * * * cd ")
    machine.has("systemctl", SYSTEMCTL)
    install(settings, dry_run=True)
    assert machine.units == []


def test_show_lists_both(machine, settings, capsys):
    print_timers(as_json=False)
    assert "schedule install" in capsys.readouterr().out
    machine.has("crontab", CRONTAB)
    install(settings)
    capsys.readouterr()
    print_timers(as_json=True)
    assert '"at": "04:30"' in capsys.readouterr().out
    print_timers(as_json=False)
    assert "flights" in capsys.readouterr().out


def test_crontab_that_cannot_be_read_is_not_written(machine, settings):
    machine.has("crontab", '#!/bin/sh\n[ "$1" = - ] && echo lost >{home}/crontab; echo "not allowed" >&2; exit 1\n')
    with pytest.raises(SetupError, match="cannot be read: not allowed"):
        install(settings)
    assert not machine.crontab.exists()


def test_crontab_that_is_refused_is_told(machine, settings):
    machine.has("crontab", '#!/bin/sh\n[ "$1" = - ] || exit 0; echo "bad minute" >&2; exit 1\n')
    with pytest.raises(SetupError, match="cannot be written: bad minute"):
        install(settings)


def test_without_any_timer_it_says_what_to_call(machine, settings):
    with pytest.raises(SetupError, match=r"schedule run flights every day"):
        install(settings)


def test_dataset_that_is_not_there_gets_no_timer(machine, settings):
    machine.has("crontab", CRONTAB)
    with pytest.raises(ContractError, match="known datasets"):
        install_timer(settings, "trains", time(), False)
