"""What may be wrong with tickets and certificates."""

import re
from datetime import UTC, datetime, timedelta

from secure.certificate import MAKE_ANOTHER, certificate_end
from secure.given_certificate import GIVE_ANOTHER
from secure.kerberos import Ticket, ask_kdc, current_ticket
from warehouse.errors import NotCheckedError, StackhouseError, UsageError
from warehouse.finding import Finding, silent_service
from warehouse.identity import SECURE, Identity
from warehouse.settings import Settings

_SOON = timedelta(days=30)
_SHORTLY = timedelta(hours=1)


def check_kdc(settings: Settings) -> list[Finding]:
    """Whether the KDC gives the owner a ticket."""
    owner = _owner(settings)
    try:
        ask_kdc(owner)
    except StackhouseError as problem:
        return [silent_service(settings, "kdc", "KDC", f"gives no ticket: {problem.problem}")]
    return []


def check_certificate(settings: Settings) -> list[Finding]:
    """Whether the certificate is good for a while."""
    _owner(settings)
    end = certificate_end(settings.home / SECURE / "tls")
    remedy = GIVE_ANOTHER if settings.tls else MAKE_ANOTHER
    now = datetime.now(UTC)
    if end > now + _SOON:
        return []
    if end > now:
        problem = f"the certificate of TLS ends on {end:%Y-%m-%d}; then no client trusts the stack"
        return [Finding("certificate", problem, remedy, "warning")]
    problem = f"the certificate of TLS ended on {end:%Y-%m-%d}, and no client trusts the stack"
    return [Finding("certificate", problem, remedy)]


def check_ticket(settings: Settings) -> list[Finding]:
    """Who the client is to Kerberos, by what, and for how long; an error of Kerberos is the finding.

    Raises:
        NotCheckedError: It is not asked for tickets.
        SetupError: The keytab cannot be used, or Kerberos' library is missing.
        TicketError: There is no ticket, or it has ended.
        UsageError: It is of somebody else.
    """
    identity = _owner(settings)
    ticket = current_ticket(identity)
    check_name(identity, ticket)
    by = f"by the keytab {identity.keytab}" if identity.keytab else "by kinit"
    told = f"{identity.user} is {ticket.principal} {by}, until {ticket.end:%Y-%m-%d %H:%M} UTC"
    if identity.keytab or ticket.end > datetime.now(UTC) + _SHORTLY:
        return [Finding("ticket", told, "", "note")]
    return [Finding("ticket", told, f"kinit {ticket.principal} again, before a run that is longer", "warning")]


def check_name(identity: Identity, ticket: Ticket) -> None:
    """See whether a ticket is of whom commands take themselves for; HDFS refuses one user's ticket with another's name.

    Raises:
        UsageError: It is of somebody else.
    """
    if not identity.principal and re.split("[/@]", ticket.principal)[0] != identity.user:
        raise UsageError(
            f"the Kerberos ticket is of {ticket.principal}, and this account is {identity.user}",
            f"set STACKHOUSE_PRINCIPAL={ticket.principal}, and STACKHOUSE_USER where HDFS calls that otherwise",
        )


def _owner(settings: Settings) -> Identity:
    if settings.identity is None:
        raise NotCheckedError("no service asks for a ticket")
    return settings.identity
