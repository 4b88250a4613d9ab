"""A job as a line of the user's crontab, found again by the comment at its end; no other line is touched."""

import re
import shlex

from schedule.job import Entry, Job, ask
from warehouse.errors import SetupError

_LINE = re.compile(
    r"(?P<when>[^\s#]+(?: [^ ]+){4}) .* schedule run (?P<dataset>\w+) .* # stackhouse schedule (?P=dataset)"
)
_EVERY_DAY = re.compile(r"(\d+) (\d+) \* \* \*")
_NO_CRONTAB = ("no crontab for", "can't open")
"""What cronie, Debian's cron and busybox say of a user that has none."""


def line_of(job: Job) -> str:
    """The line, without its end."""
    settings = "".join(f"{name}={shlex.quote(value)} " for name, value in job.environment.items())
    command = f"cd {shlex.quote(str(job.directory))} && {settings}./stackhouse schedule run {job.dataset}"
    text = f"{command} >>{shlex.quote(str(job.log))} 2>&1 # stackhouse schedule {job.dataset}"
    # An unescaped % ends the command.
    return f"{job.at.minute} {job.at.hour} * * * " + text.replace("%", r"\%")


def with_job(crontab: str, job: Job) -> str:
    """A crontab with the line of a job, which takes the place of an earlier one."""
    others = without_job(crontab, job.dataset)
    end = "" if others.endswith("\n") or not others else "\n"
    return f"{others}{end}{line_of(job)}\n"


def without_job(crontab: str, dataset: str) -> str:
    """A crontab without the line of a dataset."""
    kept = [line for line in crontab.split("\n") if _dataset_of(line) != dataset]
    return "\n".join(kept)


def entries_in(crontab: str) -> list[Entry]:
    """The jobs in a crontab."""
    found = [(match, line) for line in crontab.split("\n") if (match := _LINE.fullmatch(line))]
    return [Entry(match["dataset"], "crontab", _at(match["when"]), line) for match, line in found]


def _at(when: str) -> str:
    """Time of day, or the five fields when the user changed them to more than that."""
    daily = _EVERY_DAY.fullmatch(when)
    return f"{int(daily[2]):02}:{int(daily[1]):02}" if daily else when


def read_crontab() -> str:
    """The crontab of this user; empty when there is none.

    Raises:
        SetupError: It cannot be read, so it must not be written.
    """
    done = ask("crontab", "-l")
    if done.returncode == 0:
        return done.stdout
    if any(words in done.stderr for words in _NO_CRONTAB):
        return ""
    raise SetupError(f"the crontab cannot be read: {done.stderr.strip()}")


def write_crontab(crontab: str) -> None:
    """Replace the crontab of this user.

    Raises:
        SetupError: cron refuses it.
    """
    done = ask("crontab", "-", given=crontab)
    if done.returncode != 0:
        raise SetupError(f"the crontab cannot be written: {done.stderr.strip()}")


def _dataset_of(line: str) -> str | None:
    match = _LINE.fullmatch(line)
    return match["dataset"] if match else None
