"""What the account that a command runs as may not touch, in one line."""

import os
import pwd
from pathlib import Path

from warehouse.errors import UsageError
from warehouse.settings import Settings


def check_state(settings: Settings) -> None:
    """Refuse to look after a stack of this machine that belongs to another account: all of it would seem to be down.

    Raises:
        UsageError: Its state directory is closed to this account.
    """
    if settings.profile.runs_here and settings.home.exists() and not os.access(settings.home, os.R_OK | os.X_OK):
        raise UsageError(denial(settings.home), "`query` and `beeline` do not need it")


def denial(path: Path) -> str:
    """Who may not touch what, and what to do about it."""
    closed, owner = next((place, owner) for place in (path, *path.parents) if (owner := _owner(place)))
    account = _name(os.geteuid())
    remedy = "change its mode" if owner == account else f"run this as {owner}, or in a checkout of your own"
    return f"{account} may not use {path}: {'it' if closed == path else closed} belongs to {owner}, so {remedy}"


def _owner(path: Path) -> str:
    """Empty where a directory above is closed too."""
    try:
        return _name(path.stat().st_uid)
    except OSError:
        return ""


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
