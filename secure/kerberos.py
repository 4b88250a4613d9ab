"""Tickets of a client, and security contexts with the services."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_int, c_uint32, c_void_p
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from secure.gssapi import (
    COMPLETE,
    INITIATE,
    KERBEROS_OID,
    SPNEGO_OID,
    Buffer,
    Oid,
    buffer,
    call,
    import_name,
    import_service,
    library,
    places,
    release_name,
    shown_name,
    taken,
)
from secure.keytabs import read_keytab
from warehouse.errors import SetupError, TicketError
from warehouse.identity import Identity

# Mutual authentication, no replays, in sequence, encryption, integrity: GSS_C_..._FLAG.
_FLAGS = 2 | 4 | 8 | 16 | 32


class Context:
    """A client's side of a security context with one service."""

    def __init__(self, identity: Identity, service: str, *, spnego: bool = False) -> None:
        """Ask for nothing yet.

        Args:
            identity: The client.
            service: The service's principal. With a realm it is taken as it is; without, `krb5.conf` finds the realm,
                and the name of the host where it says so (`dns_canonicalize_hostname`).
            spnego: Tokens as HTTP wants them, in SPNEGO; else Kerberos' own.

        Raises:
            SetupError: The library is missing.
        """
        self.complete = False
        self._identity = identity
        self._service, self._spnego = service, spnego
        self._context, self._name = c_void_p(), c_void_p()
        oid = SPNEGO_OID if spnego else KERBEROS_OID
        self._mechanism = Oid(len(oid), oid)
        _prepare(identity)
        self._name = import_service(identity, service)

    def step(self, token: bytes = b"") -> bytes:
        """Answer the service's token, or begin.

        Raises:
            TicketError: The KDC gives no ticket, or the service is not who it should be.
        """
        try:
            return self._step(token)
        except TicketError:
            if self._spnego:
                # SPNEGO hides the number of what is wrong.
                Context(self._identity, self._service).step()
            raise

    def _step(self, token: bytes) -> bytes:
        answer, given = Buffer(), buffer(token)
        with _credential(self._identity) as credential:
            major = self._call(
                "gss_init_sec_context",
                *(credential, byref(self._context), self._name, byref(self._mechanism), c_uint32(_FLAGS), c_uint32(0)),
                *(None, byref(given) if token else None, None, byref(answer), None, None),
            )
        self.complete = major == COMPLETE
        return taken(answer)

    def wrap(self, content: bytes, *, encrypt: bool) -> bytes:
        """Sign, or encrypt too, what goes to the service."""
        wrapped = Buffer()
        given = byref(buffer(content))
        self._call("gss_wrap", self._context, c_int(encrypt), c_uint32(0), given, None, byref(wrapped))
        return taken(wrapped)

    def unwrap(self, content: bytes) -> bytes:
        """Open what came from the service.

        Raises:
            TicketError: It was changed on its way.
        """
        opened = Buffer()
        self._call("gss_unwrap", self._context, byref(buffer(content)), byref(opened), None, None)
        return taken(opened)

    def __del__(self) -> None:
        """Give back what the library holds."""
        if self._name:
            library().gss_delete_sec_context(byref(c_uint32()), byref(self._context), None)
            release_name(self._name)

    def _call(self, function: str, *arguments: Any) -> int:
        return call(self._identity, function, *arguments, service=self._service)


@dataclass(frozen=True)
class Ticket:
    """A ticket to get others with.

    Attributes:
        principal: Whose it is.
        end: When it ends.
    """

    principal: str
    end: datetime


def current_ticket(identity: Identity) -> Ticket:
    """The client's ticket. Of who has a keytab, one that is past half of its time is replaced.

    Raises:
        SetupError: The library is missing, or the keytab cannot be read.
        TicketError: There is none, or it has ended.
    """
    with _credential(identity) as credential:
        return _inquire(identity, credential)


def ticket_file(identity: Identity) -> Path:
    """A file with the client's ticket, for programs that can read nothing else: Java knows no other place.

    Errors as of `current_ticket`.
    """
    place = os.environ.get("KRB5CCNAME", "").removeprefix("FILE:")
    with _credential(identity) as credential:
        _inquire(identity, credential)
        if identity.keytab:
            return identity.tickets
        if place.startswith("/"):
            return Path(place)
        store = places(("ccache", f"FILE:{identity.tickets}"))
        options = (c_int(INITIATE), None, c_uint32(1), c_uint32(0), byref(store))
        _make_directory(identity)
        call(identity, "gss_store_cred_into", credential, *options, None, None)
    return identity.tickets


def ask_kdc(identity: Identity) -> None:
    """Get a ticket by the keytab and forget it. Errors as of `current_ticket`."""
    with _credential(identity, f"MEMORY:{secrets.token_hex(8)}") as credential:
        _inquire(identity, credential)


def full_principal(identity: Identity, service: str) -> str:
    """A service's principal with its realm, which `krb5.conf` may know; else it is the client's.

    Errors as of `current_ticket`.
    """
    if "@" in service:
        return service
    _prepare(identity)
    name, mechanism = import_service(identity, service), Oid(len(KERBEROS_OID), KERBEROS_OID)
    canonical = c_void_p()
    try:
        call(identity, "gss_canonicalize_name", name, byref(mechanism), byref(canonical))
        found = shown_name(identity, canonical)
    finally:
        release_name(name)
        release_name(canonical)
    first, _, realm = found.partition("@")
    return f"{first}@{realm or current_ticket(identity).principal.rpartition('@')[2]}"


def _inquire(identity: Identity, credential: c_void_p) -> Ticket:
    name, left = c_void_p(), c_uint32()
    try:
        call(identity, "gss_inquire_cred", credential, byref(name), byref(left), None, None)
        return Ticket(shown_name(identity, name), datetime.fromtimestamp(int(time.time()) + left.value, UTC))
    finally:
        release_name(name)


@contextmanager
def _credential(identity: Identity, tickets: str = "") -> Iterator[c_void_p]:
    _prepare(identity)
    credential, name, store = c_void_p(), c_void_p(), None
    if identity.keytab:
        if identity.elsewhere:
            _check_keytab(identity.keytab, identity.principal)
        _make_directory(identity)
        place = tickets or f"FILE:{identity.tickets}"
        store = byref(places(("client_keytab", f"FILE:{identity.keytab}"), ("ccache", place)))
    try:
        if identity.principal:
            name = import_name(identity, identity.principal, "GSS_KRB5_NT_PRINCIPAL_NAME")
        arguments = (name, c_uint32(0), None, c_int(INITIATE), store, byref(credential), None, None)
        call(identity, "gss_acquire_cred_from", *arguments)
        yield credential
    finally:
        release_name(name)
        library().gss_release_cred(byref(c_uint32()), byref(credential))


def _prepare(identity: Identity) -> None:
    if identity.kerberos:
        # Both libraries of a process read it, ours and Java's, at every call.
        os.environ["KRB5_CONFIG"] = str(identity.kerberos)


def _make_directory(identity: Identity) -> None:
    identity.tickets.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _check_keytab(keytab: Path, principal: str) -> None:
    """The library would only say that it has no ticket."""
    name, _, realm = principal.partition("@")
    keys = read_keytab(keytab)
    if not any(key.principal == name and realm in ("", key.realm) for key in keys):
        owners = ", ".join(sorted({f"{key.principal}@{key.realm}" for key in keys}))
        others = f", only of {owners}" if owners else ", it is empty"
        raise SetupError(f"{keytab} has no key of {principal}{others}", "set STACKHOUSE_PRINCIPAL")
