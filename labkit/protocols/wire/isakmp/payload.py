"""The payloads of ISAKMP (RFC 2408 section 3, RFC 2407 section 4.6, RFC 3947 section 5).

Each class knows its body: `body()` gives it without the generic header, which is what the
prf of IKE runs over (SAi_b, IDii_b, g^xi, Ni_b), and `from_body` reads it.  A payload of a kind
not listed here stays `Opaque`, so that every well formed message encodes back to its bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import ClassVar, Protocol, Self

from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp.proposal import (
    Proposal,
    decode_proposals,
    encode_proposals,
    join,
    split,
)

DOI_IPSEC = 1
SIT_IDENTITY_ONLY = 1
ID_IPV4_ADDR, ID_FQDN, ID_USER_FQDN, ID_IPV4_ADDR_SUBNET = 1, 2, 3, 4

_NAMES = {
    1: "SA", 4: "KE", 5: "ID", 6: "CERT", 7: "CERT_REQ", 8: "HASH", 9: "SIG", 10: "NONCE",
    11: "NOTIFY", 12: "DELETE", 13: "VENDOR", 20: "NAT-D", 21: "NAT-OA", 130: "NAT-D",
}  # fmt: skip
_SA = struct.Struct("!II")
_ID = struct.Struct("!BBH")
_NOTIFICATION = struct.Struct("!IBBH")
_DELETE = struct.Struct("!IBBH")


class Payload(Protocol):
    """What every payload offers."""

    @property
    def type(self) -> int:
        """The number that the header before it calls it by."""

    def body(self) -> bytes:
        """Return it without its generic header."""


@dataclass(frozen=True, slots=True)
class SecurityAssociation:
    """SA: the proposals for the IPsec DOI, situation SIT_IDENTITY_ONLY."""

    proposals: tuple[Proposal, ...]
    type: ClassVar[int] = 1

    def body(self) -> bytes:
        """SAi_b of RFC 2409."""
        return _SA.pack(DOI_IPSEC, SIT_IDENTITY_ONLY) + encode_proposals(self.proposals)

    @classmethod
    def from_body(cls, body: bytes) -> SecurityAssociation:
        """Read an SA; raises DecodeError, for another DOI or situation too."""
        if len(body) < _SA.size:
            raise DecodeError("ISAKMP: short SA payload")
        doi, situation = _SA.unpack_from(body)
        if (doi, situation) != (DOI_IPSEC, SIT_IDENTITY_ONLY):
            raise DecodeError(f"ISAKMP: DOI {doi}, situation {situation} on SA payload")
        return cls(decode_proposals(body[_SA.size :]))


@dataclass(frozen=True, slots=True)
class _Data:
    """A payload whose body is one field."""

    data: bytes

    def body(self) -> bytes:
        """Return the field."""
        return self.data

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Any body will do."""
        return cls(body)


@dataclass(frozen=True, slots=True)
class KeyExchange(_Data):
    """KE: a Diffie-Hellman public value, as long as the group's prime."""

    type: ClassVar[int] = 4


@dataclass(frozen=True, slots=True)
class Hash(_Data):
    """HASH: the output of the prf."""

    type: ClassVar[int] = 8


@dataclass(frozen=True, slots=True)
class Nonce(_Data):
    """NONCE: 8 to 256 bytes (RFC 2409 section 5; not enforced here)."""

    type: ClassVar[int] = 10


@dataclass(frozen=True, slots=True)
class VendorId(_Data):
    """VENDOR ID: a constant that says what the sender understands."""

    type: ClassVar[int] = 13


@dataclass(frozen=True, slots=True)
class NatDetection:
    """NAT-D: HASH(CKY-I | CKY-R | IP | port); type 130 in the drafts before RFC 3947."""

    data: bytes
    type: int = 20

    def body(self) -> bytes:
        """Return the hash."""
        return self.data


@dataclass(frozen=True, slots=True)
class NatOriginalAddress:
    """NAT-OA: the address that a transport-mode peer behind a NAT sees."""

    address: IPv4Address
    type: ClassVar[int] = 21

    def body(self) -> bytes:
        """ID type, three reserved bytes, address."""
        return struct.pack("!B3x", ID_IPV4_ADDR) + self.address.packed


