"""MIT's libgssapi_krb5, the Kerberos library that curl and ssh use, through ctypes: RFC 2743 and 2744.

PyPI's `gssapi` and `krb5` have no wheels for Linux: they need a compiler and headers, and so do `requests-gssapi` and
`pyspnego`, which are built on them.
"""

import ctypes
import functools
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from typing import Any

from secure.refusals import Refusal
from warehouse.errors import SetupError
from warehouse.identity import Identity

_LIBRARY = "libgssapi_krb5.so.2"
_NEEDED = f"Kerberos needs MIT's library, {_LIBRARY}, which cannot be loaded"
_REMEDY = "install libgssapi-krb5-2 (Debian, Ubuntu) or krb5-libs (Fedora, Red Hat)"

COMPLETE, INITIATE = 0, 1
"""GSS_S_COMPLETE and GSS_C_INITIATE."""

_ERRORS = 0xFFFF0000
_MAJOR, _MINOR = 1, 2


class Oid(ctypes.Structure):
    """The number of a mechanism: `gss_OID_desc`."""

    _fields_ = (("length", c_uint32), ("elements", c_char_p))


class Buffer(ctypes.Structure):
    """Bytes: `gss_buffer_desc`."""

    kept: bytes
    _fields_ = (("length", c_size_t), ("value", c_void_p))


class Place(ctypes.Structure):
    """Where credentials are, by kind: `gss_key_value_element_desc`."""

    _fields_ = (("key", c_char_p), ("value", c_char_p))


class Places(ctypes.Structure):
    """Several of them: `gss_key_value_set_desc`."""

    _fields_ = (("count", c_uint32), ("elements", POINTER(Place)))


KERBEROS_OID = bytes.fromhex("2a864886f712010202")
SPNEGO_OID = bytes.fromhex("2b0601050502")


@functools.cache
def library() -> Any:
    """The library, loaded once.

    Raises:
        SetupError: It is missing; says what to install.
    """
    try:
        return ctypes.CDLL(_LIBRARY)
    except OSError as problem:
        raise SetupError(_NEEDED, _REMEDY) from problem


def places(*pairs: tuple[str, str]) -> Places:
    """Where credentials are: `client_keytab`, `ccache`, each with its place."""
    found = (Place(kind.encode(), place.encode()) for kind, place in pairs)
    return Places(len(pairs), (Place * len(pairs))(*found))


def import_service(identity: Identity, service: str) -> c_void_p:
    """A name of the library for a service's principal; to be given back by `release_name`."""
    if "@" in service:
        return import_name(identity, service, "GSS_KRB5_NT_PRINCIPAL_NAME")
    return import_name(identity, service.replace("/", "@"), "GSS_C_NT_HOSTBASED_SERVICE")


def import_name(identity: Identity, text: str, kind: str) -> c_void_p:
    """A name of the library, to be given back by `release_name`.

    Args:
        identity: The client, for messages.
        text: The name.
        kind: The constant of the library for names of its kind.
    """
    name = c_void_p()
    call(identity, "gss_import_name", byref(buffer(text.encode())), c_void_p.in_dll(library(), kind), byref(name))
    return name


def shown_name(identity: Identity, name: c_void_p) -> str:
    """A name of the library as text."""
    shown = Buffer()
    call(identity, "gss_display_name", name, byref(shown), None)
    return taken(shown).decode()


def release_name(name: c_void_p) -> None:
    """Give a name back, if it is one."""
    if name:
        library().gss_release_name(byref(c_uint32()), byref(name))


def call(identity: Identity, function: str, *arguments: Any, service: str = "") -> int:
    """Call a function that has the reason of a failure as its first argument.

    Args:
        identity: The client, for messages.
        function: Its name.
        arguments: Those after the reason.
        service: Principal of the service that it is about, for messages.

    Raises:
        SetupError: The library is missing.
        TicketError: It fails.
    """
    minor = c_uint32()
    called = getattr(library(), function)
    called.restype = c_uint32
    major = int(called(byref(minor), *arguments))
    if major & _ERRORS:
        # Where Kerberos itself has a reason, GSS-API's own says nothing.
        reason = _text(minor.value, _MINOR) if minor.value else _text(major, _MAJOR)
        raise Refusal(major & _ERRORS, ctypes.c_int32(minor.value).value, reason, service).error(identity)
    return major & ~_ERRORS


def _text(code: int, kind: int) -> str:
    text = Buffer()
    more = c_uint32()
    library().gss_display_status(byref(c_uint32()), c_uint32(code), c_int(kind), None, byref(more), byref(text))
    return taken(text).decode(errors="replace")


def buffer(content: bytes) -> Buffer:
    """Bytes for the library."""
    given = Buffer(len(content), ctypes.cast(c_char_p(content), c_void_p))
    given.kept = content  # as long as its address is used
    return given


def taken(filled: Buffer) -> bytes:
    """The bytes of a buffer that the library filled, which is then its own again."""
    content = ctypes.string_at(filled.value, filled.length) if filled.value else b""
    library().gss_release_buffer(byref(c_uint32()), byref(filled))
    return content
