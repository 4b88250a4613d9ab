"""HTTP authentication by a ticket, RFC 4559, for requests."""

import base64
from typing import Any
from urllib.parse import urlsplit

import requests

from secure.kerberos import Context
from secure.refusals import CLOCK_SKEW, CLOCK_SKEW_REMEDY
from warehouse.errors import TicketError
from warehouse.identity import Identity

_UNAUTHORIZED, _FORBIDDEN = 401, 403
_COOKIE = "hadoop.auth="


class NegotiateAuth(requests.auth.AuthBase):
    """Sends a ticket with the first request already; afterwards the service's cookie does."""

    def __init__(self, identity: Identity) -> None:
        """Ask for nothing yet."""
        self._identity = identity

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request, unless it is signed."""
        # The NameNode puts a delegation token into the addresses of DataNodes.
        if "delegation=" not in (request.url or "") and _COOKIE not in request.headers.get("Cookie", ""):
            self._sign(request)
        request.hooks["response"].append(self._again)
        return request

    def _sign(self, request: requests.PreparedRequest) -> None:
        service = self._identity.services.of_url(request.url or "")
        token = Context(self._identity, service, spnego=True).step()
        request.headers["Authorization"] = f"Negotiate {base64.b64encode(token).decode()}"

    def _again(self, answer: requests.Response, **options: Any) -> requests.Response:
        """Cookies end, and have no port: the one of another service of this machine is refused."""
        request = answer.request
        _refuse_skew(answer)
        if answer.status_code != _UNAUTHORIZED or "Authorization" in request.headers or request.body is not None:
            return answer
        # Read whole, so that the connection can be used again.
        _ = answer.content
        request = request.copy()
        request.headers.pop("Cookie", None)
        self._sign(request)
        adapter: requests.adapters.BaseAdapter = answer.connection
        return adapter.send(request, **options)


def _refuse_skew(answer: requests.Response) -> None:
    """The service's clock may be wrong while that of the KDC is right; it says so in a text only."""
    if answer.status_code in {_UNAUTHORIZED, _FORBIDDEN} and CLOCK_SKEW in f"{answer.reason} {answer.text}":
        place = urlsplit(answer.url).netloc
        raise TicketError(
            f"the clocks of this machine and of {place} differ by more than Kerberos allows", CLOCK_SKEW_REMEDY
        )


def refuse_without_ticket(answer: requests.Response, **_: object) -> None:
    """Raise `TicketError` where a service asks for a ticket, of a client that has none to send."""
    if answer.status_code == _UNAUTHORIZED and "Negotiate" in answer.headers.get("WWW-Authenticate", ""):
        place = urlsplit(answer.url).netloc
        raise TicketError(f"{place} asks for a Kerberos ticket", "set STACKHOUSE_KERBEROS=true: docs/deploy.md")
