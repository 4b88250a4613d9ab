"""Thrift over TLS."""

import ssl
from pathlib import Path

from thrift.transport.TSSLSocket import TSSLSocket


class TlsSocket(TSSLSocket):  # type: ignore[misc] # thrift has no types
    """Trusts one certificate. thrift's own class fails on closing what was never open."""

    def __init__(self, host: str, port: int, certificate: Path) -> None:
        """Open nothing yet."""
        super().__init__(host, port, ssl_context=ssl.create_default_context(cafile=str(certificate)))

    def close(self) -> None:
        """Close it, if it is open."""
        if self.handle is not None:
            super().close()
