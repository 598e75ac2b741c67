"""UDP datagrams (RFC 768)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.protocols.wire import DecodeError, internet_checksum, pseudo_header

PROTOCOL = 17
ISAKMP_PORT = 500
NAT_TRAVERSAL_PORT = 4500

_HEADER = struct.Struct("!HHHH")


@dataclass(frozen=True, slots=True)
class Udp:
    """One datagram; `summed` is false where the checksum is left 0 (as RFC 3948 has ESP do)."""

    source_port: int
    destination_port: int
    payload: bytes = b""
    summed: bool = True

    @classmethod
    def decode(
        cls, data: bytes, src: IPv4Address | None = None, dst: IPv4Address | None = None
    ) -> Udp:
        """Read a datagram; with both addresses its checksum too.  Raises DecodeError."""
        if len(data) < _HEADER.size:
            raise DecodeError(f"UDP: {len(data)} bytes are no header")
        source_port, destination_port, length, check = _HEADER.unpack_from(data)
        if not _HEADER.size <= length <= len(data):
            raise DecodeError(f"UDP: a length of {length} in {len(data)} bytes")
        if (
            check
            and src is not None
            and dst is not None
            and internet_checksum(pseudo_header(src, dst, PROTOCOL, length) + data[:length])
        ):
            raise DecodeError("UDP: checksum")
        return cls(source_port, destination_port, data[_HEADER.size : length], check != 0)

    def encode(self, src: IPv4Address, dst: IPv4Address) -> bytes:
        """Return the datagram, its checksum made with the addresses of the IP header."""
        length = _HEADER.size + len(self.payload)
        bare = _HEADER.pack(self.source_port, self.destination_port, length, 0) + self.payload
        if not self.summed:
            return bare
        # A sum of 0 travels as 0xFFFF: 0 means "no checksum".
        check = internet_checksum(pseudo_header(src, dst, PROTOCOL, length) + bare) or 0xFFFF
        return bare[:6] + check.to_bytes(2, "big") + bare[8:]
