"""ICMP messages (RFC 792; next-hop MTU: RFC 1191).

Knows the eight-byte header and the few messages that the lab's nodes send; does not know who
may send an error about what (RFC 1122 section 3.2.2): that is `net`'s business.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from labkit.protocols.wire import DecodeError, internet_checksum

ECHO_REPLY = 0
UNREACHABLE = 3
ECHO_REQUEST = 8
TIME_EXCEEDED = 11

# Codes of UNREACHABLE.
NET_UNREACHABLE = 0
HOST_UNREACHABLE = 1
PROTOCOL_UNREACHABLE = 2
PORT_UNREACHABLE = 3
FRAGMENTATION_NEEDED = 4
ADMINISTRATIVELY_PROHIBITED = 13

_HEADER = struct.Struct("!BBH4s")
_PAIR = struct.Struct("!HH")


@dataclass(frozen=True, slots=True)
class Icmp:
    """One message; `rest` is the second word of the header, 4 bytes."""

    type: int
    code: int
    rest: bytes = b"\0\0\0\0"
    payload: bytes = b""

    @classmethod
    def decode(cls, data: bytes) -> Icmp:
        """Read a message; raises DecodeError if it is short or its checksum is wrong."""
        if len(data) < _HEADER.size:
            raise DecodeError(f"ICMP: {len(data)} bytes are no header")
        if internet_checksum(data):
            raise DecodeError("ICMP: checksum")
        kind, code, _, rest = _HEADER.unpack_from(data)
        return cls(kind, code, rest, data[_HEADER.size :])

    def encode(self) -> bytes:
        """Return the message with its checksum."""
        bare = _HEADER.pack(self.type, self.code, 0, self.rest) + self.payload
        return bare[:2] + internet_checksum(bare).to_bytes(2, "big") + bare[4:]

    @property
    def identifier(self) -> int:
        """Of an echo: whose ping it is."""
        return int.from_bytes(self.rest[:2], "big")

    @property
    def sequence(self) -> int:
        """Of an echo: which of the pings it is."""
        return int.from_bytes(self.rest[2:], "big")

    @property
    def mtu(self) -> int:
        """Of FRAGMENTATION_NEEDED: the next hop's MTU (RFC 1191), the same two bytes."""
        return int.from_bytes(self.rest[2:], "big")


def echo_request(identifier: int, sequence: int, data: bytes = b"") -> Icmp:
    """Return a ping."""
    return Icmp(ECHO_REQUEST, 0, _PAIR.pack(identifier, sequence), data)


def echo_reply(identifier: int, sequence: int, data: bytes = b"") -> Icmp:
    """Return the answer to a ping."""
    return Icmp(ECHO_REPLY, 0, _PAIR.pack(identifier, sequence), data)


def unreachable(code: int, original: bytes, next_hop_mtu: int = 0) -> Icmp:
    """Return a destination unreachable about the packet `original` (bytes of IPv4)."""
    return Icmp(UNREACHABLE, code, _PAIR.pack(0, next_hop_mtu), quote(original))


def time_exceeded(original: bytes, code: int = 0) -> Icmp:
    """Return a TTL exceeded in transit (code 1: reassembly time) about `original`."""
    return Icmp(TIME_EXCEEDED, code, payload=quote(original))


def quote(original: bytes) -> bytes:
    """Return the header of `original` and 8 bytes more: what RFC 792 has errors carry."""
    header = (original[0] & 15) * 4 if original else 0
    return original[: header + 8]
