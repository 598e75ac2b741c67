"""Routes: IOS `show ip route` and `show ip cef exact-route`, SR OS `show router … route-table`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

_CODE = re.compile(
    r"^(?P<code>[A-Z][A-Za-z0-9 *+%]{0,8}?) +(?P<prefix>[\d.]+(?:/\d+)?) "
    r"(?P<rest>(?:is directly|\[|is a summary).*)$"
)
_VIA = re.compile(r"^ *\[(?P<distance>\d+)/(?P<metric>\d+)\] via (?P<next>[\d.]+)")
_CONNECTED = re.compile(r"is directly connected, (?P<interface>\S+)")
_SUBNETTED = re.compile(r"^ +[\d.]+/(?P<length>\d+) is subnetted")
_EXACT = re.compile(
    r"(?P<src>[\d.]+) -> (?P<dst>[\d.]+) =>.*?(?:out of|attached to|via) (?P<interface>[\w/]+)"
    r"(?:, addr (?P<next>[\d.]+))?"
)
_SROS = re.compile(
    r"^(?P<prefix>[\d.]+/\d+)(?: \[.*?\])? +(?P<type>\S+) +(?P<proto>\S.*?) +(?P<age>\S+) +"
    r"(?P<pref>\d+)\n +(?P<next>\S+)(?: \((?P<tunnel>[^)]*)\))? +(?P<metric>\d+)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Route:
    """A route: `code` as shown (C, L, S, B …), a next hop or an interface for each path."""

    prefix: IPv4Network
    code: str
    next_hops: tuple[str, ...]
    distance: int | None = None
    metric: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceRoute:
    """A route of an SR OS table; `next_hop` an address or an interface's name."""

    prefix: IPv4Network
    kind: str
    protocol: str
    preference: int
    next_hop: str
    tunnel: str
    """`tunneled:RSVP:4`, or "" where it goes out of a port."""
    metric: int


@dataclass(frozen=True, slots=True)
class ExactRoute:
    """By which interface and next hop CEF sends one pair of addresses."""

    source: str
    destination: str
    interface: str
    next_hop: str | None


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
            last = found.pop()
            hops = (*last.next_hops, via["next"])
            found.append(Route(last.prefix, last.code, hops, last.distance, last.metric))
    return found


def best(routes: list[Route], address: str) -> Route | None:
    """The longest match for an address."""
    target = IPv4Address(address)
    fitting = [route for route in routes if target in route.prefix]
    return max(fitting, key=lambda route: route.prefix.prefixlen, default=None)


def exact_route(text: str) -> ExactRoute | None:
    """Read `show ip cef exact-route`; None where there is no route."""
    found = _EXACT.search(text)
    if found is None:
        return None
    return ExactRoute(found["src"], found["dst"], found["interface"], found["next"])


def service_routes(text: str) -> list[ServiceRoute]:
    """Read SR OS `show router [100] route-table`."""
    return [
        ServiceRoute(
            IPv4Network(m["prefix"]), m["type"], m["proto"], int(m["pref"]), m["next"],
            m["tunnel"] or "", int(m["metric"]),
        )
        for m in _SROS.finditer(text)
    ]  # fmt: skip


def _route(prefix: IPv4Network, code: str, rest: str) -> Route:
    code = " ".join(code.split())
    if connected := _CONNECTED.search(rest):
        return Route(prefix, code, (connected["interface"],))
    if via := _VIA.match(rest):
        return Route(prefix, code, (via["next"],), int(via["distance"]), int(via["metric"]))
    return Route(prefix, code, ())
