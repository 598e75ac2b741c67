"""Path attributes (RFC 4271 section 4.3 and 5.1).

AS numbers in an AS_PATH are four octets between speakers that both have the capability of
RFC 6793 and two otherwise, so reading and writing need to be told (`four_octet_as`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import ClassVar, TypeAlias

from labkit.protocols.wire import DecodeError

IGP, EGP, INCOMPLETE = 0, 1, 2
AS_SET, AS_SEQUENCE = 1, 2

_OPTIONAL = 0x80
_TRANSITIVE = 0x40
_EXTENDED_LENGTH = 0x10


@dataclass(frozen=True, slots=True)
class Origin:
    """ORIGIN: IGP, EGP or INCOMPLETE."""

    value: int
    type: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class AsSegment:
    """One segment of an AS_PATH, the latest AS first."""

    type: int
    asns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AsPath:
    """AS_PATH: usually one AS_SEQUENCE; empty for a route of one's own AS."""

    segments: tuple[AsSegment, ...] = ()
    type: ClassVar[int] = 2

    @classmethod
    def sequence(cls, asns: Iterable[int]) -> AsPath:
        """Return the path of one AS_SEQUENCE, empty for no AS at all."""
        numbers = tuple(asns)
        return cls((AsSegment(AS_SEQUENCE, numbers),) if numbers else ())

    @property
    def asns(self) -> tuple[int, ...]:
        """Every AS number, in order, sets flattened."""
        return tuple(number for segment in self.segments for number in segment.asns)

    def body(self, four_octet_as: bool) -> bytes:
        """Return the value; raises struct.error for an AS number that does not fit."""
        kind = "I" if four_octet_as else "H"
        return b"".join(
            struct.pack(f"!BB{len(each.asns)}{kind}", each.type, len(each.asns), *each.asns)
            for each in self.segments
        )

    @classmethod
    def from_body(cls, body: bytes, four_octet_as: bool) -> AsPath:
        """Read the value; raises DecodeError."""
        size, kind = (4, "I") if four_octet_as else (2, "H")
        segments: list[AsSegment] = []
        offset = 0
        while offset < len(body):
            end = offset + 2 + size * (body[offset + 1] if offset + 1 < len(body) else 0)
            if not offset + 2 < end <= len(body):
                raise DecodeError("BGP: a segment of the AS_PATH does not fit")
            asns = struct.unpack_from(f"!{body[offset + 1]}{kind}", body, offset + 2)
            segments.append(AsSegment(body[offset], asns))
            offset = end
        return cls(tuple(segments))


@dataclass(frozen=True, slots=True)
class NextHop:
    """NEXT_HOP: where packets for the NLRI go."""

    address: IPv4Address
    type: ClassVar[int] = 3


@dataclass(frozen=True, slots=True)
class MultiExitDisc:
    """MULTI_EXIT_DISC: a hint to the neighbouring AS; lower is better."""

    value: int
    type: ClassVar[int] = 4


@dataclass(frozen=True, slots=True)
class LocalPref:
    """LOCAL_PREF: within an AS; higher is better."""

    value: int
    type: ClassVar[int] = 5


@dataclass(frozen=True, slots=True)
class OpaqueAttribute:
    """Any other attribute, its value untouched; `flags` without Extended Length."""

    flags: int
    type: int
    value: bytes


Attribute: TypeAlias = Origin | AsPath | NextHop | MultiExitDisc | LocalPref | OpaqueAttribute


def encode_attributes(attributes: Iterable[Attribute], four_octet_as: bool) -> bytes:
    """Return the attributes in the order given."""
    return b"".join(_encode(each, four_octet_as) for each in attributes)


def _encode(attribute: Attribute, four_octet_as: bool) -> bytes:
    flags = _TRANSITIVE
    match attribute:
        case Origin(value):
            body = bytes([value])
        case AsPath():
            body = attribute.body(four_octet_as)
        case NextHop(address):
            body = address.packed
        case MultiExitDisc(value):
            flags, body = _OPTIONAL, struct.pack("!I", value)
        case LocalPref(value):
            body = struct.pack("!I", value)
        case OpaqueAttribute(flags, _, body):
            pass
    if len(body) > 0xFF:
        return struct.pack("!BBH", flags | _EXTENDED_LENGTH, attribute.type, len(body)) + body
    return struct.pack("!BBB", flags, attribute.type, len(body)) + body


def decode_attributes(data: bytes, four_octet_as: bool) -> tuple[Attribute, ...]:
    """Read attributes; raises DecodeError for a bad length, or a type that comes twice."""
    attributes: list[Attribute] = []
    seen: set[int] = set()
    offset = 0
    while offset < len(data):
        start = offset + (4 if data[offset] & _EXTENDED_LENGTH else 3)
        if start > len(data):
            raise DecodeError("BGP: no room for a path attribute")
        flags, kind = data[offset], data[offset + 1]
        end = start + int.from_bytes(data[offset + 2 : start], "big")
        if end > len(data) or kind in seen:
            raise DecodeError(f"BGP: path attribute {kind} is too long or comes twice")
        seen.add(kind)
        attributes.append(_decode(flags & ~_EXTENDED_LENGTH, kind, data[start:end], four_octet_as))
        offset = end
    return tuple(attributes)


def _decode(flags: int, kind: int, body: bytes, four_octet_as: bool) -> Attribute:
    lengths = {1: 1, 3: 4, 4: 4, 5: 4}
    if len(body) != lengths.get(kind, len(body)):
        raise DecodeError(f"BGP: {len(body)} bytes in path attribute {kind}")
    if kind <= LocalPref.type and flags != (_OPTIONAL if kind == MultiExitDisc.type else 0x40):
        raise DecodeError(f"BGP: flags {flags:#04x} on path attribute {kind}")
    number = int.from_bytes(body[:4], "big")
    match kind:
        case Origin.type:
            return Origin(number)
        case AsPath.type:
            return AsPath.from_body(body, four_octet_as)
        case NextHop.type:
            return NextHop(IPv4Address(number))
        case MultiExitDisc.type:
            return MultiExitDisc(number)
        case LocalPref.type:
            return LocalPref(number)
    return OpaqueAttribute(flags, kind, body)
