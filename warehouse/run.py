"""One execution of a command, and its time."""

import secrets
from datetime import UTC, datetime

from warehouse.errors import StorageError

_FORMAT = "%Y%m%dT%H%M%SZ"
_SECOND = len("20261124T142605Z")


def new_run_id(now: datetime | None = None) -> str:
    """A time-ordered id, `20261124T142605Zf00dab`: UTC second, then 6 random hex digits."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    return moment.strftime(_FORMAT) + secrets.token_hex(3)


def began_at(run: str) -> datetime:
    """The second in which a run began, as its id says.

    Raises:
        StorageError: The text is not a run id.
    """
    try:
        return datetime.strptime(run[:_SECOND], _FORMAT).replace(tzinfo=UTC)
    except ValueError as problem:
        raise StorageError(f"{run!r} in the ledger or a manifest is not a run id") from problem


def utc_now() -> str:
    """This second in UTC as Hive's TIMESTAMP reads it, `2026-11-24 14:26:05`."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


def parse_utc(text: str) -> datetime:
    """The time that `utc_now` wrote.

    Raises:
        StorageError: The text is not such a time.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise StorageError(
            f"{text!r} in the ledger or a manifest is not a timestamp like 2026-11-24 14:26:05"
        ) from problem
    return found if found.tzinfo else found.replace(tzinfo=UTC)
