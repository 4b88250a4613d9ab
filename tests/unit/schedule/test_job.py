"""What a job takes along from the environment, and at which time of a day it starts."""

from datetime import time
from pathlib import Path

import pytest

from schedule.job import Job, parse_clock
from warehouse.errors import SetupError, UsageError
from warehouse.settings import REPOSITORY, load_settings


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
