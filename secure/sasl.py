"""SASL's mechanism GSSAPI, RFC 4752, as `thrift_sasl` wants a mechanism."""

import struct
from enum import IntFlag

from secure.kerberos import Context
from warehouse.identity import Identity

_SIZE = 4
_MAX_BYTES = 0xFFFFFF


class _Layer(IntFlag):
    NONE = 1
    INTEGRITY = 2
    PRIVACY = 4


class GssapiClient:
    """The client's side. Of the layers that a service offers it takes the strongest."""

    def __init__(self, identity: Identity, service: str) -> None:
        """Ask for nothing yet.

        Args:
            identity: The client.
            service: The service's principal, as of `Context`.
        """
        self._context = Context(identity, service)
        self._layer = _Layer.NONE

    def start(self, _mechanisms: str) -> tuple[bool, str, bytes]:
        """First message.

        Raises:
            TicketError: The KDC gives no ticket.
        """
        return True, "GSSAPI", self._context.step()

    def step(self, challenge: bytes | None) -> tuple[bool, bytes]:
        """Answer the service's message.

        Raises:
            TicketError: The service is not who it should be.
        """
        return True, self._answer(challenge or b"")

    def _answer(self, challenge: bytes) -> bytes:
        if not self._context.complete:
            return self._context.step(challenge)
        offered = _Layer(self._context.unwrap(challenge)[0])
        self._layer = max(layer for layer in _Layer if layer in offered)
        # No name follows the sizes, which would be whom the client wants to act for: the ticket says who it is.
        size = _MAX_BYTES if self._layer > _Layer.NONE else 0
        return self._context.wrap(struct.pack(">I", self._layer << 24 | size), encrypt=False)

    def encode(self, content: bytes) -> tuple[bool, bytes]:
        """What is sent, with its length before it if there is a layer."""
        if self._layer == _Layer.NONE:
            return True, content
        wrapped = self._context.wrap(content, encrypt=self._layer == _Layer.PRIVACY)
        return True, struct.pack(">I", len(wrapped)) + wrapped

    def decode(self, content: bytes) -> tuple[bool, bytes]:
        """What was received, without the layer."""
        return True, content if self._layer == _Layer.NONE else self._context.unwrap(content[_SIZE:])
