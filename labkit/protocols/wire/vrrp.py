"""VRRP version 2 advertisements (RFC 3768; authentication fields as RFC 2338 left them)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.protocols.wire import DecodeError, internet_checksum

PROTOCOL = 112
GROUP = IPv4Address("224.0.0.18")
GROUP_MAC = bytes.fromhex("01005e000012")
PRIORITY_OWNER = 255
PRIORITY_STOP = 0
"""What a master sends that gives up, so that a backup takes over at once."""

_VERSION_2_ADVERTISEMENT = 0x21
_HEADER = struct.Struct("!BBBBBBH")
_AUTHENTICATION_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Vrrp:
    """One advertisement; `interval` is in seconds."""

    vrid: int
    priority: int
    addresses: tuple[IPv4Address, ...]
    interval: int = 1
    authentication_type: int = 0
    authentication_data: bytes = bytes(_AUTHENTICATION_LENGTH)

    @classmethod
    def decode(cls, data: bytes) -> Vrrp:
        """Read an advertisement; raises DecodeError for other versions and bad checksums."""
        if len(data) < _HEADER.size:
            raise DecodeError(f"VRRP: {len(data)} bytes are no header")
        kind, vrid, priority, count, authentication, interval, _ = _HEADER.unpack_from(data)
        if kind != _VERSION_2_ADVERTISEMENT:
            raise DecodeError(f"VRRP: version and type {kind:#04x}")
        end = _HEADER.size + 4 * count
        if len(data) != end + _AUTHENTICATION_LENGTH:
            raise DecodeError(f"VRRP: {len(data)} bytes with {count} addresses")
        if internet_checksum(data):
            raise DecodeError("VRRP: checksum")
        addresses = struct.unpack_from(f"!{count}I", data, _HEADER.size)
        return cls(
            vrid, priority, tuple(map(IPv4Address, addresses)), interval, authentication, data[end:]
        )

    def encode(self) -> bytes:
        """Return the advertisement with its checksum."""
        count = len(self.addresses)
        bare = (
            _HEADER.pack(
                _VERSION_2_ADVERTISEMENT,
                self.vrid,
                self.priority,
                count,
                self.authentication_type,
                self.interval,
                0,
            )
            + struct.pack(f"!{count}I", *map(int, self.addresses))
            + self.authentication_data
        )
        return bare[:6] + internet_checksum(bare).to_bytes(2, "big") + bare[8:]


def virtual_mac(vrid: int) -> bytes:
    """Return 00:00:5e:00:01:<vrid>, the MAC of a virtual router."""
    return bytes.fromhex("00005e0001") + bytes([vrid])
