"""The part of pcap-filter(7) that one types by hand: `icmp or (udp port 500) and not arp`.

Primitives: `ip arp icmp tcp udp esp vrrp`, `[src|dst] host ADDRESS`, `[tcp|udp] [src|dst] port N`,
`proto N`; joined by `and`, `or`, `not` and parentheses.  Each is a test of `capture.display_filter`
that looks at the outer packet alone, not at what an ICMP error quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import AddressValueError, IPv4Address

from labkit.capture import display_filter
from labkit.capture.dissect import dissect
from labkit.capture.layers import Dissection
from labkit.capture.matching import Candidate

Filter = Callable[[bytes], bool]
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "esp": 50, "vrrp": 112}
PORTS = ("tcp", "udp")
TYPES = {"ip": 0x0800, "arp": 0x0806}
OUTER = 3
"""Layers: Ethernet, IPv4 and what it carries."""


def parse(words: list[str]) -> Filter:
    """Compile an expression; no words let everything pass.  Raises ValueError."""
    text = " ".join(words).replace("(", " ( ").replace(")", " ) ")
    tokens = text.replace("!", " not ").replace("&&", " and ").replace("||", " or ").split()
    try:
        chosen = display_filter.parse(" ".join(_tests(tokens)))
    except display_filter.FilterError:
        raise ValueError("syntax error") from None
    return lambda frame: chosen is None or chosen.test(_outer(frame))


def _outer(frame: bytes) -> Candidate:
    taken = dissect(frame)
    known = len(taken.layers) > 1 and taken.layers[1].protocol in ("ip", "arp")
    return Candidate(1, Dissection(taken.layers[: OUTER if known else 1], taken.buffers))


def _tests(tokens: list[str]) -> Iterator[str]:
    """The expression as a display filter; takes the tokens away."""
    while tokens:
        yield _take(tokens, "and", "or", "not", "(", ")") or _primitive(tokens)


def _take(tokens: list[str], *expected: str) -> str:
    """The next word, taken away, if it is one of `expected`; else ""."""
    return tokens.pop(0) if tokens and tokens[0] in expected else ""


def _value(tokens: list[str]) -> str:
    if not tokens:
        raise ValueError("syntax error")
    return tokens.pop(0)


def _primitive(tokens: list[str]) -> str:
    protocol, way = _take(tokens, *PROTOCOLS), _take(tokens, "src", "dst")
    if _take(tokens, "port"):
        number = int(_value(tokens))
        both = (f"{each}.{way}port == {number}" for each in ([protocol] if protocol else PORTS))
        return f"({' or '.join(both)})"
    if protocol and not way:
        return f"ip.proto == {PROTOCOLS[protocol]}"
    if not way and (kind := _take(tokens, *TYPES)):
        return f"eth.type == {TYPES[kind]}"
    if not way and _take(tokens, "proto"):
        return f"ip.proto == {int(_value(tokens))}"
    if _take(tokens, "host") or way:
        text = _value(tokens)
        try:
            return f"ip.{way or 'addr'} == {IPv4Address(text)}"
        except AddressValueError:
            raise ValueError(f"unknown host '{text}'") from None
    raise ValueError("syntax error")
