"""A job as a timer and a service of the user's systemd."""

import os
import pwd
import re
from pathlib import Path
from string import Template

from schedule.job import Entry, Job, ask
from warehouse.errors import SetupError
from warehouse.settings import REPOSITORY

_TEMPLATES = REPOSITORY / "schedule" / "units"
_LINGER = Path("/var/lib/systemd/linger")
_AT = re.compile(r"^OnCalendar=\*-\*-\* (\d\d:\d\d):00$", re.MULTILINE)


def is_usable() -> bool:
    """Whether this user has a systemd that answers."""
    return ask("systemctl", "--user", "show-environment").returncode == 0


def lingers() -> bool:
    """Whether this user's systemd works while the user is not logged in."""
    return (_LINGER / pwd.getpwuid(os.geteuid()).pw_name).exists()


def directory() -> Path:
    """Where a user's units are."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def units_of(job: Job) -> dict[Path, str]:
    """The files of a job."""
    name = directory() / _name(job.dataset)
    return {name.with_suffix(".service"): _service(job), name.with_suffix(".timer"): _timer(job)}


def write_units(job: Job) -> None:
    """Write the files of a job and start its timer.

    Raises:
        SetupError: systemd refuses them.
    """
    directory().mkdir(parents=True, exist_ok=True)
    for path, text in units_of(job).items():
        path.write_text(text, encoding="utf-8")
    _systemctl("daemon-reload")
    _systemctl("enable", f"{_name(job.dataset)}.timer")
    # Restarted, or it goes on by the hour of the earlier file.
    _systemctl("restart", f"{_name(job.dataset)}.timer")


def remove_units(dataset: str) -> None:
    """Stop the timer of a dataset and remove its files.

    Raises:
        SetupError: systemd does not answer.
    """
    _systemctl("disable", "--now", f"{_name(dataset)}.timer")
    for suffix in (".timer", ".service"):
        (directory() / f"{_name(dataset)}{suffix}").unlink(missing_ok=True)
    _systemctl("daemon-reload")


def entries() -> list[Entry]:
    """The jobs of this user, by the name of the dataset."""
    found = []
    for path in sorted(directory().glob(f"{_name('')}*.timer")):
        match = _AT.search(path.read_text(encoding="utf-8"))
        found.append(
            Entry(path.stem.removeprefix(_name("")), "systemd", match[1] if match else "", f"{path.with_suffix('')}.*")
        )
    return found


def _name(dataset: str) -> str:
    return f"stackhouse-{dataset}"


def _service(job: Job) -> str:
    environment = "".join(f'Environment="{name}={_escaped(value)}"\n' for name, value in job.environment.items())
    # The program is found from the directory: systemd takes none whose path has a quote in it.
    directory = str(job.directory).replace("%", "%%")
    return _template("stackhouse.service").substitute(dataset=job.dataset, directory=directory, environment=environment)


def _timer(job: Job) -> str:
    # Persistent: a day on which the machine was off is caught up.
    return _template("stackhouse.timer").substitute(dataset=job.dataset, at=f"{job.at:%H:%M}")


def _template(name: str) -> Template:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8"))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def _systemctl(*arguments: str) -> None:
    done = ask("systemctl", "--user", *arguments)
    if done.returncode != 0:
        raise SetupError(f"systemctl --user {' '.join(arguments)}: {done.stderr.strip()}")
