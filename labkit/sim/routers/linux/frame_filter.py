"""The part of pcap-filter(7) that one types by hand: `icmp or (udp port 500) and not arp`.

Primitives: `ip arp icmp tcp udp esp vrrp`, `[src|dst] host ADDRESS`, `[tcp|udp] [src|dst] port N`,
`proto N`; joined by `and`, `or`, `not` and parentheses.  Knows frames only.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address

from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.ipv4 import IPv4

Filter = Callable[[bytes], bool]
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "esp": 50, "vrrp": 112}
TYPES = {"ip": b"\x08\x00", "arp": b"\x08\x06"}


def parse(words: list[str]) -> Filter:
    """Compile an expression; no words let everything pass.  Raises ValueError."""
    text = " ".join(words).replace("(", " ( ").replace(")", " ) ")
    tokens = text.replace("!", " not ").replace("&&", " and ").replace("||", " or ").split()
    if not tokens:
        return lambda frame: True
    found = _either(tokens)
    if tokens:
        raise ValueError("syntax error")
    return found


def _take(tokens: list[str], *expected: str) -> str | None:
    """The next word, taken away, if it is one of `expected`."""
    return tokens.pop(0) if tokens and tokens[0] in expected else None


def _value(tokens: list[str]) -> str:
    if not tokens:
        raise ValueError("syntax error")
    return tokens.pop(0)


def _either(tokens: list[str]) -> Filter:
    parts = [_both(tokens)]
    while _take(tokens, "or"):
        parts.append(_both(tokens))
    return lambda frame: any(part(frame) for part in parts)


def _both(tokens: list[str]) -> Filter:
    parts = [_one(tokens)]
    while _take(tokens, "and"):
        parts.append(_one(tokens))
    return lambda frame: all(part(frame) for part in parts)


def _one(tokens: list[str]) -> Filter:
    if _take(tokens, "not"):
        refused = _one(tokens)
        return lambda frame: not refused(frame)
    if _take(tokens, "("):
        inside = _either(tokens)
        if not _take(tokens, ")"):
            raise ValueError("syntax error")
        return inside
    protocol, way = _take(tokens, *PROTOCOLS), _take(tokens, "src", "dst")
    if _take(tokens, "port"):
        return _port([PROTOCOLS[protocol]] if protocol else [6, 17], way, int(_value(tokens)))
    if protocol is not None and way is None:
        return _packet(lambda packet: packet.protocol == PROTOCOLS[protocol])
    if way is None and (kind := _take(tokens, *TYPES)):
        return lambda frame: frame[12:14] == TYPES[kind]
    if way is None and _take(tokens, "proto"):
        number = int(_value(tokens))
        return _packet(lambda packet: packet.protocol == number)
    if _take(tokens, "host") or way is not None:
        return _host(way, _value(tokens))
    raise ValueError("syntax error")


def _packet(test: Callable[[IPv4], bool]) -> Filter:
    def passes(frame: bytes) -> bool:
        try:
            return frame[12:14] == TYPES["ip"] and test(IPv4.decode(frame[14:]))
        except DecodeError:
            return False

    return passes


def _host(way: str | None, text: str) -> Filter:
    try:
        address = IPv4Address(text)
    except AddressValueError:
        raise ValueError(f"unknown host '{text}'") from None
    return _packet(lambda packet: _end(way, packet.src == address, packet.dst == address))


def _port(protocols: list[int], way: str | None, number: int) -> Filter:
    wanted = number.to_bytes(2, "big") if 0 <= number <= 0xFFFF else b""

    def passes(packet: IPv4) -> bool:
        if packet.protocol not in protocols or packet.fragment_offset:
            return False
        return _end(way, packet.payload[:2] == wanted, packet.payload[2:4] == wanted)

    return _packet(passes)


def _end(way: str | None, source: bool, target: bool) -> bool:
    return {"src": source, "dst": target}.get(way or "", source or target)
