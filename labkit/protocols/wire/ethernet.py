"""Ethernet II frames (IEEE 802.3, RFC 894), without preamble and frame check sequence.

Knows addresses, the type and the minimum length; does not know what the payload is.  A payload
read from the wire keeps its padding, since only the protocol above knows its own length.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from labkit.protocols.wire import DecodeError

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_ARP = 0x0806
ETHERTYPE_MPLS = 0x8847

BROADCAST = b"\xff" * 6
HEADER_LENGTH = 14
MINIMUM_LENGTH = 60
"""Bytes of the shortest frame, the four of the frame check sequence not counted."""

_HEADER = struct.Struct("!6s6sH")


@dataclass(frozen=True, slots=True)
class Ethernet:
    """One frame; `dst` and `src` are MACs of 6 bytes."""

    dst: bytes
    src: bytes
    ethertype: int
    payload: bytes

    @classmethod
    def decode(cls, data: bytes) -> Ethernet:
        """Read a frame; raises DecodeError if it has no whole header."""
        if len(data) < HEADER_LENGTH:
            raise DecodeError(f"Ethernet: {len(data)} bytes are no header")
        dst, src, ethertype = _HEADER.unpack_from(data)
        return cls(dst, src, ethertype, data[HEADER_LENGTH:])

    def encode(self, pad: bool = True) -> bytes:
        """Return the frame, padded with zeros to 60 bytes unless `pad` is false."""
        frame = _HEADER.pack(self.dst, self.src, self.ethertype) + self.payload
        if pad and len(frame) < MINIMUM_LENGTH:
            return frame.ljust(MINIMUM_LENGTH, b"\0")
        return frame


def format_mac(mac: bytes) -> str:
    """Return a MAC as `00:00:5e:00:01:65`."""
    return mac.hex(":")
