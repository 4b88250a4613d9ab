"""TLS as a client speaks it: who is trusted, and what is said of a service that is not."""

import ssl
from pathlib import Path

from thrift.transport.TSSLSocket import TSSLSocket
from thrift.transport.TTransport import TTransportException

from warehouse.errors import CertificateError, SetupError


def trusting(certificate: Path) -> ssl.SSLContext:
    """What makes sure that a service is who it should be.

    Args:
        certificate: PEM of an authority, or a directory of such files as OpenSSL has them.

    Raises:
        SetupError: It cannot be read.
    """
    try:
        if certificate.is_dir():
            return ssl.create_default_context(capath=str(certificate))
        return ssl.create_default_context(cafile=str(certificate))
    except OSError as problem:
        raise SetupError(f"the certificate {certificate} cannot be read", "name a file in PEM") from problem


class TlsSocket(TSSLSocket):  # type: ignore[misc] # thrift has no types
    """Thrift over TLS. thrift's own class fails on closing what was never open."""

    def __init__(self, host: str, port: int, certificate: Path, remedy: str) -> None:
        """Open nothing yet.

        Args:
            host: Host of the service.
            port: Its port.
            certificate: As of `trusting`.
            remedy: What helps when the service does not prove who it is.

        Raises:
            SetupError: The certificate cannot be read.
        """
        super().__init__(host, port, ssl_context=trusting(certificate), socket_keepalive=True)
        self._remedy = remedy

    def open(self) -> None:
        """Connect.

        Raises:
            CertificateError: The service does not prove who it is.
            TTransportException: It does not answer.
        """
        try:
            super().open()
        except TTransportException as problem:
            refuse_untrusted(f"HiveServer2 at {self.host}:{self.port}", problem, self._remedy)
            raise

    def close(self) -> None:
        """Close it, if it is open."""
        if self.handle is not None:
            super().close()


def remedy_for(setting: str, *, is_ours: bool) -> str:
    """What helps when a service does not prove who it is.

    Args:
        setting: That names who is trusted.
        is_ours: The service belongs to the secured stack of this machine, whose clients need no setting.
    """
    if is_ours:
        return "./stackhouse down, then ./stackhouse up; if that does not help, another program listens there"
    return f"set {setting} to a file with the certificate of its authority, or to `system`"


def refuse_untrusted(service: str, problem: BaseException, remedy: str) -> None:
    """Raise `CertificateError` where that is what is wrong.

    Args:
        service: What was connected to.
        problem: As a library told it.
        remedy: What helps then.
    """
    found = _verification(problem)
    if found is not None:
        reason = found.verify_message.rstrip(".")
        raise CertificateError(f"{service} does not prove who it is: {reason}", remedy) from problem


def _verification(problem: object) -> ssl.SSLCertVerificationError | None:
    """What OpenSSL said, which libraries wrap in errors of their own."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return problem
    if not isinstance(problem, BaseException):
        return None
    inner = (getattr(problem, "inner", None), getattr(problem, "reason", None), problem.__cause__, *problem.args)
    return next((found for each in inner if (found := _verification(each)) is not None), None)
