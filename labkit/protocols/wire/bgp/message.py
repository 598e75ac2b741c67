"""OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE-REFRESH, and how a TCP stream holds them.

RFC 4271 section 4; capabilities RFC 5492; ROUTE-REFRESH RFC 2918.  Only IPv4 unicast routes are
read; multiprotocol ones (RFC 4760) stay in their opaque attribute.
"""

from __future__ import annotations

import builtins
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import ClassVar, TypeAlias, TypeVar

from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.bgp.attribute import Attribute, decode_attributes, encode_attributes

PORT = 179
AS_TRANS = 23456
"""What stands in a two-octet field for an AS number that needs four."""

MULTIPROTOCOL, FOUR_OCTET_AS = 1, 65

_MARKER = b"\xff" * 16
_HEADER = struct.Struct("!16sHB")
_OPEN = struct.Struct("!BHHIB")
_LONGEST = 4096
_CAPABILITIES = 2

_A = TypeVar("_A", bound=Attribute)


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability of an OPEN."""

    code: int
    value: bytes = b""


IPV4_UNICAST = Capability(MULTIPROTOCOL, b"\0\1\0\1")


def four_octet_as_capability(asn: int) -> Capability:
    """Return the capability that says: my AS numbers have four octets, mine is this."""
    return Capability(FOUR_OCTET_AS, struct.pack("!I", asn))


@dataclass(frozen=True, slots=True)
class Open:
    """OPEN; each capability travels in a parameter of its own, or `grouped` all in one."""

    asn: int
    hold_time: int
    router_id: IPv4Address
    capabilities: tuple[Capability, ...] = ()
    grouped: bool = False
    type: ClassVar[int] = 1

    @property
    def four_octet_as(self) -> int | None:
        """The AS number of the capability of RFC 6793, None without it."""
        for each in self.capabilities:
            if each.code == FOUR_OCTET_AS and len(each.value) == 4:
                return int.from_bytes(each.value, "big")
        return None

    def encode(self, four_octet_as: bool = True) -> bytes:
        """Return the message; an AS number over 65535 is written as AS_TRANS."""
        coded = [struct.pack("!BB", c.code, len(c.value)) + c.value for c in self.capabilities]
        if self.grouped:
            coded = [b"".join(coded)]
        parameters = b"".join(struct.pack("!BB", _CAPABILITIES, len(c)) + c for c in coded)
        asn = self.asn if self.asn <= 0xFFFF else AS_TRANS
        return _frame(
            self.type,
            _OPEN.pack(4, asn, self.hold_time, int(self.router_id), len(parameters)) + parameters,
        )

    @classmethod
    def from_body(cls, body: bytes) -> Open:
        """Read an OPEN; raises DecodeError."""
        if len(body) < _OPEN.size:
            raise DecodeError("BGP: short OPEN")
        version, asn, hold_time, router_id, length = _OPEN.unpack_from(body)
        if version != 4 or len(body) != _OPEN.size + length or hold_time in (1, 2):
            raise DecodeError(f"BGP: OPEN of version {version}, hold time {hold_time}")
        parameters = _pairs(body[_OPEN.size :])
        if any(kind != _CAPABILITIES for kind, _ in parameters):
            raise DecodeError("BGP: OPEN with an unknown optional parameter")
        groups = [_pairs(value) for _, value in parameters]
        capabilities = tuple(Capability(*pair) for group in groups for pair in group)
        grouped = len(groups) == 1 and len(capabilities) != 1
        return cls(asn, hold_time, IPv4Address(router_id), capabilities, grouped)


@dataclass(frozen=True, slots=True)
class Update:
    """UPDATE: routes withdrawn, and routes (`nlri`) that share these attributes."""

    nlri: tuple[IPv4Network, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    withdrawn: tuple[IPv4Network, ...] = ()
    type: ClassVar[int] = 2

    def attribute(self, kind: builtins.type[_A]) -> _A | None:
        """Return the attribute of that class, None without one."""
        return next((each for each in self.attributes if isinstance(each, kind)), None)

    def encode(self, four_octet_as: bool = True) -> bytes:
        """Return the message; raises ValueError if it is over 4096 bytes."""
        withdrawn = b"".join(map(_encode_prefix, self.withdrawn))
        attributes = encode_attributes(self.attributes, four_octet_as)
        return _frame(
            self.type,
            struct.pack("!H", len(withdrawn))
            + withdrawn
            + struct.pack("!H", len(attributes))
            + attributes
            + b"".join(map(_encode_prefix, self.nlri)),
        )

    @classmethod
    def from_body(cls, body: bytes, four_octet_as: bool) -> Update:
        """Read an UPDATE; raises DecodeError."""
        withdrawn, rest = _counted(body)
        attributes, nlri = _counted(rest)
        return cls(
            _decode_prefixes(nlri),
            decode_attributes(attributes, four_octet_as),
            _decode_prefixes(withdrawn),
        )


@dataclass(frozen=True, slots=True)
class Notification:
    """NOTIFICATION: why the session ends."""

    code: int
    subcode: int = 0
    data: bytes = b""
    type: ClassVar[int] = 3

    def encode(self, four_octet_as: bool = True) -> bytes:
        """Return the message."""
        return _frame(self.type, bytes([self.code, self.subcode]) + self.data)


@dataclass(frozen=True, slots=True)
class Keepalive:
    """KEEPALIVE: nothing but the header."""

    type: ClassVar[int] = 4

    def encode(self, four_octet_as: bool = True) -> bytes:
        """Return the message."""
        return _frame(self.type, b"")


@dataclass(frozen=True, slots=True)
class RouteRefresh:
    """ROUTE-REFRESH: send me all routes of this address family again."""

    afi: int = 1
    safi: int = 1
    type: ClassVar[int] = 5

    def encode(self, four_octet_as: bool = True) -> bytes:
        """Return the message."""
        return _frame(self.type, struct.pack("!HBB", self.afi, 0, self.safi))


Message: TypeAlias = Open | Update | Notification | Keepalive | RouteRefresh


def split_stream(stream: bytes) -> tuple[list[bytes], bytes]:
    """Cut what TCP delivered into whole messages and the start of the next one.

    Raises DecodeError for a wrong marker or a length outside 19 to 4096.
    """
    messages: list[bytes] = []
    offset = 0
    while len(stream) - offset >= _HEADER.size:
        marker, length, _ = _HEADER.unpack_from(stream, offset)
        if marker != _MARKER or not _HEADER.size <= length <= _LONGEST:
            raise DecodeError("BGP: connection not synchronized")
        if len(stream) - offset < length:
            break
        messages.append(stream[offset : offset + length])
        offset += length
    return messages, stream[offset:]


def decode_message(data: bytes, four_octet_as: bool = True) -> Message:
    """Read one whole message; `four_octet_as` if both speakers offered it.  Raises DecodeError."""
    messages, rest = split_stream(data)
    if len(messages) != 1 or rest:
        raise DecodeError("BGP: not one whole message")
    kind, body = data[18], data[_HEADER.size :]
    match kind:
        case Open.type:
            return Open.from_body(body)
        case Update.type:
            return Update.from_body(body, four_octet_as)
        case Notification.type if len(body) >= 2:
            return Notification(body[0], body[1], body[2:])
        case Keepalive.type if not body:
            return Keepalive()
        case RouteRefresh.type if len(body) == 4:
            return RouteRefresh(int.from_bytes(body[:2], "big"), body[3])
    raise DecodeError(f"BGP: type {kind} with a body of {len(body)} bytes")


def _frame(kind: int, body: bytes) -> bytes:
    length = _HEADER.size + len(body)
    if length > _LONGEST:
        raise ValueError(f"BGP: a message of {length} bytes")
    return _HEADER.pack(_MARKER, length, kind) + body


def _pairs(data: bytes) -> list[tuple[int, bytes]]:
    """Type, length (a byte each), value: parameters and capabilities alike."""
    pairs: list[tuple[int, bytes]] = []
    offset = 0
    while offset < len(data):
        start = offset + 2
        end = start + (data[offset + 1] if start <= len(data) else 0)
        if start > len(data) or end > len(data):
            raise DecodeError("BGP: an optional parameter does not fit")
        pairs.append((data[offset], data[start:end]))
        offset = end
    return pairs


def _counted(data: bytes) -> tuple[bytes, bytes]:
    """A field after its two-byte length, and the rest."""
    length = int.from_bytes(data[:2], "big")
    if len(data) < 2 + length:
        raise DecodeError("BGP: malformed lengths in UPDATE")
    return data[2 : 2 + length], data[2 + length :]


def _encode_prefix(network: IPv4Network) -> bytes:
    octets = (network.prefixlen + 7) // 8
    return bytes([network.prefixlen]) + network.network_address.packed[:octets]


def _decode_prefixes(data: bytes) -> tuple[IPv4Network, ...]:
    networks: list[IPv4Network] = []
    offset = 0
    while offset < len(data):
        length = data[offset]
        end = offset + 1 + (length + 7) // 8
        if length > 32 or end > len(data):
            raise DecodeError(f"BGP: a prefix of length {length}")
        address = data[offset + 1 : end].ljust(4, b"\0")
        networks.append(IPv4Network((address, length), strict=False))
        offset = end
    return tuple(networks)
