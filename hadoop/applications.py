"""Applications on YARN, over the ResourceManager's REST interface."""

import contextlib
from typing import Any

import requests

from warehouse.settings import Settings

_SECONDS = 5


def kill_applications(settings: Settings) -> None:
    """Ask YARN to end every application; silent when the ResourceManager does not answer."""
    session = requests.Session()
    session.trust_env = False
    base = f"http://{settings.hosts.resourcemanager}:{settings.ports.resourcemanager_http}/ws/v1/cluster/apps"
    with contextlib.suppress(requests.RequestException, ValueError):
        for application in _unfinished(session, base):
            url = f"{base}/{application['id']}/state"
            session.put(url, json={"state": "KILLED"}, params={"user.name": settings.user}, timeout=_SECONDS)


def _unfinished(session: requests.Session, base: str) -> list[dict[str, Any]]:
    states = "NEW,NEW_SAVING,SUBMITTED,ACCEPTED,RUNNING"
    answer = session.get(base, params={"states": states}, timeout=_SECONDS).json()
    found: list[dict[str, Any]] = (answer.get("apps") or {}).get("app") or []
    return found
