"""Thrift over TLS."""

import ssl
from pathlib import Path

from thrift.transport.TSSLSocket import TSSLSocket

from warehouse.errors import SetupError


class TlsSocket(TSSLSocket):  # type: ignore[misc] # thrift has no types
    """Trusts one certificate. thrift's own class fails on closing what was never open."""

    def __init__(self, host: str, port: int, certificate: Path) -> None:
        """Open nothing yet.

        Raises:
            SetupError: The certificate cannot be read.
        """
        try:
            trust = ssl.create_default_context(cafile=str(certificate))
        except OSError as problem:
            raise SetupError(f"the certificate {certificate} cannot be read", "name a file in PEM") from problem
        super().__init__(host, port, ssl_context=trust, socket_keepalive=True)

    def close(self) -> None:
        """Close it, if it is open."""
        if self.handle is not None:
            super().close()
