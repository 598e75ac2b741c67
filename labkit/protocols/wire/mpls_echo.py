"""MPLS echo request and reply (RFC 8029, which was RFC 4379): an LSP's own ping.

UDP port 3503; a request's destination is in 127/8, so that it never leaves the LSP as plain IP.
Knows the fixed header and one TLV, the target FEC stack with an RSVP IPv4 LSP in it
(section 3.2.3); must not know who sends what, nor labels.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.protocols.wire import DecodeError

PORT = 3503
REQUEST, REPLY = 1, 2
REPLY_BY_UDP = 2
EGRESS, NO_MAPPING, LABEL_SWITCHED = 3, 4, 8
"""Return codes (section 3.1): the replier is the FEC's egress; it knows no such FEC; it would
have switched the label."""
ROUTER_ALERT = bytes((0x94, 4, 0, 0))
"""The IP option (RFC 2113) that a request carries."""
NTP_EPOCH = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970."""

_HEADER = struct.Struct("!HHBBBBIIQQ")
_TLV = struct.Struct("!HH")
_RSVP = struct.Struct("!IHHIIHH")
_TARGET_FEC_STACK, _RSVP_IPV4 = 1, 3


@dataclass(frozen=True, slots=True)
class RsvpLsp:
    """What names an RSVP-TE LSP (RFC 3209 sections 4.6.1 and 4.6.2)."""

    end_point: IPv4Address
    tunnel_id: int
    sender: IPv4Address
    lsp_id: int

    def encode(self) -> bytes:
        """The TLV of a target FEC stack with this LSP alone in it."""
        sender = int(self.sender)
        fec = _RSVP.pack(int(self.end_point), 0, self.tunnel_id, sender, sender, 0, self.lsp_id)
        inner = _TLV.pack(_RSVP_IPV4, len(fec)) + fec
        return _TLV.pack(_TARGET_FEC_STACK, len(inner)) + inner

    @classmethod
    def decode(cls, data: bytes) -> RsvpLsp | None:
        """The LSP in the TLVs of a message, if they begin with one."""
        start = 2 * _TLV.size
        if len(data) < start + _RSVP.size or _TLV.unpack_from(data)[0] != _TARGET_FEC_STACK:
            return None
        if _TLV.unpack_from(data, _TLV.size)[0] != _RSVP_IPV4:
            return None
        end, _, tunnel, _, sender, _, lsp = _RSVP.unpack_from(data, start)
        return cls(IPv4Address(end), tunnel, IPv4Address(sender), lsp)


@dataclass(frozen=True, slots=True)
class MplsEcho:
    """One message; times are microseconds since 1970, 0 for none, `tlvs` what follows."""

    kind: int
    handle: int
    sequence: int
    sent: int = 0
    received: int = 0
    code: int = 0
    subcode: int = 0
    tlvs: bytes = b""

    @classmethod
    def decode(cls, data: bytes) -> MplsEcho:
        """Read the payload of a datagram.  Raises DecodeError."""
        if len(data) < _HEADER.size:
            raise DecodeError(f"MPLS echo: {len(data)} bytes are no header")
        version, _, kind, _, code, sub, handle, sequence, sent, got = _HEADER.unpack_from(data)
        if version != 1 or kind not in (REQUEST, REPLY):
            raise DecodeError(f"MPLS echo: version {version}, message type {kind}")
        tlvs = data[_HEADER.size :]
        return cls(kind, handle, sequence, _from_ntp(sent), _from_ntp(got), code, sub, tlvs)

    def encode(self) -> bytes:
        """The payload of a datagram."""
        times = _to_ntp(self.sent), _to_ntp(self.received)
        codes = self.code, self.subcode
        head = _HEADER.pack(
            1, 0, self.kind, REPLY_BY_UDP, *codes, self.handle, self.sequence, *times
        )
        return head + self.tlvs


def _to_ntp(time: int) -> int:
    if not time:
        return 0
    seconds, rest = divmod(time, 1_000_000)
    return (seconds + NTP_EPOCH) << 32 | (rest << 32) // 1_000_000


def _from_ntp(stamp: int) -> int:
    if not stamp:
        return 0
    # Rounded up: the way there rounded down.
    return ((stamp >> 32) - NTP_EPOCH) * 1_000_000 + -(-(stamp & 0xFFFFFFFF) * 1_000_000 >> 32)
