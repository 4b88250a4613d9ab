"""The key to the inner pages of the daemons' web servers, which hadoop/guard asks for: logs, configuration, metrics."""

import os
import secrets
from pathlib import Path

from warehouse.settings import Settings

_HEADER = "X-Stackhouse-Key"
"""As in WebGate.java."""


def key_file(settings: Settings) -> Path:
    """Where the key of a stack of this machine is; only its account can read it."""
    return settings.home / "web.key"


def write_key(settings: Settings) -> None:
    """Make a new key, for daemons that are about to start."""
    path = key_file(settings)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))


def key_header(settings: Settings) -> dict[str, str]:
    """The header that shows the key; none for daemons that know no key, those of containers and of other clusters."""
    path = key_file(settings)
    if not settings.profile.runs_here or not path.is_file():
        return {}
    return {_HEADER: path.read_text()}
