"""How clients talk to the services of a stack: one object for who has no ticket, one for who has.

Each method imports what it needs: `query` must not wait for HTTP.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.identity import Identity, with_host
from warehouse.settings import Endpoints

if TYPE_CHECKING:
    from requests import Session
    from thrift.transport.TSocket import TSocket
    from thrift.transport.TTransport import TTransportBase


class Access:
    """Without a ticket.

    Attributes:
        scheme: Scheme of the addresses of web pages and REST interfaces.
        java_options: Options of a Java program that is a client and has none of the stack.
        is_ours: Whether the services are known to be those of the secured stack of this machine.
    """

    scheme = "http"
    java_options = ""
    is_ours = False

    def __init__(self, certificate: Path | None = None) -> None:
        """Ask for nothing yet.

        Args:
            certificate: As of `Endpoints`.
        """
        self._certificate = certificate

    def session(self) -> "Session":
        """For web pages and REST interfaces."""
        from secure.negotiate import refuse_without_ticket

        session = _session()
        session.hooks["response"].append(refuse_without_ticket)
        return session

    def socket(self, host: str, port: int) -> "TSocket":
        """To HiveServer2.

        Raises:
            SetupError: The certificate cannot be read.
        """
        if self._certificate:
            from secure.tls import TlsSocket, remedy_for

            remedy = remedy_for("STACKHOUSE_HIVE_CERTIFICATE", is_ours=self.is_ours)
            return TlsSocket(host, port, self._certificate, remedy)
        from thrift.transport.TSocket import TSocket

        return TSocket(host, port, socket_keepalive=True)

    def hiveserver2(self, socket: "TSocket", endpoints: Endpoints) -> "TTransportBase":
        """Thrift over such a socket."""
        from pyhive.sasl_compat import PureSASLClient
        from thrift_sasl import TSaslClientTransport

        # HiveServer2 without authentication takes any password over SASL PLAIN, but it must not be empty.
        login = {"username": endpoints.user, "password": endpoints.password or "any"}
        return TSaslClientTransport(lambda: PureSASLClient(host=endpoints.hive_host, **login), "PLAIN", socket)

    def metastore(self, socket: "TSocket") -> "TTransportBase":
        """Thrift over a plain socket to the metastore."""
        from thrift.transport.TTransport import TBufferedTransport

        return TBufferedTransport(socket)

    def java_client(self) -> Mapping[str, str]:
        """Variables of a Java program that is a client, with a ticket that is good for hours."""
        return {}

    def jdbc_ticket(self, host: str) -> str:  # noqa: ARG002
        """What the JDBC URL of HiveServer2 on a host ends with, for a user with a ticket."""
        return ""


class SecureAccess(Access):
    """With a ticket."""

    def __init__(self, identity: Identity, certificate: Path | None = None) -> None:
        """Ask for nothing yet."""
        super().__init__(certificate)
        self._identity = identity
        self.is_ours = not identity.elsewhere
        self.scheme = "https" if identity.certificate else "http"
        self.java_options = f"{identity.java_options} -Djavax.security.auth.useSubjectCredsOnly=false".strip()

    def session(self) -> "Session":
        """Sends tickets, and trusts the certificate of the identity alone."""
        from secure.https import HttpsAdapter
        from secure.negotiate import NegotiateAuth
        from secure.tls import remedy_for

        session = _session()
        session.auth = NegotiateAuth(self._identity)
        if self._identity.certificate:
            session.verify = str(self._identity.certificate)
            session.mount("https://", HttpsAdapter(remedy_for("STACKHOUSE_WEB_CERTIFICATE", is_ours=self.is_ours)))
        return session

    def hiveserver2(self, socket: "TSocket", endpoints: Endpoints) -> "TTransportBase":
        """Thrift over such a socket; the ticket says who the user is, unless there is a password."""
        if endpoints.password:
            return super().hiveserver2(socket, endpoints)
        return self._with_ticket(socket, with_host(self._identity.services.hiveserver2, endpoints.hive_host))

    def metastore(self, socket: "TSocket") -> "TTransportBase":
        """Thrift over a plain socket, which Kerberos encrypts."""
        return self._with_ticket(socket, with_host(self._identity.services.metastore, socket.host))

    def java_client(self) -> Mapping[str, str]:
        """The ticket is where Java looks for it."""
        from secure.kerberos import ticket_file

        return {"KRB5CCNAME": f"FILE:{ticket_file(self._identity)}"}

    def jdbc_ticket(self, host: str) -> str:
        """The principal of HiveServer2, with its realm."""
        from secure.kerberos import full_principal

        service = with_host(self._identity.services.hiveserver2, host)
        return f";principal={full_principal(self._identity, service)}"

    def _with_ticket(self, socket: "TSocket", service: str) -> "TTransportBase":
        from thrift_sasl import TSaslClientTransport

        from secure.sasl import GssapiClient

        return TSaslClientTransport(lambda: GssapiClient(self._identity, service), "GSSAPI", socket)


def access(identity: Identity | None, certificate: Path | None = None) -> Access:
    """How a client talks to a stack.

    Args:
        identity: The client's, where it is asked for tickets.
        certificate: As of `Endpoints`; only HiveServer2 is asked with it.
    """
    return SecureAccess(identity, certificate) if identity else Access(certificate)


def _session() -> "Session":
    from requests import Session

    session = Session()
    # A proxy in the environment is never meant for a daemon of our own.
    session.trust_env = False
    return session
