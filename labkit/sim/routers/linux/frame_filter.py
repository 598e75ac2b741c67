"""The part of pcap-filter(7) that one types by hand: `icmp or (udp port 500) and not arp`.

Primitives: `ip arp icmp tcp udp esp vrrp`, `[src|dst] host ADDRESS`, `[tcp|udp] [src|dst] port N`,
`proto N`; joined by `and`, `or`, `not` and parentheses.  Knows frames only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import AddressValueError, IPv4Address

from labkit.capture.dissect import dissect
from labkit.capture.layers import Layer

Filter = Callable[[bytes], bool]
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "esp": 50, "vrrp": 112}
ENDS = ("src", "dst")
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
        return _port([protocol] if protocol else ["tcp", "udp"], way, int(_value(tokens)))
    if protocol is not None and way is None:
        return _proto(PROTOCOLS[protocol])
    if way is None and (kind := _take(tokens, *TYPES)):
        return lambda frame: frame[12:14] == TYPES[kind]
    if way is None and _take(tokens, "proto"):
        return _proto(int(_value(tokens)))
    if _take(tokens, "host") or way is not None:
        return _host(way, _value(tokens))
    raise ValueError("syntax error")


def _packet(test: Callable[[Layer, Sequence[Layer]], bool]) -> Filter:
    """Asks about the IPv4 header of a frame and what follows it."""

    def passes(frame: bytes) -> bool:
        layers = dissect(frame).layers
        return len(layers) > 1 and layers[1].protocol == "ip" and test(layers[1], layers[2:])

    return passes


def _proto(number: int) -> Filter:
    return _packet(lambda ip, _: ip.value("ip.proto", 0) == number)


def _host(way: str | None, text: str) -> Filter:
    try:
        address = IPv4Address(text)
    except AddressValueError:
        raise ValueError(f"unknown host '{text}'") from None
    return _packet(lambda ip, _: _end(way, *(ip.values(f"ip.{end}") == (address,) for end in ENDS)))


def _port(protocols: list[str], way: str | None, number: int) -> Filter:
    def passes(ip: Layer, inside: Sequence[Layer]) -> bool:
        name = inside[0].protocol if inside else ""
        if name not in protocols:
            return False
        return _end(way, *(inside[0].values(f"{name}.{end}port") == (number,) for end in ENDS))

    return _packet(passes)


def _end(way: str | None, source: bool, target: bool) -> bool:
    return {"src": source, "dst": target}.get(way or "", source or target)