@dataclass(frozen=True, slots=True)
class Identification:
    """ID: `id_type` says how to read `data`; protocol and port 0 mean any."""

    id_type: int
    data: bytes
    protocol: int = 0
    port: int = 0
    type: ClassVar[int] = 5

    def body(self) -> bytes:
        """IDii_b of RFC 2409."""
        return _ID.pack(self.id_type, self.protocol, self.port) + self.data

    @classmethod
    def from_body(cls, body: bytes) -> Identification:
        """Read an ID; raises DecodeError."""
        if len(body) < _ID.size:
            raise DecodeError("ISAKMP: short ID payload")
        id_type, protocol, port = _ID.unpack_from(body)
        return cls(id_type, body[_ID.size :], protocol, port)


@dataclass(frozen=True, slots=True)
class Notification:
    """NOTIFY: an error or a status about the SA that `spi` names (cookies for ISAKMP)."""

    protocol: int
    notify_type: int
    spi: bytes = b""
    data: bytes = b""
    doi: int = DOI_IPSEC
    type: ClassVar[int] = 11

    def body(self) -> bytes:
        """Return it without its generic header."""
        head = _NOTIFICATION.pack(self.doi, self.protocol, len(self.spi), self.notify_type)
        return head + self.spi + self.data

    @classmethod
    def from_body(cls, body: bytes) -> Notification:
        """Read a notification; raises DecodeError."""
        if len(body) < _NOTIFICATION.size:
            raise DecodeError("ISAKMP: short NOTIFY payload")
        doi, protocol, spi_size, notify_type = _NOTIFICATION.unpack_from(body)
        end = _NOTIFICATION.size + spi_size
        if len(body) < end:
            raise DecodeError("ISAKMP: the SPI is longer than the NOTIFY payload")
        return cls(protocol, notify_type, body[_NOTIFICATION.size : end], body[end:], doi)


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE: the sender no longer has these SAs; all SPIs are equally long."""

    protocol: int
    spis: tuple[bytes, ...]
    doi: int = DOI_IPSEC
    type: ClassVar[int] = 12

    def body(self) -> bytes:
        """Return it without its generic header."""
        size = len(self.spis[0]) if self.spis else 0
        return _DELETE.pack(self.doi, self.protocol, size, len(self.spis)) + b"".join(self.spis)

    @classmethod
    def from_body(cls, body: bytes) -> Delete:
        """Read a delete; raises DecodeError if it names no SPI."""
        if len(body) < _DELETE.size:
            raise DecodeError("ISAKMP: short DELETE payload")
        doi, protocol, size, count = _DELETE.unpack_from(body)
        if not size or not count or len(body) != _DELETE.size + size * count:
            raise DecodeError(f"ISAKMP: {count} SPIs of {size} bytes in the DELETE payload")
        starts = range(_DELETE.size, len(body), size)
        return cls(protocol, tuple(body[start : start + size] for start in starts), doi)


@dataclass(frozen=True, slots=True)
class Opaque:
    """A payload that this module does not look into (certificates, signatures, unknown ones)."""

    type: int
    data: bytes

    def body(self) -> bytes:
        """Return the body as it came."""
        return self.data


_CLASSES = {
    each.type: each
    for each in (
        SecurityAssociation, KeyExchange, Identification, Hash, Nonce, Notification, Delete,
        VendorId,
    )
}  # fmt: skip


def encode_payloads(payloads: Iterable[Payload]) -> bytes:
    """Return the chain; the type of the first payload belongs in the message's header."""
    return join((each.type, each.body()) for each in payloads)


def decode_payloads(first: int, data: bytes, *, padded: bool = False) -> tuple[Payload, ...]:
    """Read a chain whose first payload has type `first`.

    `padded` allows bytes after the last payload, of any value: the padding of an encrypted
    message (RFC 2409 appendix B).  Raises DecodeError.
    """
    members, rest = split(first, data, _NAMES)
    if rest and not padded:
        raise DecodeError(f"ISAKMP: {len(rest)} bytes after the last payload")
    return tuple(_decode(kind, body) for kind, body in members)


def _decode(kind: int, body: bytes) -> Payload:
    if kind in _CLASSES:
        return _CLASSES[kind].from_body(body)
    if kind in (20, 130):
        return NatDetection(body, kind)
    if kind == NatOriginalAddress.type and len(body) == 8 and body[:4] == b"\x01\0\0\0":
        return NatOriginalAddress(IPv4Address(body[4:]))
    return Opaque(kind, body)
