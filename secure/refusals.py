"""What Kerberos' library refuses, and what helps: an error of the tree for each of its numbers."""

from dataclasses import dataclass

from warehouse.errors import TicketError
from warehouse.identity import Identity

CLOCK_SKEW = "Clock skew too great"
"""What Java's Kerberos says of it, and so Hadoop."""
CLOCK_SKEW_REMEDY = "let all machines set their clocks by NTP: timedatectl set-ntp true, or chronyd"

_KRB5 = -1765328384
"""From here MIT's library counts: up to 127 the errors of RFC 4120, section 7.5.9, then its own (krb5_err.et)."""
_NO_CREDENTIAL, _CREDENTIAL_EXPIRED = 7 << 16, 11 << 16
"""GSS_S_NO_CRED and GSS_S_CREDENTIALS_EXPIRED of RFC 2744."""

_OTHERWISE = ("Kerberos refuses {client}: {reason}", "see ./stackhouse status")
_KINIT = "run kinit{principal}, or set STACKHOUSE_KEYTAB to a file with your key"
_NO_TICKET = ("there is no Kerberos ticket of {client} ({reason})", _KINIT)
_ENDED = ("the Kerberos ticket of {client} has ended", _KINIT)
_SKEW = ("the clocks of this machine and of the KDC differ by more than Kerberos allows", CLOCK_SKEW_REMEDY)
_SILENT = ("no KDC for {client} answers ({reason})", "see whether this machine reaches the KDCs that krb5.conf names")
_WRONG_KEY = ("the KDC has another key of {client} than {keytab}", "ask its administrator for a new keytab")

_ELSEWHERE = {
    6: ("the KDC does not know {client}", "see whether STACKHOUSE_PRINCIPAL is right"),
    7: (
        "the KDC does not know the service {service} ({reason})",
        "set the STACKHOUSE_..._PRINCIPAL of that service to what it is called: docs/deploy.md",
    ),
    18: ("the KDC has locked {client}", "ask its administrator"),
    23: ("the key of {client} has expired", "ask the administrator of the KDC for a new one"),
    24: _WRONG_KEY,
    31: _WRONG_KEY,
    32: _ENDED,
    154: ("krb5.conf names no KDC for the realm of {client}", "correct /etc/krb5.conf, or name another in KRB5_CONFIG"),
    156: _SILENT,
    164: _SILENT,
    189: _NO_TICKET,
    224: ("krb5.conf names no default realm", "give the realm too: STACKHOUSE_PRINCIPAL=NAME@REALM"),
}
_ANYWHERE = {37: _SKEW, 148: _SKEW}


@dataclass(frozen=True)
class Refusal:
    """What the library answered.

    Attributes:
        major: GSS-API's number.
        minor: Kerberos' number, with its sign.
        reason: In words.
        service: Principal of the service that a ticket was wanted for; empty: one to get others.
    """

    major: int
    minor: int
    reason: str
    service: str = ""

    def error(self, identity: Identity) -> TicketError:
        """What to tell the user."""
        problem, remedy = self._found(identity) or _OTHERWISE
        words = {
            "client": identity.name,
            # Where none is set, kinit takes that of the account.
            "principal": identity.principal and f" {identity.principal}",
            "keytab": identity.keytab,
            "reason": self.reason,
            "service": self.service,
        }
        return TicketError(problem.format_map(words), remedy.format_map(words))

    def _found(self, identity: Identity) -> tuple[str, str] | None:
        number = self.minor - _KRB5
        if number in _ANYWHERE:
            return _ANYWHERE[number]
        if not identity.elsewhere:
            return None
        if number in _ELSEWHERE:
            return _ELSEWHERE[number]
        return {_NO_CREDENTIAL: _NO_TICKET, _CREDENTIAL_EXPIRED: _ENDED}.get(self.major)
