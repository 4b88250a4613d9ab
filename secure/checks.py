"""What may be wrong with tickets and TLS of a secured stack."""

from datetime import UTC, datetime, timedelta

from secure.certificate import MAKE_ANOTHER, certificate_end
from secure.kerberos import ask_kdc
from warehouse.errors import NotCheckedError, StackhouseError
from warehouse.finding import Finding, silent_service
from warehouse.identity import Identity
from warehouse.settings import Settings

_SOON = timedelta(days=30)


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
    end = certificate_end(_owner(settings).certificate)
    now = datetime.now(UTC)
    if end > now + _SOON:
        return []
    if end > now:
        problem = f"the certificate of TLS ends on {end:%Y-%m-%d}; then no client trusts the stack"
        return [Finding("certificate", problem, MAKE_ANOTHER, "warning")]
    problem = f"the certificate of TLS ended on {end:%Y-%m-%d}, and no client trusts the stack"
    return [Finding("certificate", problem, MAKE_ANOTHER)]


def _owner(settings: Settings) -> Identity:
    if settings.identity is None:
        raise NotCheckedError("the stack is a plain one")
    return settings.identity
