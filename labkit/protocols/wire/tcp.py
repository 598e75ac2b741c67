"""TCP segments (RFC 9293): the header and its checksum, no state machine."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.protocols.wire import DecodeError, internet_checksum, pseudo_header

PROTOCOL = 6
FIN, SYN, RST, PSH, ACK, URG = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20

_HEADER = struct.Struct("!HHIIHHHH")
_OPTION_MSS = 2


@dataclass(frozen=True, slots=True)
class Tcp:
    """One segment; `flags` are the low 12 bits of the offset word, `options` 4 bytes × n."""

    source_port: int
    destination_port: int
    sequence: int = 0
    acknowledgment: int = 0
    flags: int = 0
    window: int = 4128
    payload: bytes = b""
    options: bytes = b""
    urgent: int = 0

    @classmethod
    def decode(
        cls, data: bytes, src: IPv4Address | None = None, dst: IPv4Address | None = None
    ) -> Tcp:
        """Read a segment; with both addresses its checksum too.  Raises DecodeError."""
        if len(data) < _HEADER.size:
            raise DecodeError(f"TCP: {len(data)} bytes are no header")
        source, destination, sequence, ack, word, window, _, urgent = _HEADER.unpack_from(data)
        header = (word >> 12) * 4
        if not _HEADER.size <= header <= len(data):
            raise DecodeError(f"TCP: a header of {header} bytes in {len(data)}")
        if (
            src is not None
            and dst is not None
            and internet_checksum(pseudo_header(src, dst, PROTOCOL, len(data)) + data)
        ):
            raise DecodeError("TCP: checksum")
        payload, options = data[header:], data[_HEADER.size : header]
        flags = word & 0xFFF
        return cls(source, destination, sequence, ack, flags, window, payload, options, urgent)

    def encode(self, src: IPv4Address, dst: IPv4Address) -> bytes:
        """Return the segment, its checksum made with the addresses of the IP header."""
        header = _HEADER.size + len(self.options)
        if header & 3 or header > 60:
            raise ValueError(f"TCP: a header of {header} bytes")
        bare = (
            _HEADER.pack(
                self.source_port,
                self.destination_port,
                self.sequence,
                self.acknowledgment,
                header << 10 | self.flags,
                self.window,
                0,
                self.urgent,
            )
            + self.options
            + self.payload
        )
        check = internet_checksum(pseudo_header(src, dst, PROTOCOL, len(bare)) + bare)
        return bare[:16] + check.to_bytes(2, "big") + bare[18:]

    @property
    def mss(self) -> int | None:
        """The maximum segment size option of a SYN, None without one."""
        place = _find_mss(self.options)
        return None if place is None else int.from_bytes(self.options[place : place + 2], "big")

    def with_mss(self, mss: int) -> Tcp:
        """Return the segment with its MSS option (if any) set: what `ip tcp adjust-mss` does."""
        place = _find_mss(self.options)
        if place is None:
            return self
        options = self.options[:place] + mss.to_bytes(2, "big") + self.options[place + 2 :]
        return Tcp(
            self.source_port,
            self.destination_port,
            self.sequence,
            self.acknowledgment,
            self.flags,
            self.window,
            self.payload,
            options,
            self.urgent,
        )


def mss_option(mss: int) -> bytes:
    """Return the option that a SYN carries."""
    return struct.pack("!BBH", _OPTION_MSS, 4, mss)


def _find_mss(options: bytes) -> int | None:
    """Where the two bytes of the value are."""
    offset = 0
    while offset < len(options) and options[offset] != 0:
        if options[offset] == 1:
            offset += 1
            continue
        length = options[offset + 1] if offset + 1 < len(options) else 0
        if options[offset] == _OPTION_MSS and length == 4 and offset + 4 <= len(options):
            return offset + 2
        if length < 2:
            return None
        offset += length
    return None
