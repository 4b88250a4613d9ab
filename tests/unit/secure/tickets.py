"""Files of tickets as `kinit` would leave them, written by hand, and a KDC that only refuses."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

AES256 = 18


def write_tickets(path: Path, principal: str, seconds: int) -> None:
    """A file with one ticket to get others with, which ends in some seconds: format 4 of MIT Kerberos.

    No KDC made the ticket, so none would take it; the client only reads what is noted beside it.
    """
    realm, now = principal.partition("@")[2], int(time.time())
    client, krbtgt = _principal(principal), _principal(f"krbtgt/{realm}@{realm}")
    times = struct.pack(">4I", now - 3600, now - 3600, now + seconds, 0)
    entry = client + krbtgt + struct.pack(">H", AES256) + _counted(bytes(32)) + times
    # Not for a second ticket, no flags, no addresses, no authorization data.
    entry += struct.pack(">B3I", 0, 0, 0, 0) + _counted(b"ticket") + _counted(b"")
    path.write_bytes(b"\x05\x04\x00\x00" + client + entry)


def _principal(text: str) -> bytes:
    name, _, realm = text.partition("@")
    parts = name.split("/")
    return struct.pack(">2I", 1, len(parts)) + b"".join(_counted(part.encode()) for part in (realm, *parts))


def _counted(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


@contextmanager
def refusing_kdc(number: int) -> Iterator[int]:
    """A KDC that answers everything with one error of RFC 4120, section 7.5.9; its port."""
    answer = _error(number)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.recv(65536)
                    client.sendall(_counted(answer))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _error(number: int) -> bytes:
    """KRB-ERROR of RFC 4120, section 5.9.1, in DER."""
    server = _field(
        0x30, _field(0xA0, _integer(2)) + _field(0xA1, _field(0x30, _text("krbtgt") + _text("STACKHOUSE.LOCAL")))
    )
    fields = {
        0: _integer(5),
        1: _integer(30),
        4: _field(0x18, time.strftime("%Y%m%d%H%M%SZ", time.gmtime()).encode()),
        5: _integer(0),
        6: _integer(number),
        9: _text("STACKHOUSE.LOCAL"),
        10: server,
    }
    return _field(0x7E, _field(0x30, b"".join(_field(0xA0 + tag, value) for tag, value in fields.items())))


def _field(tag: int, content: bytes) -> bytes:
    length = len(content)
    return bytes([tag, length] if length < 128 else [tag, 0x81, length]) + content


def _integer(value: int) -> bytes:
    return _field(0x02, bytes([value]))


def _text(value: str) -> bytes:
    return _field(0x1B, value.encode())
