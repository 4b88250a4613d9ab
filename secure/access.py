"""How clients talk to the services of a stack: one object for a plain one, one for a secured one.

Each method imports what it needs: `query` must not wait for HTTP.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from secure.principals import HOST, REALM
from warehouse.identity import Identity
from warehouse.settings import Endpoints

if TYPE_CHECKING:
    from requests import Session
    from thrift.transport.TSocket import TSocket
    from thrift.transport.TTransport import TTransportBase


class Access:
    """To a plain stack, or to whoever takes passwords by TLS.

    Attributes:
        scheme: Scheme of the addresses of web pages and REST interfaces.
        jdbc: What the JDBC URL of HiveServer2 ends with, for a user with a password.
        jdbc_ticket: What follows it, for one with a ticket.
        java_options: Options of a Java program that is a client and has none of the stack.
    """

    scheme = "http"
    jdbc = ""
    jdbc_ticket = ""
    java_options = ""

    def __init__(self, certificate: Path | None = None) -> None:
        """Ask for nothing yet.

        Args:
            certificate: PEM by which HiveServer2 is known over TLS; `None`: it is spoken to without.
        """
        self._certificate = certificate

    def session(self) -> "Session":
        """For web pages and REST interfaces."""
        from requests import Session

        session = Session()
        # A proxy in the environment is never meant for a daemon of our own.
        session.trust_env = False
        return session

    def socket(self, host: str, port: int) -> "TSocket":
        """To HiveServer2.

        Raises:
            SetupError: The certificate cannot be read.
        """
        from thrift.transport.TSocket import TSocket

        from secure.tls_socket import TlsSocket

        if self._certificate:
            return TlsSocket(host, port, self._certificate)
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


class SecureAccess(Access):
    """To a secured stack."""

    scheme = "https"

    def __init__(self, identity: Identity) -> None:
        """Ask for nothing yet."""
        super().__init__(identity.certificate)
        self._identity = identity
        # The file opens with any password; beeline demands one.
        trust = identity.certificate.with_name("trust.p12")
        self.java_options = (
            f"-Djava.security.krb5.conf={identity.kerberos} -Djavax.security.auth.useSubjectCredsOnly=false"
        )
        self.jdbc = f";ssl=true;sslTrustStore={trust};trustStorePassword=any"
        self.jdbc_ticket = f";principal=hive/{HOST}@{REALM}"

    def session(self) -> "Session":
        """Sends tickets, and trusts the stack's certificate alone."""
        from secure.negotiate import NegotiateAuth

        session = super().session()
        session.auth = NegotiateAuth(self._identity)
        session.verify = str(self._identity.certificate)
        return session

    def hiveserver2(self, socket: "TSocket", endpoints: Endpoints) -> "TTransportBase":  # noqa: ARG002
        """Thrift over such a socket; the ticket says who the user is."""
        return self._with_ticket(socket)

    def metastore(self, socket: "TSocket") -> "TTransportBase":
        """Thrift over a plain socket, which Kerberos encrypts."""
        return self._with_ticket(socket)

    def java_client(self) -> Mapping[str, str]:
        """The tickets are where Java looks for them."""
        from secure.kerberos import ticket_end

        ticket_end(self._identity)
        return {"KRB5CCNAME": f"FILE:{self._identity.tickets}"}

    def _with_ticket(self, socket: "TSocket") -> "TTransportBase":
        from thrift_sasl import TSaslClientTransport

        from secure.sasl import GssapiClient

        return TSaslClientTransport(lambda: GssapiClient(self._identity, "hive"), "GSSAPI", socket)


def access(identity: Identity | None, certificate: Path | None = None) -> Access:
    """How a client talks to a stack.

    Args:
        identity: The client's in a secured stack; `None`: it has no ticket, or the stack is plain.
        certificate: As of `Access`, for who has no ticket.
    """
    return SecureAccess(identity) if identity else Access(certificate)
