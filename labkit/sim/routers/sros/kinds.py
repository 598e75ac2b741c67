"""Parameter types of the classic CLI: what a typed word may be, and how it is written back.

A kind's `parse` gives a value whose text is canonical, or raises ValueError.  Knows numbers,
addresses, ports and quoted names; must not know commands or contexts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from labkit.sim.grammar import Kind, Unfit, number

NAME_LIMIT = 80
"""Longest name or description accepted, in characters."""
PROTOCOLS = ("aggregate", "bgp", "bgp-vpn", "direct", "isis", "ldp", "ospf", "rip", "static")


def _pattern(regex: str) -> Callable[[str], str]:
    compiled = re.compile(regex)

    def parse(word: str) -> str:
        if not compiled.fullmatch(word):
            raise Unfit
        return word

    return parse


def _name(word: str) -> str:
    if not (0 < len(word) <= NAME_LIMIT and word.isprintable()):
        raise Unfit
    return word


def _with_mask(word: str) -> IPv4Interface:
    if "/" not in word:
        raise Unfit
    return IPv4Interface(word)


def _prefix(word: str) -> IPv4Network:
    return _with_mask(word).network


def _route(word: str) -> IPv4Network | IPv4Address:
    return _prefix(word) if "/" in word else IPv4Address(word)


def _spoke(word: str) -> str:
    sdp, _, circuit = _pattern(r"\d{1,5}:\d{1,10}")(word).partition(":")
    return f"{_SDP(sdp)}:{_CIRCUIT(circuit)}"


_SDP, _CIRCUIT = number(1, 17407).parse, number(1, 4294967295).parse


def _instance(word: str) -> str:
    return "Base" if word.lower() == "base" else str(number(0, 9999999999).parse(word))


def _protocol(word: str) -> str:
    """A protocol, or as much of its name as tells it apart."""
    found = [each for each in PROTOCOLS if word and each.startswith(word)]
    if word not in PROTOCOLS and len(found) != 1:
        raise Unfit
    return word if word in PROTOCOLS else found[0]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


KINDS: Mapping[str, Kind] = {
    "name": Kind("[80 chars max]", _name, quoted=True),
    "text": Kind("[80 chars max]", _name, quoted=True),
    "word": Kind("[80 chars max]", _name),
    "ip": Kind("a.b.c.d", IPv4Address, order=IPv4Address),
    "address": Kind("a.b.c.d/mask", _with_mask),
    "prefix": Kind("a.b.c.d/mask", _prefix, order=IPv4Network),
    "route": Kind("a.b.c.d[/mask]", _route),
    "port": Kind("slot/mda/port", _pattern(r"\d{1,2}/\d{1,2}/\d{1,2}"), order=_numbers),
    "spoke": Kind("sdp-id:vc-id", _spoke, order=_numbers),
    "target": Kind(
        "target:{ip-addr:comm-val|as:ext-comm-val}",
        _pattern(r"target:(\d{1,10}|\d+\.\d+\.\d+\.\d+):\d{1,10}"),
    ),
    "rd": Kind(
        "as-number:assigned-number | ip-addr:assigned-number",
        _pattern(r"(\d{1,10}|\d+\.\d+\.\d+\.\d+):\d{1,10}"),
    ),
    "area": Kind("area-address", _pattern(r"[0-9a-fA-F]{2}(\.[0-9a-fA-F]{2,4}){0,6}")),
    "instance": Kind("Base | service-id", _instance),
    "protocol": Kind("|".join(PROTOCOLS), _protocol),
    "checkpoint": Kind("latest-rb | [1..9]", _pattern("latest-rb|[1-9]")),
    "source": Kind("active-cfg | latest-rb | [1..9]", _pattern("active-cfg|latest-rb|[1-9]")),
    "file": Kind("file-url", _pattern(r"\S{1,80}")),
}
