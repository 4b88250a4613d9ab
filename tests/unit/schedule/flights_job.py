"""A job whose paths have what shells, cron and systemd take for something else."""

from datetime import time
from pathlib import Path

from schedule.job import Job

JOB = Job(
    "flights", time(4, 30), Path("/opt/stack house 100%"), {"STACKHOUSE_HOME": "/data/a b%"}, Path("/var/log/x y")
)
