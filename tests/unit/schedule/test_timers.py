"""Timers on a machine, with stand-ins for systemctl and crontab."""

import os
import shutil
from datetime import time
from pathlib import Path

import pytest

from cli.views.timers import install_timer, print_timers, remove_timer
from hadoop.java import find_java_home
from schedule.crontab import entries_in, line_of, with_job
from schedule.job import Job, parse_clock
from schedule.timers import find_timers
from tests.unit.schedule.flights_job import JOB
from warehouse.errors import ContractError, SetupError, UsageError
from warehouse.settings import load_settings

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
