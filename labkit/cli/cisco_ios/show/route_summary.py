"""`show ip route summary`: how many routes each source has put into the table.

"Networks" counts classful networks that stand alone, "Subnets" the rest: the local /32 of an
interface is enough to make its network a subnetted one.  IOS 15.x takes so many bytes for a route;
how many for the entry of a subnetted network is a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Network

from labkit.cli.cisco_ios.show.bgp import process
from labkit.cli.cisco_ios.show.ip_route import classful, table
from labkit.net.router import Router
from labkit.net.tables import Route

OVERHEAD, MEMORY, INTERNAL = 96, 304, 476
"""Bytes of one route; of a classful network that is subnetted."""


def summary(router: Router) -> Iterator[str]:
    """`show ip route summary`."""
    routes = table(router)
    bgp = process(router)
    yield "IP routing table name is default (0x0)"
    yield "IP routing table maximum-paths is 32"
    yield _cells("Route Source", "Networks", "Subnets", "Replicates", "Overhead", "Memory (bytes)")
    majors = Counter(classful(route.prefix) for route in routes)
    rows = [("application", ()), ("connected", ("connected", "local")), ("static", ("static",))]
    for name, protocols in rows:
        yield _row(name, [route for route in routes if route.protocol in protocols], majors)
    if bgp is not None:
        learned = [route for route in routes if route.protocol == "bgp"]
        inner = sum(route.as_path == () for route in learned)
        yield _row(f"bgp {bgp.asn}", learned, majors)
        yield f"  External: {len(learned) - inner} Internal: {inner} Local: 0"
    whole = sum(_alone(route, majors) for route in routes)
    subnetted = len(majors) - whole
    yield _cells("internal", subnetted, "", "", "", subnetted * INTERNAL)
    yield _cells(
        "Total",
        whole + subnetted,
        len(routes) - whole,
        0,
        len(routes) * OVERHEAD,
        len(routes) * MEMORY + subnetted * INTERNAL,
    )


Majors = Counter[IPv4Network]


def _alone(route: Route, majors: Majors) -> bool:
    return majors[route.prefix] == 1


def _row(name: str, routes: list[Route], majors: Majors) -> str:
    whole = sum(_alone(route, majors) for route in routes)
    size = len(routes)
    return _cells(name, whole, size - whole, 0, size * OVERHEAD, size * MEMORY)


def _cells(*cells: object) -> str:
    name, *numbers = cells
    widths = (12, 12, 12, 12, 0)
    text = "".join(f"{cell!s:<{width}}" for cell, width in zip(numbers, widths, strict=True))
    return f"{name:<16}{text}"
