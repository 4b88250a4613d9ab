"""One execution of the pipeline."""

import secrets
from datetime import UTC, datetime


def new_run_id(now: datetime | None = None) -> str:
    """A time-ordered id, `20261124T142605Zf00dab`: UTC second, then 6 random hex digits."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    return moment.strftime("%Y%m%dT%H%M%SZ") + secrets.token_hex(3)
