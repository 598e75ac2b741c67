"""Routes and BGP, on the gateways and in the provider's VPN."""

from __future__ import annotations

from labkit.course.observer import Observer
from labkit.course.parsers.routing import (
    BgpPeer,
    best,
    exact_route,
    ios_paths,
    ios_peers,
    ip_routes,
    service_routes,
    sros_peers,
)
from labkit.course.predicates import Finding, is_sros, network, predicate


@predicate()
def route_via(observer: Observer, *, device: str, to: str, via: str, only: bool = True) -> Finding:
    """The best route for this address goes by this next hop or interface (on IOS; with `only`,
    by nothing else)."""
    route = best(ip_routes(observer.run(device, "show ip route")), to)
    if route is None:
        return Finding(False, f"no route to {to}")
    hops = ", ".join(route.next_hops)
    holds = via in route.next_hops and (not only or len(route.next_hops) == 1)
    return Finding(holds, f"{route.prefix} by {hops}")


@predicate()
def cef_leaves_by(
    observer: Observer, *, device: str, source: str, destination: str, interface: str
) -> Finding:
    """CEF sends this pair of addresses out of this interface (full name; `show ip cef
    exact-route`)."""
    found = exact_route(observer.run(device, f"show ip cef exact-route {source} {destination}"))
    where = found.interface if found else "nowhere"
    return Finding(where == interface, where)


@predicate()
def vpn_route(
    observer: Observer,
    *,
    device: str,
    prefix: str,
    via: str | None = None,
    protocol: str | None = None,
    service: int | None = 100,
) -> Finding:
    """The VPRN's table on this PE (or the base router's, `service: null`) has the prefix, by this
    next hop, from this protocol (`BGP VPN`, `Static`, `Local`)."""
    routes = service_routes(observer.run(device, f"show router {_router(service)}route-table"))
    found = [each for each in routes if each.prefix == network(prefix)]
    if not found:
        return Finding(False, f"no {prefix}")
    one = found[0]
    holds = via in (None, one.next_hop) and protocol in (None, one.protocol)
    return Finding(holds, f"{one.protocol} by {one.next_hop}")


@predicate("state")
def bgp_peer(
    observer: Observer,
    *,
    device: str,
    peer: str,
    up: bool = True,
    service: int | None = None,
) -> Finding:
    """The BGP session with this neighbour is established (or is not); `service` on SR OS for a
    neighbour in a VPRN."""
    found = next((each for each in _peers(observer, device, service) if each.address == peer), None)
    state = found.state if found else "no such neighbour"
    return Finding((found is not None and found.established) is up, state, {"state": state})


@predicate()
def bgp_next_hops(observer: Observer, *, device: str, prefix: str, hops: list[str]) -> Finding:
    """BGP knows the prefix by exactly these next hops, best or not (IOS)."""
    paths = ios_paths(observer.run(device, "show ip bgp"))
    found = sorted({each.next_hop for each in paths if each.prefix == network(prefix)})
    return Finding(found == sorted(hops), ", ".join(found) or "no path")


def _router(service: int | None) -> str:
    return "" if service is None else f"{service} "


def _peers(observer: Observer, device: str, service: int | None) -> list[BgpPeer]:
    if is_sros(observer, device):
        return sros_peers(observer.run(device, f"show router {_router(service)}bgp summary"))
    return ios_peers(observer.run(device, "show ip bgp summary"))
