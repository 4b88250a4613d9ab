"""HTTPS for sessions of requests."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from secure.tls import refuse_untrusted


class HttpsAdapter(HTTPAdapter):
    """Tells a service that is not trusted from one that is down."""

    def __init__(self, remedy: str) -> None:
        """Connect to nothing yet.

        Args:
            remedy: What helps when a service does not prove who it is.
        """
        super().__init__()
        self._remedy = remedy

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        """Send a request.

        Raises:
            CertificateError: The service does not prove who it is.
        """
        try:
            return super().send(request, *arguments, **options)
        except requests.exceptions.SSLError as problem:
            refuse_untrusted(str(request.url).partition("?")[0], problem, self._remedy)
            raise
