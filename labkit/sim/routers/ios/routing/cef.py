"""`show ip cef`: the forwarding table, and which way one flow goes.

The way is chosen by the code that forwards packets (`labkit.sim.net.tables`).
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from labkit.sim.model.facts import BASE
from labkit.sim.net.router import Router
from labkit.sim.net.tables import NextHop, Route
from labkit.sim.routers.ios.routing.table import table
from labkit.sim.routers.ios.rows import Row, shows

_FIXED = (
    ("0.0.0.0/8", "drop"),
    ("0.0.0.0/32", "receive"),
    ("127.0.0.0/8", "drop"),
    ("224.0.0.0/4", "drop"),
    ("224.0.0.0/24", "receive"),
    ("240.0.0.0/4", "drop"),
    ("255.255.255.255/32", "receive"),
)


def cef(router: Router, address: IPv4Address | None = None) -> Iterator[str]:
    """`show ip cef [A.B.C.D]`."""
    if address is not None:
        yield from _one(router, address)
        return
    yield "Prefix               Next Hop             Interface"
    rows: list[tuple[IPv4Network, list[tuple[str, str]]]] = [
        (IPv4Network(prefix), [(what, "")]) for prefix, what in _FIXED
    ]
    rows += [(route.prefix, _ways(route)) for route in table(router)]
    if all(route.prefix.prefixlen for route in table(router)):
        rows.append((IPv4Network("0.0.0.0/0"), [("no route", "")]))
    for prefix, ways in sorted(rows):
        for index, (hop, interface) in enumerate(ways):
            yield f"{'' if index else prefix!s:<20} {hop:<20} {interface}".rstrip()


def _ways(route: Route) -> list[tuple[str, str]]:
    return [(_hop(route, hop), hop.interface or "Null0") for hop in route.next_hops]


def _hop(route: Route, hop: NextHop) -> str:
    if route.protocol == "local":
        return "receive"
    return str(hop.gateway) if hop.gateway else "attached"


def _one(router: Router, address: IPv4Address) -> Iterator[str]:
    route = router.lookup(BASE, address)
    if route is None:
        yield "0.0.0.0/0"
        yield "  no route"
        return
    yield str(route.prefix)
    for hop, interface in _ways(route):
        if hop == "receive":
            yield f"  receive for {interface}"
        elif hop == "attached":
            yield f"  attached to {interface}"
        else:
            yield f"  nexthop {hop} {interface}"


def exact_route(router: Router, source: IPv4Address, destination: IPv4Address) -> Iterator[str]:
    """`show ip cef exact-route SOURCE DESTINATION`."""
    route = router.lookup(BASE, destination)
    start = f"{source} -> {destination} =>"
    hop = router.ip.next_hop(BASE, source, destination)
    if route is None or hop is None:
        yield f"{start}no route"
    elif route.protocol == "local":
        yield f"{start}receive"
    elif hop.drop:
        yield f"{start}drop"
    else:
        yield f"{start}IP adj out of {hop.interface}, addr {hop.gateway or destination}"


EXEC: list[Row] = [
    shows("show ip cef exact-route <source:ipv4> <destination:ipv4>",
          lambda router, match: exact_route(router, match["source"], match["destination"])),
    shows("show ip cef [<address:ipv4>]", lambda router, match: cef(router, match.get("address"))),
]  # fmt: skip
