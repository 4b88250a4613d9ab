"""Why HiveServer2 refuses a client, by what its SASL answers."""

from warehouse.errors import LoginError, StackhouseError, TicketError
from warehouse.settings import Endpoints

_INVALID_LOGIN = "Error validating the login"
"""Of HiveServer2's PlainSaslServer, whoever checks the password: LDAP, PAM or a class of one's own."""
_NO_PASSWORDS = "Unsupported mechanism type PLAIN"
_NO_TICKETS = "Unsupported mechanism type GSSAPI"
"""Both of Thrift's TSaslServerTransport."""
_TICKET_REFUSED = "GSS initiate failed"
"""Of Java's GSSAPI; the reason is in the server's log only."""


def login_error(problem: Exception, endpoints: Endpoints) -> StackhouseError | None:
    """The error of the tree for what a client of SASL raised; `None`: it was not refused."""
    answer, server = str(problem), f"HiveServer2 at {endpoints.hive}"
    if _INVALID_LOGIN in answer:
        return LoginError(
            f"{server} refuses user {endpoints.user}: user or password is wrong",
            "set STACKHOUSE_HIVE_PASSWORD_FILE to the file with the password"
            if endpoints.password
            else "ask the owner of the stack to add you with ./stackhouse user add, then set "
            "STACKHOUSE_HIVE_PASSWORD_FILE",
        )
    if _NO_PASSWORDS in answer:
        remedy = "set STACKHOUSE_KERBEROS=true, and leave STACKHOUSE_HIVE_PASSWORD_FILE empty: docs/deploy.md"
        return TicketError(f"{server} takes no password, only a Kerberos ticket", remedy)
    if _NO_TICKETS in answer:
        remedy = "set STACKHOUSE_HIVE_PASSWORD_FILE to the file with your password: docs/deploy.md"
        return LoginError(f"{server} takes no Kerberos ticket", remedy)
    if _TICKET_REFUSED in answer and endpoints.identity:
        remedy = "its log says why; most often its clock differs, or STACKHOUSE_HIVESERVER2_PRINCIPAL is not its own"
        return TicketError(f"{server} refuses the Kerberos ticket of {endpoints.identity.name}", remedy)
    return None
