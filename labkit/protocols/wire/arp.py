"""Address resolution for IPv4 over Ethernet (RFC 826)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.protocols.wire import DecodeError

REQUEST = 1
REPLY = 2

_BODY = struct.Struct("!HHBBH6sI6sI")
_ETHERNET_IPV4 = (1, 0x0800, 6, 4)


@dataclass(frozen=True, slots=True)
class Arp:
    """A request or a reply; a gratuitous one has equal sender and target addresses."""

    operation: int
    sender_mac: bytes
    sender_ip: IPv4Address
    target_mac: bytes
    target_ip: IPv4Address

    @classmethod
    def decode(cls, data: bytes) -> Arp:
        """Read 28 bytes (what follows is padding); raises DecodeError for other address kinds."""
        if len(data) < _BODY.size:
            raise DecodeError(f"ARP: {len(data)} bytes are too few")
        *kinds, operation, sender_mac, sender_ip, target_mac, target_ip = _BODY.unpack_from(data)
        if tuple(kinds) != _ETHERNET_IPV4:
            raise DecodeError(f"ARP: not IPv4 over Ethernet: {kinds}")
        return cls(
            operation, sender_mac, IPv4Address(sender_ip), target_mac, IPv4Address(target_ip)
        )

    def encode(self) -> bytes:
        """Return the 28 bytes."""
        return _BODY.pack(
            *_ETHERNET_IPV4,
            self.operation,
            self.sender_mac,
            int(self.sender_ip),
            self.target_mac,
            int(self.target_ip),
        )
