"""Writes and reads keytabs: files of keys, format 0x0502 of MIT Kerberos.

https://web.mit.edu/kerberos/krb5-1.20/doc/formats/keytab_file_format.html
"""

import os
import secrets
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from secure.principals import REALM
from warehouse.errors import SetupError

AES256 = 18
"""aes256-cts-hmac-sha1-96 of RFC 3962. Any 32 bytes are a key of it, so none has to be derived from a password."""
KEY_BYTES = 32

_FORMAT = b"\x05\x02"
_NAME_OF_PRINCIPAL = 1


@dataclass(frozen=True)
class Key:
    """One entry of a keytab.

    Attributes:
        principal: Name without the realm.
        version: The KDC's number of the key (kvno).
        secret: The key.
        realm: Realm.
    """

    principal: str
    version: int
    secret: bytes
    realm: str = REALM


def new_key(principal: str) -> Key:
    """A first key, at random."""
    return Key(principal, 1, secrets.token_bytes(KEY_BYTES))


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read; it appears whole, and never with another mode."""
    fresh = path.with_name(f"{path.name}.incomplete")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)


def keytab_of(key: Key) -> bytes:
    """Content of a keytab with one key."""
    parts = key.principal.split("/")
    names = (_counted(name.encode()) for name in (key.realm, *parts))
    body = struct.pack(">H", len(parts)) + b"".join(names)
    body += struct.pack(">IIB", _NAME_OF_PRINCIPAL, int(time.time()), key.version & 0xFF)
    body += struct.pack(">H", AES256) + _counted(key.secret) + struct.pack(">I", key.version)
    return _FORMAT + struct.pack(">i", len(body)) + body


def read_keytab(path: Path) -> list[Key]:
    """Keys of a keytab.

    Raises:
        SetupError: It is missing or not a keytab.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise SetupError(f"the keytab {path} cannot be read: {problem.strerror}") from problem
    if not content.startswith(_FORMAT):
        raise SetupError(f"{path} is not a keytab of format 0x0502")
    try:
        return list(_entries(content[len(_FORMAT) :]))
    except (struct.error, UnicodeDecodeError) as problem:
        raise SetupError(f"the keytab {path} is damaged") from problem


def _counted(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content


def _entries(rest: bytes) -> Iterator[Key]:
    while rest:
        (length,) = struct.unpack_from(">i", rest)
        entry, rest = rest[4 : 4 + abs(length)], rest[4 + abs(length) :]
        if length > 0:
            yield _entry(entry, length)


def _entry(content: bytes, length: int) -> Key:
    if len(content) != length:
        raise struct.error("an entry is cut off")
    (count,) = struct.unpack_from(">H", content)
    realm, rest = _take(content[2:])
    parts = []
    for _ in range(count):
        part, rest = _take(rest)
        parts.append(part.decode())
    version = struct.unpack_from(">IIB", rest)[2]
    secret, rest = _take(rest[11:])
    # The number of four bytes is a later addition.
    if len(rest) >= 4:  # noqa: PLR2004
        (version,) = struct.unpack_from(">I", rest)
    return Key("/".join(parts), version, secret, realm.decode())


def _take(content: bytes) -> tuple[bytes, bytes]:
    (length,) = struct.unpack_from(">H", content)
    if len(content) < 2 + length:
        raise struct.error("a part is cut off")
    return content[2 : 2 + length], content[2 + length :]
