"""Applications on YARN, over the ResourceManager's REST interface."""

import contextlib
from dataclasses import dataclass
from typing import Any

import requests

from hadoop.rest import resourcemanager_answer
from secure.access import access
from warehouse.errors import TicketError
from warehouse.settings import Settings

_SECONDS = 5
_UNFINISHED = "NEW,NEW_SAVING,SUBMITTED,ACCEPTED,RUNNING"


def kill_applications(settings: Settings) -> None:
    """Ask YARN to end every application; silent when the ResourceManager does not answer."""
    way = access(settings.identity)
    session = way.session()
    base = f"{way.scheme}://{settings.hosts.resourcemanager}:{settings.ports.resourcemanager_http}/ws/v1/cluster/apps"
    with contextlib.suppress(requests.RequestException, ValueError, TicketError):
        for application in _unfinished(session, base):
            url = f"{base}/{application['id']}/state"
            session.put(url, json={"state": "KILLED"}, params={"user.name": settings.user}, timeout=_SECONDS)


@dataclass(frozen=True)
class Application:
    """An application of YARN that has not ended.

    Attributes:
        id: `application_...`.
        kind: TEZ, SPARK, MAPREDUCE ...
        queue: With those above it, `root.hive`.
        state: ACCEPTED: waits for its application master. RUNNING: has it.
        containers: That run, the one of the application master among them.
    """

    id: str
    kind: str
    queue: str
    state: str
    containers: int


def unfinished_applications(settings: Settings) -> list[Application]:
    """All that have not ended.

    Raises:
        StackDownError: The ResourceManager does not answer.
    """
    found = (resourcemanager_answer(settings, f"apps?states={_UNFINISHED}")["apps"] or {}).get("app") or []
    return [
        # -1 as long as there is no container.
        Application(one["id"], one["applicationType"], one["queue"], one["state"], max(0, one["runningContainers"]))
        for one in found
    ]


def _unfinished(session: requests.Session, base: str) -> list[dict[str, Any]]:
    answer = session.get(base, params={"states": _UNFINISHED}, timeout=_SECONDS).json()
    found: list[dict[str, Any]] = (answer.get("apps") or {}).get("app") or []
    return found
