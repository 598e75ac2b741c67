"""`show ip route`: the whole table, by protocol, or one entry in detail.

Routes are grouped under their classful network.  A group whose subnets all have one mask says so
once and leaves the mask out below; next hops are printed as configured or learned, not resolved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import groupby
from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.model.facts import BASE, StaticRoute
from labkit.sim.net.router import Router
from labkit.sim.net.tables import Route
from labkit.sim.routers.ios.interface.settings import classful_length, mask_length
from labkit.sim.routers.ios.rows import Row, shows
from labkit.sim.routers.ios.wording import age

CODES = """\
Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area 
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
       o - ODR, P - periodic downloaded static route, H - NHRP, l - LISP
       a - application route
       + - replicated route, % - next hop override, p - overrides from PfR
"""  # noqa: W291
_LETTERS = {"local": "L", "connected": "C", "static": "S", "bgp": "B"}
_DEFAULT = IPv4Network("0.0.0.0/0")


def table(router: Router) -> tuple[Route, ...]:
    """The global routing table."""
    return router.tables.routes.get(BASE, ())


def classful(prefix: IPv4Network) -> IPv4Network:
    """The class A, B or C network that a prefix lies in; a supernet is its own."""
    length = classful_length(prefix.network_address)
    return prefix if prefix.prefixlen <= length else prefix.supernet(new_prefix=length)


def routes(router: Router, protocol: str | None = None) -> Iterator[str]:
    """`show ip route [static | bgp | connected | local]`."""
    yield from CODES.splitlines()
    yield ""
    yield _last_resort(router)
    yield ""
    for network, group in groupby(table(router), lambda route: classful(route.prefix)):
        yield from _group(router, network, list(group), protocol)


def _last_resort(router: Router) -> str:
    default = next((route for route in table(router) if route.prefix == _DEFAULT), None)
    if default is None:
        return "Gateway of last resort is not set"
    hops = default.announced_next_hops
    return f"Gateway of last resort is {hops[0] if hops else '0.0.0.0'} to network 0.0.0.0"


def _group(
    router: Router, network: IPv4Network, group: list[Route], protocol: str | None
) -> Iterator[str]:
    chosen = [route for route in group if protocol in (None, route.protocol)]
    masks = {route.prefix.prefixlen for route in group}
    if not chosen:
        return
    if masks == {network.prefixlen}:
        for route in chosen:
            yield from _lines(router, route, str(route.prefix), 6)
    elif len(masks) == 1:
        count = len(group)
        yield f"      {network.network_address}/{masks.pop()} is subnetted, {count} subnets"
        for route in chosen:
            yield from _lines(router, route, str(route.prefix.network_address), 9)
    else:
        sizes = f"{len(group)} subnets, {len(masks)} masks"
        yield f"      {network} is variably subnetted, {sizes}"
        for route in chosen:
            yield from _lines(router, route, str(route.prefix), 9)


def _lines(router: Router, route: Route, prefix: str, indent: int) -> Iterator[str]:
    letter = _LETTERS.get(route.protocol, "?")
    letter += "*" if route.prefix == _DEFAULT else ""
    start = f"{letter:<{indent}}{prefix}"
    if route.protocol in ("connected", "local"):
        yield f"{start} is directly connected, {route.next_hops[0].interface}"
        return
    metric = f"[{route.preference}/{route.metric}]"
    since = ""
    if route.protocol == "bgp":
        since = f", {age(router.clock.now - router.ages.route(route.prefix))}"
    for index, way in enumerate(_ways(router, route)):
        lead = start if index == 0 else " " * len(start)
        yield f"{lead} is {way}" if way.startswith("directly") else f"{lead} {metric} {way}{since}"


def _ways(router: Router, route: Route) -> list[str]:
    """What follows a route's metric, one a next hop."""
    if route.protocol != "static":
        return [f"via {hop}" for hop in route.announced_next_hops]
    return [_static_way(told) for told in _statics(router, route)]


def _static_way(told: StaticRoute) -> str:
    if told.next_hop is None:
        return f"directly connected, {told.interface or 'Null0'}"
    return f"via {told.next_hop}" + (f", {told.interface}" if told.interface else "")


