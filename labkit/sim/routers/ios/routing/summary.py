"""`show ip route summary` and `show ip protocols`: where routes come from.

"Networks" counts classful networks that stand alone, "Subnets" the rest: the local /32 of an
interface is enough to make its network a subnetted one.  IOS 15.x takes so many bytes for a route;
how many for the entry of a subnetted network is a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Network

from labkit.sim.model.facts import BASE
from labkit.sim.net.router import Router
from labkit.sim.net.tables import Route
from labkit.sim.routers.ios.routing.bgp.table import process
from labkit.sim.routers.ios.routing.table import classful, table
from labkit.sim.routers.ios.rows import Row, shows
from labkit.sim.routers.ios.wording import age

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


def protocols(router: Router) -> Iterator[str]:
    """`show ip protocols`."""
    yield "*** IP Routing is NSF aware ***"
    yield ""
    yield 'Routing Protocol is "application"'
    yield "  Sending updates every 0 seconds"
    yield "  Invalid after 0 seconds, hold down 0, flushed after 0"
    yield "  Outgoing update filter list for all interfaces is not set"
    yield "  Incoming update filter list for all interfaces is not set"
    yield "  Maximum path: 32"
    yield "  Routing for Networks:"
    yield "  Routing Information Sources:"
    yield "    Gateway         Distance      Last Update"
    yield "  Distance: (default is 4)"
    yield ""
    bgp = process(router)
    if bgp is None:
        return
    yield f'Routing Protocol is "bgp {bgp.asn}"'
    yield "  Outgoing update filter list for all interfaces is not set"
    yield "  Incoming update filter list for all interfaces is not set"
    yield "  IGP synchronization is disabled"
    yield "  Automatic route summarization is disabled"
    if bgp.neighbors:
        yield "  Neighbor(s):"
        yield "    Address          FiltIn FiltOut DistIn DistOut Weight RouteMap"
        for told in bgp.neighbors:
            maps = [name for name in told.export_policies if " " not in name]
            yield f"    {told.address!s:<49}{maps[0] if maps else ''}".rstrip()
    yield f"  Maximum path: {bgp.maximum_paths}"
    yield "  Routing Information Sources:"
    yield "    Gateway         Distance      Last Update"
    for told in bgp.neighbors:
        live = router.bgp.neighbors.get((BASE, told.address))
        if live is not None and live.adj_in:
            last = max(path.received for path in live.adj_in.values())
            ago = age(router.clock.now - last)
            yield f"    {told.address!s:<15} {bgp.local_distance:>8}      {ago}"
    yield f"  Distance: external {bgp.local_distance} internal 200 local 200"
    yield ""


EXEC: list[Row] = [
    shows("show ip route summary", lambda router, match: summary(router)),
    shows("show ip protocols", lambda router, match: protocols(router)),
]
