"""IS-IS link state PDUs of level 2: what a router says of itself (ISO 10589 §9.9, RFC 1195, 5301).

Narrow metrics, as SR OS writes them by default: TLVs 1 (areas), 129 (protocols), 137 (host
name), 132 (interface addresses), 2 (neighbours) and 128 (prefixes).  Encodes only: the lab
floods no LSPs, it shows them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

AREAS, NEIGHBORS, PREFIXES, PROTOCOLS, ADDRESSES, HOSTNAME = 1, 2, 128, 129, 132, 137
IPV4 = b"\xcc"
LEVEL_2_PDU, HEADER_LENGTH = 20, 27
LEVEL_2_ROUTER = 3
"""The IS type of a router that takes part in level 2."""
NARROW_LIMIT = 63
"""The largest metric of one link."""
_UNSUPPORTED = b"\x80\x80\x80"
"""The delay, expense and error metrics."""
_CHECKSUM_AT = 12
"""Where the checksum is in what it covers, from the LSP ID on."""


@dataclass(frozen=True, slots=True)
class LinkStatePdu:
    """A router's fragment 00; metrics beyond 63 are written as 63."""

    system_id: bytes
    sequence: int
    lifetime: int
    """Seconds that it is still valid."""
    area: bytes
    hostname: str
    addresses: tuple[IPv4Address, ...]
    neighbors: tuple[tuple[bytes, int], ...]
    """System ID and metric."""
    prefixes: tuple[tuple[IPv4Network, int], ...]

    @property
    def checksum(self) -> int:
        """Fletcher's, from the LSP ID on: the lifetime is not covered."""
        return _fletcher(self._covered(b"\0\0"), _CHECKSUM_AT)

    def encode(self) -> bytes:
        covered = self._covered(self.checksum.to_bytes(2, "big"))
        length = 12 + len(covered)
        header = struct.pack("!BBBBBBBB", 0x83, HEADER_LENGTH, 1, 0, LEVEL_2_PDU, 1, 0, 0)
        return header + struct.pack("!HH", length, self.lifetime) + covered

    def _covered(self, checksum: bytes) -> bytes:
        start = self.system_id + b"\0\0" + struct.pack("!I", self.sequence)
        return start + checksum + bytes([LEVEL_2_ROUTER]) + self._tlvs()

    def _tlvs(self) -> bytes:
        near = b"".join(_metric(metric) + each + b"\0" for each, metric in self.neighbors)
        reach = b"".join(
            _metric(metric) + prefix.network_address.packed + prefix.netmask.packed
            for prefix, metric in self.prefixes
        )
        values = (
            (AREAS, bytes([len(self.area)]) + self.area),
            (PROTOCOLS, IPV4),
            (HOSTNAME, self.hostname.encode()),
            (ADDRESSES, b"".join(each.packed for each in self.addresses)),
            (NEIGHBORS, b"\0" + near if near else b""),
            (PREFIXES, reach),
        )
        return b"".join(bytes([kind, len(value)]) + value for kind, value in values if value)


def _metric(metric: int) -> bytes:
    return bytes([min(metric, NARROW_LIMIT)]) + _UNSUPPORTED


def _fletcher(data: bytes, offset: int) -> int:
    """The checksum to write at `offset` of `data` (ISO 8473 annex C)."""
    c0 = c1 = 0
    for byte in data:
        c0 = (c0 + byte) % 255
        c1 = (c1 + c0) % 255
    x = ((len(data) - offset - 1) * c0 - c1) % 255 or 255
    y = 510 - c0 - x
    return (x << 8) + (y - 255 if y > 255 else y)
