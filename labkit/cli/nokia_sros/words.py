"""Parameter types of the classic CLI: what a typed word may be, and how it is written back.

Each `Kind` turns one typed word into its canonical text, or None when the word is no such
value.  Knows numbers, addresses, ports and quoted names; must not know commands or contexts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

NAME_LIMIT = 80
"""Longest name or description accepted, in characters."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A parameter type: `parse(word)` is the canonical text or None; `hint` is what `?` shows."""

    name: str
    hint: str
    parse: Callable[[str], str | None]
    quoted: bool = False
    """Written between quotes, as SR OS writes every string."""
    sort: Callable[[str], tuple[object, ...]] = lambda text: (text,)
    """Orders values of this kind in the configuration."""


def _number(low: int, high: int) -> Kind:
    def parse(word: str) -> str | None:
        if not (word.isascii() and word.isdigit() and len(word) < 12):
            return None
        return str(int(word)) if low <= int(word) <= high else None

    return Kind("number", f"[{low}..{high}]", parse, sort=lambda text: (int(text),))


def _choice(words: tuple[str, ...]) -> Kind:
    def parse(word: str) -> str | None:
        if word in words:
            return word
        found = [each for each in words if word and each.startswith(word)]
        return found[0] if len(found) == 1 else None

    return Kind("choice", "|".join(words), parse)


def _address(word: str) -> str | None:
    try:
        return str(IPv4Address(word))
    except ValueError:
        return None


def _interface_address(word: str) -> str | None:
    try:
        return str(IPv4Interface(word)) if "/" in word else None
    except ValueError:
        return None


def _prefix(word: str) -> str | None:
    try:
        return str(IPv4Network(word, strict=False)) if "/" in word else None
    except ValueError:
        return None


def _name(word: str) -> str | None:
    return word if 0 < len(word) <= NAME_LIMIT and word.isprintable() else None


def _pattern(regex: str) -> Callable[[str], str | None]:
    compiled = re.compile(regex)
    return lambda word: word if compiled.fullmatch(word) else None


def _spoke(word: str) -> str | None:
    match = re.fullmatch(r"(\d{1,5}):(\d{1,10})", word)
    if not match or not (1 <= int(match[1]) <= 17407 and 1 <= int(match[2]) <= 4294967295):
        return None
    return f"{int(match[1])}:{int(match[2])}"


def _mesh(word: str) -> str | None:
    """A mesh SDP names its VC ID where it is not the service's own."""
    if ":" in word:
        return _spoke(word)
    return _number(1, 17407).parse(word)


def _target(word: str) -> str | None:
    return word if re.fullmatch(r"target:(\d{1,10}|\d+\.\d+\.\d+\.\d+):\d{1,10}", word) else None


def _distinguisher(word: str) -> str | None:
    return word if re.fullmatch(r"(\d{1,10}|\d+\.\d+\.\d+\.\d+):\d{1,10}", word) else None


def _instance(word: str) -> str | None:
    if word.lower() == "base":
        return "Base"
    return str(int(word)) if word.isascii() and word.isdigit() and len(word) < 11 else None


def _checkpoint(word: str) -> str | None:
    return word if word == "latest-rb" or (len(word) == 1 and word in "123456789") else None


def _source(word: str) -> str | None:
    return word if word == "active-cfg" else _checkpoint(word)


def _numbers(text: str) -> tuple[object, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _by_address(text: str) -> tuple[object, ...]:
    return (int(IPv4Address(text)),)


def _by_prefix(text: str) -> tuple[object, ...]:
    network = IPv4Interface(text).network
    return (int(network.network_address), network.prefixlen)


_KINDS = {
    "name": Kind("name", "[80 chars max]", _name, quoted=True),
    "text": Kind("text", "[80 chars max]", _name, quoted=True),
    "word": Kind("word", "[80 chars max]", _name),
    "ip": Kind("ip", "a.b.c.d", _address, sort=_by_address),
    "address": Kind("address", "a.b.c.d/mask", _interface_address),
    "prefix": Kind("prefix", "a.b.c.d/mask", _prefix, sort=_by_prefix),
    "port": Kind("port", "slot/mda/port", _pattern(r"\d{1,2}/\d{1,2}/\d{1,2}"), sort=_numbers),
    "spoke": Kind("spoke", "sdp-id:vc-id", _spoke, sort=_numbers),
    "mesh": Kind("mesh", "sdp-id[:vc-id]", _mesh, sort=_numbers),
    "target": Kind("target", "target:{ip-addr:comm-val|as:ext-comm-val}", _target),
    "rd": Kind("rd", "as-number:assigned-number | ip-addr:assigned-number", _distinguisher),
    "area": Kind("area", "area-address", _pattern(r"[0-9a-fA-F]{2}(\.[0-9a-fA-F]{2,4}){0,6}")),
    "instance": Kind("instance", "Base | service-id", _instance),
    "protocol": _choice(
        ("aggregate", "bgp", "bgp-vpn", "direct", "isis", "ldp", "ospf", "rip", "static")
    ),
    "application": _choice(("bgp", "isis", "snmp", "svcmgr", "system", "vrrp")),
    "family": _choice(("ipv4", "vpn-ipv4")),
    "ether": _choice(("ether",)),
    "route": Kind("route", "a.b.c.d[/mask]", lambda word: _prefix(word) or _address(word)),
    "route_protocol": _choice(("aggregate", "bgp", "bgp-vpn", "isis", "local", "static")),
    "checkpoint": Kind("checkpoint", "latest-rb | [1..9]", _checkpoint),
    "source": Kind("source", "active-cfg | latest-rb | [1..9]", _source),
    "file": Kind("file", "file-url", _pattern(r"\S{1,80}")),
}


@cache
def kind(spec: str) -> Kind:
    """The kind a grammar names: `ip`, `1..4094` (a range) or `any|filter` (a choice).

    Raises KeyError for a word that names none.
    """
    low, dots, high = spec.partition("..")
    if dots:
        return _number(int(low), int(high))
    if "|" in spec:
        return _choice(tuple(spec.split("|")))
    return _KINDS[spec]
