"""Routes and BGP.

IOS `show ip route`, `show ip cef exact-route`, `show ip bgp` and its summary; SR OS `show router …
route-table` and `bgp summary`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from labkit.course.parsers import rows

_CODE = re.compile(
    r"^(?P<code>[A-Z][A-Za-z0-9 *+%]{0,8}?) +(?P<prefix>[\d.]+(?:/\d+)?) "
    r"(?P<rest>(?:is directly|\[|is a summary).*)$"
)
_VIA = re.compile(r"^ *\[\d+/\d+\] via (?P<next>[\d.]+)")
_CONNECTED = re.compile(r"is directly connected, (?P<next>\S+)")
_SUBNETTED = re.compile(r"^ +[\d.]+/(?P<length>\d+) is subnetted")
_EXACT = re.compile(
    r"[\d.]+ -> [\d.]+ =>.*?(?:out of|attached to|via) "
    r"(?P<interface>[\w/]+)(?:, addr (?P<next_hop>[\d.]+))?"
)
_SROS_ROUTE = re.compile(
    r"^(?P<prefix>[\d.]+/\d+)(?: \[.*?\])? +\S+ +(?P<protocol>\S.*?) +\S+ +\d+\n"
    r" +(?P<next_hop>\S+)(?: \([^)]*\))? +\d+",
    re.MULTILINE,
)
_NEIGHBOUR = re.compile(
    r"^(?P<peer>[\d.]+) +4 +\d+(?: +\d+){5} +\S+ +(?P<state>\S.*?) *$",
    re.MULTILINE,
)
_PATH = re.compile(
    r"^ ?[*>sdhmrbxSfac ]{2,4}?[i ]? ?(?P<prefix>[\d.]+(?:/\d+)?)? +"
    r"(?P<next>\d+\.\d+\.\d+\.\d+) .*\d (?:(?:\d+|\{[\d,]+\}) )*[ie?] *$"
)
_SROS_PEER = re.compile(
    r"^(?P<peer>\d+\.\d+\.\d+\.\d+) *\n(?: {2,}(?!\d+ ).*\n)? +\d+ +\d+ +\d+ +"
    r"\S+ +(?P<state>\S.*?) *$",
    re.MULTILINE,
)
_COUNTS = re.compile(r"\d+/\d+/\d+")


@dataclass(frozen=True, slots=True)
class Route:
    """A route: `code` as shown (C, L, S, B …), a next hop or an interface for each path."""

    prefix: IPv4Network
    code: str
    next_hops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceRoute:
    """A route of an SR OS table; `next_hop` an address or an interface's name."""

    prefix: IPv4Network
    protocol: str
    next_hop: str


@dataclass(frozen=True, slots=True)
class ExactRoute:
    """By which interface and next hop CEF sends one pair of addresses."""

    interface: str
    next_hop: str | None


@dataclass(frozen=True, slots=True)
class BgpPeer:
    """A neighbour: `state` Established, or whatever it shows instead."""

    address: str
    state: str

    @property
    def established(self) -> bool:
        return self.state == "Established"


@dataclass(frozen=True, slots=True)
class BgpPath:
    """A path of a prefix."""

    prefix: IPv4Network
    next_hop: str


def ip_routes(text: str) -> list[Route]:
    """Read `show ip route`."""
    found: list[Route] = []
    length = 32
    for line in text.splitlines():
        if subnetted := _SUBNETTED.match(line):
            length = int(subnetted["length"])
        elif row := _CODE.match(line):
            prefix = row["prefix"] if "/" in row["prefix"] else f"{row['prefix']}/{length}"
            found.append(_route(IPv4Network(prefix, strict=False), row["code"], row["rest"]))
        elif found and (via := _VIA.match(line)):
            found[-1] = replace(found[-1], next_hops=(*found[-1].next_hops, via["next"]))
    return found


def best(routes: list[Route], address: str) -> Route | None:
    """The longest match for an address."""
    target = IPv4Address(address)
    fitting = [route for route in routes if target in route.prefix]
    return max(fitting, key=lambda route: route.prefix.prefixlen, default=None)


def exact_route(text: str) -> ExactRoute | None:
    """Read `show ip cef exact-route`; None where there is no route."""
    return next(iter(rows(text, _EXACT, ExactRoute)), None)


def service_routes(text: str) -> list[ServiceRoute]:
    """Read SR OS `show router [100] route-table`."""
    return rows(text, _SROS_ROUTE, ServiceRoute)


def ios_peers(text: str) -> list[BgpPeer]:
    """Read IOS `show ip bgp summary`."""
    return [
        BgpPeer(m["peer"], "Established" if m["state"].isdigit() else m["state"])
        for m in _NEIGHBOUR.finditer(text)
    ]


def ios_paths(text: str) -> list[BgpPath]:
    """Read IOS `show ip bgp`; a prefix shown without a length has its class's."""
    found: list[BgpPath] = []
    for line in text.partition("Network")[2].splitlines():
        row = _PATH.match(line)
        if row is None or (row["prefix"] is None and not found):
            continue
        prefix = _network(row["prefix"]) if row["prefix"] else found[-1].prefix
        found.append(BgpPath(prefix, row["next"]))
    return found


def sros_peers(text: str) -> list[BgpPeer]:
    """Read SR OS `show router [100] bgp summary`."""
    return [
        BgpPeer(m["peer"], "Established" if _COUNTS.search(m["state"]) else m["state"])
        for m in _SROS_PEER.finditer(text)
    ]


def _route(prefix: IPv4Network, code: str, rest: str) -> Route:
    code = " ".join(code.split())
    found = _CONNECTED.search(rest) or _VIA.match(rest)
    return Route(prefix, code, (found["next"],) if found else ())


def _network(text: str) -> IPv4Network:
    if "/" in text:
        return IPv4Network(text)
    first = int(text.split(".")[0])
    return IPv4Network(f"{text}/{8 if first < 128 else 16 if first < 192 else 24}")
