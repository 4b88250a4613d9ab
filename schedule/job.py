"""What a timer starts every day, whichever timer it is."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from dotenv import dotenv_values

from hadoop.java import find_java_home
from warehouse.errors import SetupError, UsageError
from warehouse.settings import REPOSITORY, Settings

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_OF_OTHERS = (
    "JAVA_HOME",
    "HADOOP_CONF_DIR",
    "YARN_CONF_DIR",
    "COMPOSE_PROJECT_NAME",
    "DOCKER_HOST",
    "KRB5_CONFIG",
    "KRB5CCNAME",
)
"""Variables that Java, Hadoop, Docker and Kerberos read, and that say which stack it is as much as those of `.env`."""


@dataclass(frozen=True)
class Job:
    """One call of `./stackhouse schedule run` a day.

    Attributes:
        dataset: Name in the contract.
        at: Time by the clock of this machine.
        directory: Checkout.
        environment: Settings that win over `.env`, because the environment of a timer has none.
        log: What a timer without a log of its own appends to.
    """

    dataset: str
    at: time
    directory: Path
    environment: Mapping[str, str]
    log: Path

    def __post_init__(self) -> None:
        """Refuse what would end a line of a crontab or a unit."""
        for text in (str(self.directory), *self.environment.values()):
            if not text.isprintable():
                raise SetupError(f"{text!r} cannot be written to a crontab or a systemd unit")

    @classmethod
    def of(cls, settings: Settings, dataset: str, at: time, environment: Mapping[str, str]) -> "Job":
        """The job for the stack that the environment and `.env` name.

        Args:
            settings: Settings of the stack.
            dataset: Name in the contract.
            at: Time of day to check, by the clock of this machine.
            environment: Environment of the command that installs the timer.

        Raises:
            SetupError: There is no Java 17.
        """
        names = [*dotenv_values(REPOSITORY / ".env"), *_OF_OTHERS]
        given = {name: environment[name] for name in names if environment.get(name)}
        if not settings.profile.in_containers:
            # Found by the PATH of today; a timer has another.
            given.setdefault("JAVA_HOME", str(find_java_home()))
        return cls(dataset, at, REPOSITORY, given, settings.home / "logs" / f"schedule.{dataset}.log")


@dataclass(frozen=True)
class Entry:
    """A job as it was found.

    Attributes:
        dataset: Name in the contract.
        timer: `systemd` or `crontab`.
        at: Hour and minute, `04:30`.
        written: What stands there: files, or a line.
    """

    dataset: str
    timer: str
    at: str
    written: str


def parse_clock(text: str) -> time:
    """Read `04:30`.

    Raises:
        UsageError: It is not a time of day.
    """
    match = _CLOCK.fullmatch(text)
    if not match:
        raise UsageError(f"{text!r} is not a time of day", "write it as 04:30")
    return time(int(match[1]), int(match[2]))


def ask(*command: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program of the system and wait for it; a program that is missing ends with 127."""
    if shutil.which(command[0]) is None:
        return subprocess.CompletedProcess(command, 127, "", f"{command[0]} is not installed")
    # Whatever bytes others have in their crontab come back as they were.
    return subprocess.run(
        command,
        input=given,
        capture_output=True,
        env={**os.environ, "LC_ALL": "C"},
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
