"""HTTP authentication by a ticket, RFC 4559, for requests."""

import base64
from typing import Any

import requests

from secure.kerberos import Context
from warehouse.identity import Identity

_UNAUTHORIZED = 401
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
        token = Context(self._identity, "HTTP", spnego=True).step()
        request.headers["Authorization"] = f"Negotiate {base64.b64encode(token).decode()}"

    def _again(self, answer: requests.Response, **options: Any) -> requests.Response:
        """Cookies end, and have no port: the one of another service of this machine is refused."""
        request = answer.request
        if answer.status_code != _UNAUTHORIZED or "Authorization" in request.headers or request.body is not None:
            return answer
        # Read whole, so that the connection can be used again.
        _ = answer.content
        request = request.copy()
        request.headers.pop("Cookie", None)
        self._sign(request)
        adapter: requests.adapters.BaseAdapter = answer.connection
        return adapter.send(request, **options)