def _statics(router: Router, route: Route) -> list[StaticRoute]:
    """The configured lines behind a static route that are in force."""
    interfaces = {hop.interface for hop in route.next_hops}
    return [
        told
        for told in router.static_routes
        if (told.prefix, told.distance, told.vrf) == (route.prefix, route.preference, BASE)
        and (
            told.next_hop in route.announced_next_hops
            if told.next_hop is not None
            else told.blackhole or told.interface in interfaces
        )
    ]


# --------------------------------------------------------------------------- one entry


def entry(
    router: Router, address: IPv4Address, network: IPv4Network | None = None
) -> Iterator[str]:
    """`show ip route A.B.C.D [mask]`: the longest match, or just the prefix given."""
    if network is None:
        route = router.lookup(BASE, address)
        route = None if route is not None and route.prefix == _DEFAULT else route
    else:
        route = next((each for each in table(router) if each.prefix == network), None)
    if route is None:
        major = classful(IPv4Network((address, 32)))
        known = any(classful(each.prefix) == major for each in table(router))
        yield "% Subnet not in table" if known else "% Network not in table"
        return
    own = classful_length(route.prefix.network_address)
    supernet = ", supernet" if route.prefix.prefixlen < own else ""
    yield f"Routing entry for {route.prefix}{supernet}"
    yield from _known_via(router, route)
    yield "  Routing Descriptor Blocks:"
    yield from _descriptors(router, route)


def _known_via(router: Router, route: Route) -> Iterator[str]:
    bgp = next((each for each in router.facts.bgp if each.vrf == BASE), None)
    source = {"local": "connected", "bgp": f"bgp {bgp.asn if bgp else 0}"}
    name = source.get(route.protocol, route.protocol)
    kind = {"connected": " (connected, via interface)", "local": " (connected)"}
    default = ", candidate default path" if route.prefix == _DEFAULT else ""
    numbers = f"distance {route.preference}, metric {route.metric}"
    yield f'  Known via "{name}", {numbers}{kind.get(route.protocol, "")}{default}'
    if route.protocol == "bgp":
        internal = route.preference == 200
        tag = f"Tag {route.as_path[0]}, " if route.as_path else ""
        yield f"  {tag}type {'internal' if internal else 'external'}"
        ago = age(router.clock.now - router.ages.route(route.prefix))
        yield f"  Last update from {route.announced_next_hops[-1]} {ago} ago"
        return
    if _tag(router, route):
        yield f"  Tag {_tag(router, route)}"
    if bgp is not None and route.prefix in bgp.networks:
        yield f"  Advertised by bgp {bgp.asn}"


def _descriptors(router: Router, route: Route) -> Iterator[str]:
    if route.protocol == "bgp":
        ago = age(router.clock.now - router.ages.route(route.prefix))
        for index, hop in enumerate(route.announced_next_hops):
            yield f"  {'*' if index == 0 else ' '} {hop}, from {hop}, {ago} ago"
            yield f"      Route metric is {route.metric}, traffic share count is 1"
            yield f"      AS Hops {len(route.as_path)}"
            yield f"      Route tag {route.as_path[0] if route.as_path else 0}"
            yield "      MPLS label: none"
        return
    if route.protocol == "static":
        ways = [
            _static_way(told).removeprefix("via ").replace(", ", ", via ")
            for told in _statics(router, route)
        ]
    else:
        ways = [f"directly connected, via {hop.interface}" for hop in route.next_hops]
    tag = _tag(router, route)
    for index, way in enumerate(ways):
        yield f"  {'*' if index == 0 else ' '} {way}"
        yield f"      Route metric is {route.metric}, traffic share count is 1"
        if tag:
            yield f"      Route tag {tag}"


def _tag(router: Router, route: Route) -> int:
    """Of a static route: that of its first line."""
    told = _statics(router, route) if route.protocol == "static" else []
    return told[0].tag if told else 0


def _asked(router: Router, match: Match[Any]) -> Iterable[str]:
    address, mask, network = match.get("address"), match.get("mask"), match.get("prefix")
    if mask is not None:
        length = mask_length(mask)
        if length is None:
            return ["% Invalid mask"]
        network = IPv4Network((address, length), strict=False)
    return entry(router, address or network.network_address, network)


EXEC: list[Row] = [
    shows("show ip route [<protocol=static|bgp|connected>]",
          lambda router, match: routes(router, match.get("protocol"))),
    shows("show ip route ( <address:ipv4> [<mask:mask>] | <prefix:prefix> )", _asked),
]  # fmt: skip
