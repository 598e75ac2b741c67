"""Takes a frame apart: Ethernet, labels, pseudowires, IPv4 and what it carries, quotes and hides.

A label does not say what is below it, so what follows a stack is tried as IPv4, as Ethernet, and
as Ethernet after a control word (RFC 4448), and what checks out wins: first nibbles deceive,
since the virtual MACs of VRRP begin with 0 as control words do.  ESP and IKE are opened where
somebody has keys.  Lenient, as whoever shows frames must be: what is wrong with a packet hides
nothing of it.  Fragments are not put together; the first one shows what it has.  Raises nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal, Protocol, TypeAlias

from labkit.capture.layers import FRAME, Dissection, Layer
from labkit.protocols.fields import bgp, isakmp
from labkit.protocols.fields.field import run
from labkit.protocols.wire import DecodeError, internet_checksum
from labkit.protocols.wire.ethernet import (
    ETHERTYPE_ARP,
    ETHERTYPE_IPV4,
    ETHERTYPE_MPLS,
    HEADER_LENGTH,
)
from labkit.protocols.wire.ipv4 import ESP, UDP, IPv4
from labkit.protocols.wire.isakmp import NON_ESP_MARKER
from labkit.protocols.wire.mpls import DEEPEST, ENTRY_LENGTH
from labkit.protocols.wire.udp import ISAKMP_PORT, NAT_TRAVERSAL_PORT, Udp

Carried: TypeAlias = Literal["isakmp", "esp", "keepalive", ""]

_VLAN, _TAG_LENGTH = 0x8100, 4
_IPV6 = 0x86DD
_CONTROL_WORD_LENGTH = 4
_ARP_LENGTH, _ARP_KINDS = 28, bytes.fromhex("000108000604")
_TELNET = 23
_DEEPEST = 12
"""Packets within packets; a crafted frame could go on."""


@dataclass(frozen=True, slots=True)
class OpenedEsp:
    """What an ESP packet carried, and how long its IV and ICV are."""

    payload: bytes
    next_header: int
    iv: int
    icv: int


class Opener(Protocol):
    """Somebody with keys."""

    def open_esp(self, destination: IPv4Address, sealed: bytes) -> OpenedEsp | None:
        """Open an ESP packet; None where that cannot be done."""

    def open_ike(self, message: bytes) -> bytes | None:
        """The payloads of an encrypted ISAKMP message; None where they stay closed."""


def dissect(frame: bytes, opener: Opener | None = None) -> Dissection:
    """Take an Ethernet frame apart."""
    walk = _Walk(opener, [], [(FRAME, frame)])
    walk.ethernet(0)
    return Dissection(walk.layers, walk.buffers)


def report(frame: bytes, opener: Opener | None = None) -> str:
    """The layers and fields as text."""
    return "\n".join(map(str, dissect(frame, opener).layers))


def packet_of(frame: bytes) -> tuple[int, IPv4] | None:
    """Where the packet of a frame begins, and what it is, whatever its checksum says; None where
    there is none."""
    taken = dissect(frame)
    at = taken.first("ip")
    if at is None:
        return None
    start = taken.layers[at].start
    with suppress(DecodeError):
        return start, IPv4.decode(frame[start:], excerpt=True)
    return None


def sealed_of(packet: IPv4) -> tuple[Carried, bytes]:
    """What an IPv4 packet carries for IPsec; "" for what else it is, and for fragments of UDP."""
    if packet.protocol == ESP:
        return "esp", packet.payload
    if packet.protocol == UDP and not packet.is_fragment:
        with suppress(DecodeError):
            datagram = Udp.decode(packet.payload)
            return carried((datagram.source_port, datagram.destination_port), datagram.payload)
    return "", b""


def carried(ports: tuple[int, int], payload: bytes) -> tuple[Carried, bytes]:
    """What a UDP datagram of these ports carries for IPsec (RFC 3948); "" for what else it is."""
    if NAT_TRAVERSAL_PORT in ports:
        if payload[:4] == NON_ESP_MARKER:
            return "isakmp", payload[4:]
        return "esp" if len(payload) >= 8 else "keepalive", payload
    return "isakmp" if ISAKMP_PORT in ports else "", payload


@dataclass(slots=True)
class _Walk:
    """The way inwards; each step adds layers and names the next step."""

    opener: Opener | None
    layers: list[Layer]
    buffers: list[tuple[str, bytes]]
    depth: int = 0

    def ethernet(self, start: int) -> None:
        """An Ethernet header, its tags, and what its type says comes next."""
        data = self.buffers[0][1]
        last, end = len(data), start + HEADER_LENGTH
        if last < end:
            self.add("data", 0, start, last)
            return
        self.add("eth", 0, start, end)
        kind = int.from_bytes(data[end - 2 : end], "big")
        while kind == _VLAN and last >= end + _TAG_LENGTH:
            self.add("vlan", 0, end, end + _TAG_LENGTH)
            end += _TAG_LENGTH
            kind = int.from_bytes(data[end - 2 : end], "big")
        if kind == ETHERTYPE_IPV4:
            self.padding(self.ipv4(0, end, last), last)
        elif kind == ETHERTYPE_MPLS:
            self.mpls(end, last)
        elif kind == ETHERTYPE_ARP:
            self.add("arp", 0, end, min(end + _ARP_LENGTH, last))
            self.padding(end + _ARP_LENGTH, last)
        elif kind == _IPV6 and end + 40 <= last:
            self.ipv6(end, last)
        else:
            self.add("data", 0, end, last)

    def mpls(self, start: int, end: int) -> None:
        """A label stack; without a bottom it is data."""
        data, below = self.buffers[0][1], start
        bottom = False
        while not bottom and below + ENTRY_LENGTH <= min(end, start + DEEPEST * ENTRY_LENGTH):
            bottom = bool(data[below + 2] & 1)
            below += ENTRY_LENGTH
        if not bottom:
            self.add("data", 0, start, end)
            return
        for entry in range(start, below, ENTRY_LENGTH):
            self.add("mpls", 0, entry, entry + ENTRY_LENGTH)
        word = below + _CONTROL_WORD_LENGTH
        if _is_ipv4(data, below):
            self.padding(self.ipv4(0, below, end), end)
        elif _is_ethernet(data, below):
            self.ethernet(below)
        elif below < end and data[below] >> 4 == 0 and _is_ethernet(data, word):
            self.add("pwethcw", 0, below, word)
            self.ethernet(word)
        elif _is_ipv4(data, below, strict=False):
            self.padding(self.ipv4(0, below, end), end)
        else:
            self.add("data", 0, below, end)

    def add(self, protocol: str, buffer: int, start: int, end: int) -> None:
        if end > start:
            self.layers.append(Layer(protocol, self.buffers[buffer][1], buffer, start, end))

    def padding(self, start: int, end: int) -> None:
        """What fills the frame up belongs to the last Ethernet header."""
        outer = next((each for each in reversed(self.layers) if each.protocol == "eth"), None)
        if outer is not None:
            outer.extra += run("eth.padding", "Padding", outer.data, start, end)

    def ipv6(self, start: int, end: int) -> None:
        self.add("ipv6", 0, start, start + 40)
        protocol = self.buffers[0][1][start + 6]
        if protocol in (6, 17, 112):
            self.carried(protocol, 0, start + 40, end, None)
        else:
            self.add("data", 0, start + 40, end)

    def ipv4(self, buffer: int, start: int, end: int, *, quoted: bool = False) -> int:
        """An IPv4 packet and what it carries; returns where it ends."""
        data = self.buffers[buffer][1]
        header = (data[start] & 15) * 4 if start < end else 0
        if self.depth > _DEEPEST or end - start < 20 or data[start] >> 4 != 4 or header < 20:
            self.add("data", buffer, start, end)
            return end
        total = int.from_bytes(data[start + 2 : start + 4], "big")
        last = min(start + total, end) if total >= header else end
        inside = min(start + header, last)
        self.add("ip", buffer, start, inside)
        destination = IPv4Address(data[start + 16 : start + 20])
        later = int.from_bytes(data[start + 6 : start + 8], "big") & 0x1FFF
        if later:
            self.add("data", buffer, inside, last)
        else:
            self.carried(data[start + 9], buffer, inside, last, destination)
        return last

    def carried(
        self, protocol: int, buffer: int, start: int, end: int, destination: IPv4Address | None
    ) -> None:
        """What an IP header's protocol number says comes next."""
        self.depth += 1
        data = self.buffers[buffer][1]
        if start >= end:
            return
        match protocol:
            case 1:
                self.icmp(buffer, start, end)
            case 4:
                self.ipv4(buffer, start, end)
            case 6 if end - start >= 20:
                self.tcp(buffer, start, end)
            case 17 if end - start >= 8:
                self.udp(buffer, start, end, destination)
            case 50 if end - start >= 8:
                self.esp(buffer, start, end, destination)
            case 51 if end - start >= 12:
                after = min(start + (data[start + 1] + 2) * 4, end)
                self.add("ah", buffer, start, after)
                self.carried(data[start], buffer, after, end, destination)
            case 112:
                self.add("vrrp", buffer, start, end)
            case _:
                self.add("data", buffer, start, end)

    def icmp(self, buffer: int, start: int, end: int) -> None:
        data = self.buffers[buffer][1]
        self.add("icmp", buffer, start, min(start + 8, end))
        if data[start] in (3, 5, 11):
            # RFC 4884: the length of what is quoted, in words, where extensions follow.
            words = data[start + 5] if start + 5 < end else 0
            limit = min(start + 8 + words * 4, end) if words else end
            last = self.ipv4(buffer, start + 8, limit) if start + 8 < limit else limit
            self.add("data", buffer, last, end)
        else:
            self.add("data", buffer, start + 8, end)

    def tcp(self, buffer: int, start: int, end: int) -> None:
        data = self.buffers[buffer][1]
        inside = min(start + max((data[start + 12] >> 4) * 4, 20), end)
        self.add("tcp", buffer, start, inside)
        ports = {int.from_bytes(data[start + each : start + each + 2], "big") for each in (0, 2)}
        if 179 in ports:
            for first, last in bgp.messages(data, inside, end):
                self.add("bgp", buffer, first, last)
                inside = last
        elif _TELNET in ports:
            self.add("telnet", buffer, inside, end)
            return
        self.add("data", buffer, inside, end)

    def udp(self, buffer: int, start: int, end: int, destination: IPv4Address | None) -> None:
        data = self.buffers[buffer][1]
        self.add("udp", buffer, start, start + 8)
        source, target = (int.from_bytes(data[at : at + 2], "big") for at in (start, start + 2))
        kind, body = carried((source, target), data[start + 8 : end])
        inside = end - len(body)
        match kind:
            case "isakmp":
                self.encapsulated("Non-ESP marker", buffer, start + 8, inside)
                self.isakmp(buffer, inside, end)
            case "esp":
                self.esp(buffer, inside, end, destination)
            case "keepalive":
                self.encapsulated("NAT keepalive", buffer, inside, end)
            case _:
                self.add("data", buffer, inside, end)

    def encapsulated(self, label: str, buffer: int, start: int, end: int) -> None:
        if end > start:
            self.add("udpencap", buffer, start, end)
            self.layers[-1].extra += run("", label, self.layers[-1].data, start, end)

    def esp(self, buffer: int, start: int, end: int, destination: IPv4Address | None) -> None:
        data = self.buffers[buffer][1]
        self.add("esp", buffer, start, end)
        layer, opened = self.layers[-1], None
        if self.opener is not None and destination is not None and self.depth <= _DEEPEST:
            opened = self.opener.open_esp(destination, data[start:end])
        if opened is None:
            return
        head = layer.fields[:2]
        body, icv = start + 8 + opened.iv, end - opened.icv
        layer.ready = [
            *head,
            *run("esp.iv", "IV", data, start + 8, body),
            *run("esp.encrypted_data", "Encrypted", data, body, icv),
            *run("esp.icv", "ICV", data, icv, end),
        ]
        self.buffers.append(("Decrypted ESP", opened.payload))
        inner = len(self.buffers) - 1
        self.carried(opened.next_header, inner, 0, len(opened.payload), destination)

    def isakmp(self, buffer: int, start: int, end: int) -> None:
        data = self.buffers[buffer][1]
        body = start + isakmp.HEADER_LENGTH
        if end < body:
            self.add("data", buffer, start, end)
            return
        self.add("isakmp", buffer, start, end)
        layer = self.layers[-1]
        if not data[start + 19] & 1:
            layer.extra += isakmp.payloads(data[start + 16], data, body, end)
            return
        layer.extra += run("", "Encrypted payloads", data, body, end)
        plain = self.opener.open_ike(data[start:end]) if self.opener is not None else None
        if plain is not None:
            self.buffers.append(("Decrypted ISAKMP", plain))
            opened = Layer("isakmp", plain, len(self.buffers) - 1, 0, len(plain))
            opened.ready = isakmp.payloads(data[start + 16], plain, 0, len(plain))
            self.layers.append(opened)


def _is_ipv4(data: bytes, start: int, *, strict: bool = True) -> bool:
    """Whether a packet begins here: its header says so and its checksum is right.

    What is not strict takes a header whose checksum is wrong or whose packet was cut, not both.
    """
    size = len(data) - start
    header = (data[start] & 15) * 4 if size >= 20 else 0
    if header < 20 or data[start] >> 4 != 4:
        return False
    total = int.from_bytes(data[start + 2 : start + 4], "big")
    whole = header <= total <= size
    if not (whole if strict else total >= header):
        return False
    sound = size >= header and not internet_checksum(data[start : start + header])
    return sound or (whole and not strict)


def _is_ethernet(data: bytes, start: int) -> bool:
    """Whether the payload is what the type of this supposed frame says."""
    inside = start + HEADER_LENGTH
    kind = int.from_bytes(data[inside - 2 : inside], "big")
    if kind == ETHERTYPE_ARP:
        return len(data) >= inside + _ARP_LENGTH and data[inside : inside + 6] == _ARP_KINDS
    return kind == ETHERTYPE_IPV4 and _is_ipv4(data, inside)
