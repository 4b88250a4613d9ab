"""Units of systemd: what is escaped in them, and whether systemd takes them where it is installed."""

import shutil
import subprocess
from datetime import time
from pathlib import Path

import pytest

from schedule import systemd
from schedule.job import Job

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
