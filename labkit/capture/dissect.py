"""The layers of one frame, each with its place in the bytes, opened with keys where there are any.

`capture.layers` says where things begin down to IPv4; this goes on from there: what IPv4 carries,
what an ICMP error quotes, what ESP and IKE hide.  What was decrypted is a buffer of its own, so
every field still says which bytes it came from.  A layer reads its fields when it is asked for
them: a filter over many frames asks few.  Fragments are not put together; the first one shows
what it has.  Raises nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Protocol

from labkit.capture.fields import Field, run
from labkit.capture.layers import Part, carried, parts
from labkit.capture.protocols import READERS, TELLING, bgp, isakmp
from labkit.protocols.wire.mpls import ENTRY_LENGTH

FRAME = "Frame"
_TELNET = 23
_NAMES: dict[str, str] = {"ethernet": "eth", "control word": "pwethcw"}
"""Wireshark's names of what `capture.layers` finds, where they differ."""
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


@dataclass(slots=True)
class Layer:
    """One layer: `start` to `end` of buffer number `buffer`, by Wireshark's name of it."""

    protocol: str
    data: bytes = field(repr=False)
    buffer: int
    start: int
    end: int
    extra: list[Field] = field(default_factory=list, repr=False)
    """Fields that what is below adds to it."""
    ready: list[Field] | None = field(default=None, repr=False)

    @property
    def fields(self) -> list[Field]:
        """The fields in the order of the wire."""
        if self.ready is None:
            read = READERS[self.protocol][1]
            self.ready = [*read(self.data, self.start, self.end), *self.extra]
        return self.ready

    @property
    def title(self) -> str:
        """What it is and its most telling fields, on one line."""
        name = READERS[self.protocol][0]
        told = [
            f"{each.label.lower()} {each.text}"
            for each in self.fields
            if each.name in TELLING.get(self.protocol, ())
        ]
        return f"{name}: {', '.join(told)}" if told else name

    def __str__(self) -> str:
        return "\n".join([self.title, *_lines(self.fields, "    ")])


@dataclass(frozen=True, slots=True)
class Dissection:
    """The layers from the outside, and the buffers that they lie in: (name, bytes)."""

    layers: list[Layer]
    buffers: list[tuple[str, bytes]]

    @property
    def protocols(self) -> list[str]:
        """Wireshark's names of the layers, from the outside."""
        return [layer.protocol for layer in self.layers]


def dissect(frame: bytes, opener: Opener | None = None) -> Dissection:
    """Take an Ethernet frame apart."""
    walk = _Walk(opener, [], [(FRAME, frame)])
    found = parts(frame)
    for part in found:
        walk.part(part)
    return Dissection(walk.layers, walk.buffers)


def report(frame: bytes, opener: Opener | None = None) -> str:
    """The layers and fields as text."""
    return "\n".join(map(str, dissect(frame, opener).layers))


def flatten(fields: list[Field] | tuple[Field, ...], depth: int = 0) -> Iterator[tuple[int, Field]]:
    """Every field with its depth, parents before children."""
    for each in fields:
        yield depth, each
        yield from flatten(each.children, depth + 1)


def _lines(fields: list[Field], indent: str) -> Iterator[str]:
    for depth, each in flatten(fields):
        yield f"{indent}{'    ' * depth}{each.label}{': ' if each.text else ''}{each.text}"


@dataclass(slots=True)
class _Walk:
    """The way inwards; each step adds layers and names the next step."""

    opener: Opener | None
    layers: list[Layer]
    buffers: list[tuple[str, bytes]]
    depth: int = 0

    def part(self, part: Part) -> None:
        """What `capture.layers` found."""
        start, end = part.start, part.end
        match part.kind:
            case "mpls":
                for entry in range(start, end, ENTRY_LENGTH):
                    self.add("mpls", 0, entry, entry + ENTRY_LENGTH)
            case "arp":
                self.add("arp", 0, start, min(start + 28, end))
                self.padding(start + 28, end)
            case "ipv4":
                self.padding(self.ipv4(0, start, end), end)
            case "data" if self.layers and self.layers[-1].protocol == "eth":
                kind = self.buffers[0][1][start - 2 : start]
                if kind == b"\x86\xdd" and start + 40 <= end:
                    self.ipv6(start, end)
                else:
                    self.add("data", 0, start, end)
            case other:
                self.add(_NAMES.get(other, other), 0, start, end)

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
