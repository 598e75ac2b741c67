"""The outside of an ESP packet (RFC 4303): SPI and sequence number.

Knows nothing of keys: IV, ciphertext and ICV are one opaque body.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from labkit.protocols.wire import DecodeError

PROTOCOL = 50

_HEADER = struct.Struct("!II")


@dataclass(frozen=True, slots=True)
class Esp:
    """One packet; `body` is IV, ciphertext and ICV."""

    spi: int
    sequence: int
    body: bytes

    @classmethod
    def decode(cls, data: bytes) -> Esp:
        """Read a packet; raises DecodeError if it has no whole header."""
        if len(data) < _HEADER.size:
            raise DecodeError(f"ESP: {len(data)} bytes are no header")
        spi, sequence = _HEADER.unpack_from(data)
        return cls(spi, sequence, data[_HEADER.size :])

    def encode(self) -> bytes:
        """Return the packet."""
        return _HEADER.pack(self.spi, self.sequence) + self.body
