"""The part of pcap-filter(7) that one types by hand: `icmp or (udp port 500) and not arp`.

Primitives: `ip arp icmp tcp udp esp vrrp`, `[src|dst] host ADDRESS`, `[tcp|udp] [src|dst] port N`,
`proto N`; joined by `and`, `or`, `not` and parentheses.  Knows frames only.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address

from labkit.wire import DecodeError
from labkit.wire.ipv4 import IPv4

Filter = Callable[[bytes], bool]
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "esp": 50, "vrrp": 112}
TYPES = {"ip": 0x0800, "arp": 0x0806}


def parse(words: list[str]) -> Filter:
    """Compile an expression; no words let everything pass.  Raises ValueError."""
    text = " ".join(words).replace("(", " ( ").replace(")", " ) ")
    tokens = text.replace("!", " not ").replace("&&", " and ").replace("||", " or ").split()
    if not tokens:
        return lambda frame: True
    parser = _Parser(tokens)
    found = parser.either()
    if parser.rest:
        raise ValueError("syntax error")
    return found


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens

    def take(self, *expected: str) -> str | None:
        """The next word if it is one of `expected`."""
        if self.rest and self.rest[0] in expected:
            return self.rest.pop(0)
        return None

    def value(self) -> str:
        if not self.rest:
            raise ValueError("syntax error")
        return self.rest.pop(0)

    def either(self) -> Filter:
        parts = [self.both()]
        while self.take("or"):
            parts.append(self.both())
        return lambda frame: any(part(frame) for part in parts)

    def both(self) -> Filter:
        parts = [self.one()]
        while self.take("and"):
            parts.append(self.one())
        return lambda frame: all(part(frame) for part in parts)

    def one(self) -> Filter:
        if self.take("not"):
            refused = self.one()
            return lambda frame: not refused(frame)
        if self.take("("):
            inside = self.either()
            if not self.take(")"):
                raise ValueError("syntax error")
            return inside
        return self.primitive()

    def primitive(self) -> Filter:
        protocol = self.take(*PROTOCOLS)
        direction = self.take("src", "dst")
        if self.take("port"):
            return _port(protocol, direction, int(self.value()))
        if protocol is not None and direction is None:
            return _protocol(PROTOCOLS[protocol])
        if direction is None and (kind := self.take(*TYPES)):
            wanted = TYPES[kind].to_bytes(2, "big")
            return lambda frame: frame[12:14] == wanted
        if direction is None and self.take("proto"):
            return _protocol(int(self.value()))
        if self.take("host") or direction is not None:
            return _host(direction, self.value())
        raise ValueError("syntax error")


def _packet(frame: bytes) -> IPv4 | None:
    try:
        return IPv4.decode(frame[14:]) if frame[12:14] == b"\x08\x00" else None
    except DecodeError:
        return None


def _protocol(number: int) -> Filter:
    return lambda frame: (packet := _packet(frame)) is not None and packet.protocol == number


def _host(direction: str | None, text: str) -> Filter:
    try:
        address = IPv4Address(text)
    except AddressValueError:
        raise ValueError(f"unknown host '{text}'") from None

    def matches(frame: bytes) -> bool:
        packet = _packet(frame)
        if packet is None:
            return False
        source, target = packet.src == address, packet.dst == address
        return {"src": source, "dst": target}.get(direction or "", source or target)

    return matches


def _port(protocol: str | None, direction: str | None, number: int) -> Filter:
    protocols = {PROTOCOLS[protocol]} if protocol else {6, 17}

    def matches(frame: bytes) -> bool:
        packet = _packet(frame)
        if packet is None or packet.protocol not in protocols or packet.fragment_offset:
            return False
        source = int.from_bytes(packet.payload[:2], "big") == number
        target = int.from_bytes(packet.payload[2:4], "big") == number
        return {"src": source, "dst": target}.get(direction or "", source or target)

    return matches
