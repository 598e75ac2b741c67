"""Where the layers of a captured frame begin: Ethernet, VLAN, MPLS, pseudowires, down to IPv4.

A label does not say what is below it, so what follows a stack is tried as IPv4, as Ethernet, and
as Ethernet after a control word (RFC 4448), and what checks out wins: first nibbles deceive,
since the virtual MACs of VRRP begin with 0 as control words do.  Raises nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypeAlias

from labkit.protocols.wire import DecodeError, mpls
from labkit.protocols.wire.arp import Arp
from labkit.protocols.wire.ethernet import (
    ETHERTYPE_ARP,
    ETHERTYPE_IPV4,
    ETHERTYPE_MPLS,
    HEADER_LENGTH,
    Ethernet,
)
from labkit.protocols.wire.ipv4 import ESP, UDP, IPv4
from labkit.protocols.wire.isakmp import NON_ESP_MARKER
from labkit.protocols.wire.udp import ISAKMP_PORT, NAT_TRAVERSAL_PORT, Udp

Carried: TypeAlias = Literal["isakmp", "esp", "keepalive", ""]
Kind: TypeAlias = Literal["ethernet", "vlan", "mpls", "control word", "ipv4", "arp", "data"]

_VLAN = 0x8100
_TAG_LENGTH = 4
_CONTROL_WORD_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes from `start` to `end` of a frame."""

    kind: Kind
    start: int
    end: int


def parts(frame: bytes) -> list[Part]:
    """Return the layers of an Ethernet frame from the outside; the last reaches to its end."""
    found: list[Part] = []
    _ethernet(frame, 0, found)
    return found


def packet_of(frame: bytes) -> tuple[int, IPv4] | None:
    """Where the innermost IPv4 packet begins, and what it is; None if there is no sound one."""
    last = parts(frame)[-1]
    if last.kind != "ipv4":
        return None
    try:
        return last.start, IPv4.decode(frame[last.start : last.end])
    except DecodeError:
        return None


def carried(ports: tuple[int, int], payload: bytes) -> tuple[Carried, bytes]:
    """What a UDP datagram of these ports carries for IPsec (RFC 3948); "" for what else it is."""
    if NAT_TRAVERSAL_PORT in ports:
        if payload[:4] == NON_ESP_MARKER:
            return "isakmp", payload[4:]
        return "esp" if len(payload) >= 8 else "keepalive", payload
    return "isakmp" if ISAKMP_PORT in ports else "", payload


def sealed_of(packet: IPv4) -> tuple[Carried, bytes]:
    """What an IPv4 packet carries for IPsec; "" for what else it is, and for fragments of UDP."""
    if packet.protocol == ESP:
        return "esp", packet.payload
    if packet.protocol == UDP and not packet.is_fragment:
        with suppress(DecodeError):
            datagram = Udp.decode(packet.payload)
            return carried((datagram.source_port, datagram.destination_port), datagram.payload)
    return "", b""


def _ethernet(frame: bytes, start: int, found: list[Part]) -> None:
    end = start + HEADER_LENGTH
    if len(frame) < end:
        found.append(Part("data", start, len(frame)))
        return
    found.append(Part("ethernet", start, end))
    kind = int.from_bytes(frame[end - 2 : end], "big")
    while kind == _VLAN and len(frame) >= end + _TAG_LENGTH:
        found.append(Part("vlan", end, end + _TAG_LENGTH))
        end += _TAG_LENGTH
        kind = int.from_bytes(frame[end - 2 : end], "big")
    if kind == ETHERTYPE_MPLS:
        _mpls(frame, end, found)
    elif kind == ETHERTYPE_IPV4:
        found.append(Part("ipv4", end, len(frame)))
    elif kind == ETHERTYPE_ARP:
        found.append(Part("arp", end, len(frame)))
    else:
        found.append(Part("data", end, len(frame)))


def _mpls(frame: bytes, start: int, found: list[Part]) -> None:
    try:
        _, payload = mpls.decode_stack(frame[start:])
    except DecodeError:
        found.append(Part("data", start, len(frame)))
        return
    below = len(frame) - len(payload)
    found.append(Part("mpls", start, below))
    if _is_ipv4(payload):
        found.append(Part("ipv4", below, len(frame)))
    elif _is_ethernet(payload):
        _ethernet(frame, below, found)
    elif payload[:1] and payload[0] >> 4 == 0 and _is_ethernet(payload[_CONTROL_WORD_LENGTH:]):
        found.append(Part("control word", below, below + _CONTROL_WORD_LENGTH))
        _ethernet(frame, below + _CONTROL_WORD_LENGTH, found)
    else:
        found.append(Part("data", below, len(frame)))


def _is_ipv4(data: bytes) -> bool:
    try:
        IPv4.decode(data)
    except DecodeError:
        return False
    return True


def _is_ethernet(data: bytes) -> bool:
    """Whether the payload is what the type of this supposed frame says."""
    try:
        frame = Ethernet.decode(data)
        if frame.ethertype == ETHERTYPE_ARP:
            Arp.decode(frame.payload)
            return True
    except DecodeError:
        return False
    return frame.ethertype == ETHERTYPE_IPV4 and _is_ipv4(frame.payload)
