"""Kerberos by the library that curl and ssh use, MIT's libgssapi_krb5, through ctypes: RFC 2743 and 2744.

PyPI's `gssapi` and `krb5` have no wheels for Linux: they need a compiler and headers, and so do `requests-gssapi` and
`pyspnego`, which are built on them.
"""

import ctypes
import functools
import os
import secrets
import time
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from typing import Any

from secure.principals import HOST
from warehouse.errors import SetupError, TicketError
from warehouse.identity import Identity

_LIBRARY = "libgssapi_krb5.so.2"
_NEEDED = f"a secured stack needs MIT's Kerberos library, {_LIBRARY}, which cannot be loaded"
_REMEDY = "install libgssapi-krb5-2 (Debian, Ubuntu) or krb5-libs (Fedora, Red Hat)"

_COMPLETE = 0
_ERRORS = 0xFFFF0000
_INITIATE = 1
# Mutual authentication, no replays, in sequence, encryption, integrity: GSS_C_..._FLAG.
_FLAGS = 2 | 4 | 8 | 16 | 32
_MAJOR, _MINOR = 1, 2


class _Oid(ctypes.Structure):
    _fields_ = (("length", c_uint32), ("elements", c_char_p))


class _Buffer(ctypes.Structure):
    kept: bytes
    _fields_ = (("length", c_size_t), ("value", c_void_p))


class _Place(ctypes.Structure):
    _fields_ = (("key", c_char_p), ("value", c_char_p))


class _Places(ctypes.Structure):
    _fields_ = (("count", c_uint32), ("elements", POINTER(_Place)))


_KERBEROS_OID = bytes.fromhex("2a864886f712010202")
_SPNEGO_OID = bytes.fromhex("2b0601050502")


@functools.cache
def _library() -> Any:
    try:
        return ctypes.CDLL(_LIBRARY)
    except OSError as problem:
        raise SetupError(_NEEDED, _REMEDY) from problem


def check_library() -> None:
    """See whether Kerberos can be spoken here.

    Raises:
        SetupError: The library is missing; says what to install.
    """
    _library()


class Context:
    """A client's side of a security context with one service of the stack."""

    def __init__(self, identity: Identity, service: str, *, spnego: bool = False) -> None:
        """Ask for nothing yet.

        Args:
            identity: The client.
            service: First part of the service's principal.
            spnego: Tokens as HTTP wants them, in SPNEGO; else Kerberos' own.

        Raises:
            SetupError: The library is missing.
        """
        self.complete = False
        self._identity = identity
        self._context, self._name = c_void_p(), c_void_p()
        oid = _SPNEGO_OID if spnego else _KERBEROS_OID
        self._mechanism = _Oid(len(oid), oid)
        self._call("gss_import_name", byref(_buffer(f"{service}@{HOST}".encode())), _host_based(), byref(self._name))

    def step(self, token: bytes = b"") -> bytes:
        """Answer the service's token, or begin.

        Raises:
            TicketError: The KDC gives no ticket, or the service is not who it should be.
        """
        answer, given = _Buffer(), _buffer(token)
        credential = _credential(self._identity)
        try:
            major = self._call(
                "gss_init_sec_context",
                *(credential, byref(self._context), self._name, byref(self._mechanism), c_uint32(_FLAGS), c_uint32(0)),
                *(None, byref(given) if token else None, None, byref(answer), None, None),
            )
        finally:
            _library().gss_release_cred(byref(c_uint32()), byref(credential))
        self.complete = major == _COMPLETE
        return _taken(answer)

    def wrap(self, content: bytes, *, encrypt: bool) -> bytes:
        """Sign, or encrypt too, what goes to the service."""
        wrapped = _Buffer()
        given = byref(_buffer(content))
        self._call("gss_wrap", self._context, c_int(encrypt), c_uint32(0), given, None, byref(wrapped))
        return _taken(wrapped)

    def unwrap(self, content: bytes) -> bytes:
        """Open what came from the service.

        Raises:
            TicketError: It was changed on its way.
        """
        opened = _Buffer()
        self._call("gss_unwrap", self._context, byref(_buffer(content)), byref(opened), None, None)
        return _taken(opened)

    def __del__(self) -> None:
        """Give back what the library holds."""
        if self._name:
            _library().gss_delete_sec_context(byref(c_uint32()), byref(self._context), None)
            _library().gss_release_name(byref(c_uint32()), byref(self._name))

    def _call(self, function: str, *arguments: Any) -> int:
        return _call(self._identity, function, *arguments)


def ticket_end(identity: Identity) -> int:
    """Have a ticket in `Identity.tickets`, as `kinit` would, and tell when it ends, in seconds since 1970.

    One that is past half of its time is replaced. Processes that cannot use a keytab begin with such a ticket.

    Raises:
        SetupError: The library is missing.
        TicketError: The KDC gives none.
    """
    credential, left = _credential(identity), c_uint32()
    try:
        _call(identity, "gss_inquire_cred", credential, None, byref(left), None, None)
    finally:
        _library().gss_release_cred(byref(c_uint32()), byref(credential))
    return int(time.time()) + left.value


def ask_kdc(identity: Identity) -> None:
    """Get a ticket and forget it. Errors as of `ticket_end`."""
    credential = _credential(identity, f"MEMORY:{secrets.token_hex(8)}")
    try:
        _call(identity, "gss_inquire_cred", credential, None, byref(c_uint32()), None, None)
    finally:
        _library().gss_release_cred(byref(c_uint32()), byref(credential))


def _credential(identity: Identity, tickets: str = "") -> c_void_p:
    # Both libraries of a process read it, ours and Java's, at every call.
    os.environ["KRB5_CONFIG"] = str(identity.kerberos)
    identity.tickets.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    places = (_Place * 2)(
        _Place(b"client_keytab", f"FILE:{identity.keytab}".encode()),
        _Place(b"ccache", (tickets or f"FILE:{identity.tickets}").encode()),
    )
    credential = c_void_p()
    store = byref(_Places(len(places), places))
    arguments = (None, c_uint32(0), None, c_int(_INITIATE), store, byref(credential), None, None)
    _call(identity, "gss_acquire_cred_from", *arguments)
    return credential


def _call(identity: Identity, function: str, *arguments: Any) -> int:
    """Call the library; every function has the reason of a failure as its first argument."""
    minor = c_uint32()
    called = getattr(_library(), function)
    called.restype = c_uint32
    major = int(called(byref(minor), *arguments))
    if major & _ERRORS:
        reason = f"{_text(major, _MAJOR)}: {_text(minor.value, _MINOR)}"
        raise TicketError(f"Kerberos refuses {identity.user}: {reason}", "see ./stackhouse status")
    return major & ~_ERRORS


def _text(code: int, kind: int) -> str:
    text = _Buffer()
    more = c_uint32()
    _library().gss_display_status(byref(c_uint32()), c_uint32(code), c_int(kind), None, byref(more), byref(text))
    return _taken(text).decode(errors="replace")


def _host_based() -> c_void_p:
    return c_void_p.in_dll(_library(), "GSS_C_NT_HOSTBASED_SERVICE")


def _buffer(content: bytes) -> _Buffer:
    buffer = _Buffer(len(content), ctypes.cast(c_char_p(content), c_void_p))
    buffer.kept = content  # as long as its address is used
    return buffer


def _taken(buffer: _Buffer) -> bytes:
    """The bytes of a buffer that the library filled, which is then its own again."""
    content = ctypes.string_at(buffer.value, buffer.length) if buffer.value else b""
    _library().gss_release_buffer(byref(c_uint32()), byref(buffer))
    return content
