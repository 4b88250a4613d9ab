"""Makes tickets as the KDC would, with any times: who has a service's key can. Run as a program, since it starts Java.

forge_ticket.py JARS USER END TICKETS KEYTAB...     END: seconds from now; TICKETS: file for the tickets
"""

import secrets
import struct
import sys
import time
from pathlib import Path

import jpype

from secure.keytabs import AES256, KEY_BYTES, read_keytab
from secure.principals import REALM

_DAY = 86400


def main() -> None:
    jars, user, end, target, *keytabs = sys.argv[1:]
    jpype.startJVM(classpath=[f"{jars}/*"])
    now = int(time.time())
    # The client believes what it has noted beside a ticket; the service looks into it.
    content = b"\x05\x04\x00\x00" + _principal(user)
    for keytab in keytabs:
        (key,) = read_keytab(Path(keytab))
        session = secrets.token_bytes(KEY_BYTES)
        ticket = _ticket(key, user, session, now - _DAY, now + int(end))
        content += _credential(user, key.principal, session, now, ticket)
    Path(target).write_bytes(content)


def _ticket(key, user, session, begin, end):
    kerb = jpype.JPackage("org").apache.kerby.kerberos.kerb
    base, kinds = kerb.type.base, kerb.type.ticket
    part = kinds.EncTicketPart()
    part.setKey(base.EncryptionKey(AES256, jpype.JArray(jpype.JByte)(session)))
    part.setCname(base.PrincipalName(user))
    part.setCrealm(REALM)
    flags, passed = kinds.TicketFlags(), base.TransitedEncoding()
    # As Kerby's KDC sets them; Java refuses a ticket without.
    flags.setFlag(kinds.TicketFlag.INITIAL)
    passed.setTrType(base.TransitedEncodingType.DOMAIN_X500_COMPRESS)
    passed.setContents(jpype.JArray(jpype.JByte)(b""))
    part.setFlags(flags)
    part.setTransited(passed)
    for name, seconds in (("AuthTime", begin), ("StartTime", begin), ("EndTime", end)):
        getattr(part, f"set{name}")(kerb.type.KerberosTime(seconds * 1000))
    secret = base.EncryptionKey(AES256, jpype.JArray(jpype.JByte)(key.secret), key.version)
    sealed = kerb.common.EncryptionUtil.seal(part, secret, base.KeyUsage.KDC_REP_TICKET)
    ticket = kinds.Ticket()
    ticket.setSname(base.PrincipalName(key.principal))
    ticket.setRealm(REALM)
    ticket.setEncryptedEncPart(sealed)
    return bytes(ticket.encode())


def _credential(user, service, session, now, ticket):
    """An entry of a file of tickets, format 4 of MIT Kerberos."""
    times = struct.pack(">4I", now, now, now + _DAY, 0)
    content = _principal(user) + _principal(service) + struct.pack(">H", AES256) + _counted(session) + times
    # Not for a second ticket, no flags, no addresses, no authorization data.
    return content + struct.pack(">B3I", 0, 0, 0, 0) + _counted(ticket) + _counted(b"")


def _principal(name):
    parts = name.split("/")
    return struct.pack(">2I", 1, len(parts)) + b"".join(_counted(part.encode()) for part in (REALM, *parts))


def _counted(content):
    return struct.pack(">I", len(content)) + content


if __name__ == "__main__":
    main()
