"""Chains of payloads, and what an SA payload offers: proposals, transforms, their attributes.

The generic payload header (RFC 2408 section 3.2) links the payloads of a message, the proposals of
an SA and the transforms of a proposal.  Each names the type of the *next* one, so a list is written
from its successors.  Proposals and transforms: sections 3.3 (attributes), 3.5 and 3.6.  What the
numbers mean is in RFC 2407 and RFC 2409 appendix A, and known to `labkit.protocols.ike`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from labkit.protocols.wire import DecodeError

_GENERIC = struct.Struct("!BBH")


def split(first: int, data: bytes, names: dict[int, str]) -> tuple[list[tuple[int, bytes]], bytes]:
    """Cut a chain into (type, body) pairs; also return what follows its last member.

    `first` is the type of the first member, 0 for an empty chain; `names` is for messages.
    Raises DecodeError for a bad length or a RESERVED field that is not zero, in IOS's words.
    """
    members: list[tuple[int, bytes]] = []
    kind, offset = first, 0
    while kind:
        name = names.get(kind, f"type {kind}")
        if len(data) - offset < _GENERIC.size:
            raise DecodeError(f"ISAKMP: no room for the {name} payload")
        following, reserved, length = _GENERIC.unpack_from(data, offset)
        if reserved:
            raise DecodeError(f"ISAKMP: reserved not zero on {name} payload")
        if not _GENERIC.size <= length <= len(data) - offset:
            raise DecodeError(f"ISAKMP: a length of {length} on {name} payload")
        members.append((kind, data[offset + _GENERIC.size : offset + length]))
        offset += length
        kind = following
    return members, data[offset:]


def join(members: Iterable[tuple[int, bytes]]) -> bytes:
    """Return the chain of (type, body) pairs; the first type goes into what precedes it."""
    pairs = list(members)
    following = [kind for kind, _ in pairs[1:]] + [0]
    return b"".join(
        _GENERIC.pack(kind, 0, _GENERIC.size + len(body)) + body
        for kind, (_, body) in zip(following, pairs, strict=False)
    )


PROPOSAL = 2
TRANSFORM = 3

_NAMES = {PROPOSAL: "PROPOSAL", TRANSFORM: "TRANSFORM"}
_PROPOSAL = struct.Struct("!BBBB")
_TRANSFORM = struct.Struct("!BBH")
_ATTRIBUTE = struct.Struct("!HH")
_BASIC = 0x8000


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: `value` is an int in the short form (TV), bytes in the long one (TLV)."""

    type: int
    value: int | bytes

    @property
    def number(self) -> int:
        """The value as a number, whichever form it came in."""
        return self.value if isinstance(self.value, int) else int.from_bytes(self.value, "big")

    def encode(self) -> bytes:
        """Return the attribute in the form that it has."""
        if isinstance(self.value, int):
            return _ATTRIBUTE.pack(_BASIC | self.type, self.value)
        return _ATTRIBUTE.pack(self.type, len(self.value)) + self.value


@dataclass(frozen=True, slots=True)
class Transform:
    """One transform: `number` within its proposal, `id` (KEY_IKE, ESP_AES …), attributes."""

    number: int
    id: int
    attributes: tuple[Attribute, ...] = ()

    def attribute(self, type: int) -> int | None:
        """Return the number of the first attribute of that type, None without one."""
        return next((each.number for each in self.attributes if each.type == type), None)

    def body(self) -> bytes:
        """Return the transform without its generic header."""
        attributes = b"".join(each.encode() for each in self.attributes)
        return _TRANSFORM.pack(self.number, self.id, 0) + attributes

    @classmethod
    def from_body(cls, body: bytes) -> Transform:
        """Read a transform; raises DecodeError."""
        if len(body) < _TRANSFORM.size:
            raise DecodeError("ISAKMP: short TRANSFORM payload")
        number, identifier, reserved = _TRANSFORM.unpack_from(body)
        if reserved:
            raise DecodeError("ISAKMP: reserved not zero on TRANSFORM payload")
        return cls(number, identifier, _attributes(body[_TRANSFORM.size :]))


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal: `protocol` is 1 ISAKMP, 2 AH, 3 ESP; `spi` is empty or 4 bytes (8 seen)."""

    number: int
    protocol: int
    spi: bytes = b""
    transforms: tuple[Transform, ...] = ()

    def body(self) -> bytes:
        """Return the proposal without its generic header."""
        head = _PROPOSAL.pack(self.number, self.protocol, len(self.spi), len(self.transforms))
        return head + self.spi + join((TRANSFORM, each.body()) for each in self.transforms)

    @classmethod
    def from_body(cls, body: bytes) -> Proposal:
        """Read a proposal; raises DecodeError."""
        if len(body) < _PROPOSAL.size:
            raise DecodeError("ISAKMP: short PROPOSAL payload")
        number, protocol, spi_size, count = _PROPOSAL.unpack_from(body)
        start = _PROPOSAL.size + spi_size
        if len(body) < start:
            raise DecodeError("ISAKMP: the SPI is longer than the PROPOSAL payload")
        members = _members(TRANSFORM, body[start:])
        if len(members) != count:
            raise DecodeError(f"ISAKMP: {len(members)} transforms, not {count}")
        transforms = tuple(Transform.from_body(each) for each in members)
        return cls(number, protocol, body[_PROPOSAL.size : start], transforms)


def encode_proposals(proposals: tuple[Proposal, ...]) -> bytes:
    """Return the chain of proposals that ends an SA payload."""
    return join((PROPOSAL, each.body()) for each in proposals)


def decode_proposals(data: bytes) -> tuple[Proposal, ...]:
    """Read that chain; raises DecodeError."""
    return tuple(Proposal.from_body(each) for each in _members(PROPOSAL, data))


def _members(kind: int, data: bytes) -> list[bytes]:
    """The bodies of a chain that holds one kind only and fills all of `data`."""
    members, rest = split(kind if data else 0, data, _NAMES)
    if rest or any(each != kind for each, _ in members):
        raise DecodeError(f"ISAKMP: the list of {_NAMES[kind]} payloads is malformed")
    return [body for _, body in members]


def _attributes(data: bytes) -> tuple[Attribute, ...]:
    attributes: list[Attribute] = []
    offset = 0
    while offset < len(data):
        if len(data) - offset < _ATTRIBUTE.size:
            raise DecodeError("ISAKMP: short attribute")
        kind, value = _ATTRIBUTE.unpack_from(data, offset)
        offset += _ATTRIBUTE.size
        if kind & _BASIC:
            attributes.append(Attribute(kind & ~_BASIC, value))
            continue
        if value > len(data) - offset:
            raise DecodeError(f"ISAKMP: an attribute of {value} bytes in {len(data) - offset}")
        attributes.append(Attribute(kind, data[offset : offset + value]))
        offset += value
    return tuple(attributes)
