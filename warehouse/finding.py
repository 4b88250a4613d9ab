"""What `doctor` finds: a problem and its remedy, in one form for every stage."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from warehouse.errors import CertificateError, StackDownError, TicketError
from warehouse.settings import Settings

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, or worth knowing.

    Attributes:
        name: Name of the check that found it.
        problem: What, and where; one line.
        remedy: What to do about it.
        severity: `error`: something does not work. `warning`: it works, but not indefinitely. `note`: it works, and how
            is worth knowing.
    """

    name: str
    problem: str
    remedy: str
    severity: Severity = "error"


Question = Callable[[Settings], list[Finding]]
"""Looks for one kind of problem; empty when there is none."""


def silent_service(settings: Settings, service: str, title: str, problem: str) -> Finding:
    """A service that does not answer, with what helps in this profile.

    Args:
        settings: Settings of the stack.
        service: Name as in `Hosts`, in `status` and in docker-compose.yml.
        title: Title as its documentation writes it.
        problem: What happened, after the title: `does not answer at ...`.
    """
    remedy = settings.profile.choose(
        local=f"./stackhouse up; ./stackhouse logs {service} says why it is down",
        compose=f"./stackhouse up --profile compose; docker compose logs {service} says why it is down",
        external=f"see whether it runs where STACKHOUSE_{service.upper()}_HOST and the ports in .env say",
    )
    return Finding(service, f"{title} {problem}", remedy)


def unanswered(
    settings: Settings, service: str, title: str, address: str, ask: Callable[[Settings], object]
) -> list[Finding]:
    """Whether what answers at an address is the service that should; arguments as in `silent_service`.

    Args:
        settings: Settings of the stack.
        service: Its name.
        title: Its title.
        address: Host and port.
        ask: Reads its answer; a `KeyError` or `TypeError` says that another service gave it.
    """
    try:
        ask(settings)
    except (TicketError, CertificateError):
        # It answers, and what this client lacks has a check of its own.
        raise
    except StackDownError:
        return [silent_service(settings, service, title, f"does not answer at {address}")]
    except (KeyError, TypeError):
        return [silent_service(settings, service, title, f"is not what answers at {address}")]
    return []
