"""IPv4 packets (RFC 791), their fragmentation and reassembly.

Knows the header and its checksum; does not know routes, interfaces or the protocols above.
Reassembly is a pure function over fragments; who keeps them, and how long, is `net`'s business.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from labkit.protocols.wire import DecodeError, internet_checksum

ICMP = 1
TCP = 6
UDP = 17
ESP = 50
VRRP = 112

HEADER_LENGTH = 20
LONGEST = 0xFFFF

_HEADER = struct.Struct("!BBHHHBBHII")
_DONT_FRAGMENT = 0x4000
_MORE_FRAGMENTS = 0x2000
_OFFSET = 0x1FFF


@dataclass(frozen=True, slots=True)
class IPv4:
    """One packet; `fragment_offset` is in units of 8 bytes, `options` a multiple of 4 bytes."""

    src: IPv4Address
    dst: IPv4Address
    protocol: int
    payload: bytes = b""
    ttl: int = 255
    tos: int = 0
    identification: int = 0
    dont_fragment: bool = False
    more_fragments: bool = False
    fragment_offset: int = 0
    options: bytes = b""

    @classmethod
    def decode(cls, data: bytes, *, excerpt: bool = False) -> IPv4:
        """Read a packet; bytes after its total length (Ethernet padding) are left out.

        `excerpt` reads the start of a packet as ICMP errors quote it: the payload may be cut
        short and the checksum is not looked at.  Raises DecodeError.
        """
        if len(data) < HEADER_LENGTH:
            raise DecodeError(f"IPv4: {len(data)} bytes are no header")
        first, tos, total, ident, fragment, ttl, protocol, _, src, dst = _HEADER.unpack_from(data)
        header = (first & 15) * 4
        if first >> 4 != 4 or not HEADER_LENGTH <= header <= total:
            raise DecodeError(f"IPv4: version, header length or total length: {data[:4].hex()}")
        if len(data) < total and not (excerpt and len(data) >= header):
            raise DecodeError(f"IPv4: {len(data)} bytes of {total}")
        if not excerpt and internet_checksum(data[:header]):
            raise DecodeError("IPv4: header checksum")
        return cls(
            IPv4Address(src),
            IPv4Address(dst),
            protocol,
            data[header:total],
            ttl,
            tos,
            ident,
            bool(fragment & _DONT_FRAGMENT),
            bool(fragment & _MORE_FRAGMENTS),
            fragment & _OFFSET,
            data[HEADER_LENGTH:header],
        )

    def encode(self) -> bytes:
        """Return the packet with its checksum; raises ValueError if it is over 65535 bytes."""
        options = self.options
        header = HEADER_LENGTH + len(options)
        total = header + len(self.payload)
        if total > LONGEST or header > 60 or header & 3:
            raise ValueError(f"IPv4: header of {header} bytes, {total} in all")
        fragment = self.fragment_offset
        if self.dont_fragment:
            fragment |= _DONT_FRAGMENT
        if self.more_fragments:
            fragment |= _MORE_FRAGMENTS
        fields = (0x40 | header >> 2, self.tos, total, self.identification, fragment, self.ttl)
        ends = (int(self.src), int(self.dst))
        check = internet_checksum(_HEADER.pack(*fields, self.protocol, 0, *ends) + options)
        return _HEADER.pack(*fields, self.protocol, check, *ends) + options + self.payload

    @property
    def total_length(self) -> int:
        """Bytes of the packet, header included."""
        return HEADER_LENGTH + len(self.options) + len(self.payload)

    @property
    def is_fragment(self) -> bool:
        """Whether it is a part of a larger packet."""
        return self.more_fragments or self.fragment_offset > 0

    def with_ttl(self, ttl: int) -> IPv4:
        """Return the same packet with another TTL (what every router does: no reflection)."""
        return IPv4(
            self.src,
            self.dst,
            self.protocol,
            self.payload,
            ttl,
            self.tos,
            self.identification,
            self.dont_fragment,
            self.more_fragments,
            self.fragment_offset,
            self.options,
        )


def fragment(packet: IPv4, mtu: int) -> list[IPv4]:
    """Return the packet in pieces of at most `mtu` bytes each (RFC 791 section 3.2).

    A packet that fits comes back alone.  Whether DF forbids it is the caller's to ask.  Options
    without the copied flag stay with the first piece.  Raises ValueError if not even 8 bytes fit.
    """
    if packet.total_length <= mtu:
        return [packet]
    pieces: list[IPv4] = []
    options, offset = packet.options, 0
    while offset < len(packet.payload):
        room = mtu - HEADER_LENGTH - len(options)
        if offset + room < len(packet.payload):
            room &= ~7
        if room <= 0:
            raise ValueError(f"IPv4: nothing fits into an MTU of {mtu}")
        chunk = packet.payload[offset : offset + room]
        rest = offset + len(chunk) < len(packet.payload)
        piece = replace(
            packet,
            payload=chunk,
            options=options,
            more_fragments=rest or packet.more_fragments,
            fragment_offset=packet.fragment_offset + offset // 8,
        )
        pieces.append(piece)
        offset += len(chunk)
        options = _copied(packet.options)
    return pieces


def _copied(options: bytes) -> bytes:
    """The options that every fragment repeats, padded to 4 bytes."""
    kept, offset = b"", 0
    while offset < len(options) and options[offset] != 0:
        length = 1 if options[offset] == 1 or offset + 1 == len(options) else options[offset + 1]
        if length == 0:
            break
        if options[offset] & 0x80:
            kept += options[offset : offset + length]
        offset += length
    return kept + b"\0" * (-len(kept) % 4)


def reassemble(fragments: Iterable[IPv4]) -> IPv4 | None:
    """Return the whole packet, or None while a piece is missing.

    The fragments (any order, doubles allowed) share source, destination, protocol and
    identification.  Raises DecodeError if they sum up to more than a packet can hold.
    """
    pieces = sorted(fragments, key=lambda piece: piece.fragment_offset)
    payload = b""
    for piece in pieces:
        start = piece.fragment_offset * 8
        if start > len(payload):
            return None
        payload += piece.payload[len(payload) - start :]
        if not piece.more_fragments:
            whole = replace(pieces[0], payload=payload, more_fragments=False)
            if whole.total_length > LONGEST:
                raise DecodeError("IPv4: the fragments are longer than a packet")
            return whole
    return None
