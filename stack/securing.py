"""Makes a stack of this machine a secured one, which it then stays, and changes its secrets."""

import shutil

from hadoop.java import find_java_home
from hadoop.supervisor import Supervisor
from hadoop.web.key import key_file
from secure.state import forget_secure_state, make_secure_state
from warehouse.errors import UsageError
from warehouse.settings import Settings


def secure_state(settings: Settings) -> None:
    """Give the state what a secured stack needs, if it is one or is to become one; every row of a plain one stays.

    Raises:
        UsageError: A secured one is to become plain, or a plain one runs.
        SetupError: Something is missing on this machine.
    """
    taken_over = settings.secure is True and settings.identity is None
    if settings.secure is False and settings.identity is not None:
        raise UsageError(
            f"STACKHOUSE_SECURE is false, but {settings.home} holds a secured stack, which stays secured",
            "leave STACKHOUSE_SECURE empty, or give a plain stack a STACKHOUSE_HOME of its own",
        )
    if taken_over:
        if Supervisor(settings).is_running():
            raise UsageError("a plain stack is running", "./stackhouse down, then ./stackhouse up --secure")
        # What YARN remembers of a plain stack's applications, which have ended, has no tokens.
        for name in ("resourcemanager", "nodemanager"):
            shutil.rmtree(settings.home / "yarn" / name, ignore_errors=True)
    if taken_over or settings.identity is not None:
        make_secure_state(settings, find_java_home())


def forget_secrets(settings: Settings) -> None:
    """Remove every key and password that `up` makes; the next one makes others. Safe to repeat.

    Raises:
        UsageError: The stack runs, or is none of this machine.
    """
    if not settings.profile.runs_here:
        raise UsageError(f"a stack of the profile {settings.profile} has no secrets here")
    if Supervisor(settings).is_running():
        raise UsageError("the stack is running", "./stackhouse down, then ./stackhouse rotate")
    settings.logins.forget_own_password(settings.user)
    key_file(settings).unlink(missing_ok=True)
    if settings.identity is not None:
        forget_secure_state(settings)
