"""One routing table: connected, static, IS-IS and BGP routes compete for every prefix.

The lowest preference (administrative distance) wins; static and BGP next hops are resolved
through the table itself, so it is built in rounds until it stands still (RFC 4271 §9.1.2.1).
Must not know: where a BGP path came from, other routers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network

from labkit.sim.model.facts import Bgp, Interface, StaticRoute
from labkit.sim.net.control.lsp import LspState
from labkit.sim.net.control.path import LOCAL_WEIGHT, BgpPath, Candidate, RibEntry, select
from labkit.sim.net.tables import NextHop, Route, longest_match

VPN_PREFERENCE = 170
"""BGP-VPN routes on SR OS."""
IBGP_DISTANCE = 200
ROUNDS = 16
"""A table that has not settled by then never will (two routes through each other)."""


@dataclass(frozen=True)
class Sources:
    """What competes for one table."""

    interfaces: tuple[Interface, ...]
    """Those that are up, have an address and belong to this table."""
    statics: tuple[StaticRoute, ...] = ()
    paths: tuple[BgpPath, ...] = ()
    igp: tuple[Route, ...] = ()
    bgp: Bgp | None = None
    maximum_paths: int = 1
    static_paths: int = 1
    oldest_first: bool = False
    """Of external BGP paths that tie, the one learned first wins (IOS)."""
    host_routes: bool = False
    """Install a /32 for each own address (IOS)."""
    recursive: bool = False
    """A static next hop may be resolved through any route (IOS), not only connected ones."""
    tunnels: Mapping[IPv4Address, LspState] = field(default_factory=dict)
    """The LSP to each BGP next hop, for VPN routes."""


@dataclass(frozen=True)
class Rib:
    """A finished table."""

    routes: tuple[Route, ...] = ()
    entries: tuple[RibEntry, ...] = ()
    """Every BGP path, best first within a prefix."""
    best: dict[IPv4Network, BgpPath] = field(default_factory=dict)


def build(sources: Sources) -> Rib:
    """Resolve and select until nothing changes."""
    fixed = [*_connected(sources), *sources.igp]
    rib = _install(sources, fixed, Rib())
    if not sources.statics and not sources.paths and sources.bgp is None:
        return rib
    for _ in range(ROUNDS):
        before, rib = rib, _install(sources, fixed, rib)
        if rib.routes == before.routes:
            break
    return rib


def _install(sources: Sources, fixed: list[Route], before: Rib) -> Rib:
    """One round: all candidates, resolved through the table of the round before."""
    statics = _statics(sources, before.routes)
    bgp_routes, entries, best = _bgp(sources, before.routes)
    winners: dict[IPv4Network, Route] = {}
    for route in (*fixed, *statics, *bgp_routes):
        known = winners.get(route.prefix)
        if known is None or route.preference < known.preference:
            winners[route.prefix] = route
    routes = tuple(winners[prefix] for prefix in sorted(winners))
    active = {route.prefix for route in routes if route.protocol in ("bgp", "bgp-vpn")}
    return Rib(routes, tuple(_marked(entry, active) for entry in entries), best)


def _marked(entry: RibEntry, active: set[IPv4Network]) -> RibEntry:
    chosen = entry.best or entry.multipath
    if not chosen or entry.path.local:
        return entry
    installed = entry.path.prefix in active
    return replace(entry, installed=installed, rib_failure=not installed)


# --------------------------------------------------------------------------- connected, static


def _connected(sources: Sources) -> list[Route]:
    found = []
    for interface in sources.interfaces:
        hop = NextHop(interface.name)
        for address in interface.addresses:
            found.append(Route(address.network, "connected", 0, 0, (hop,)))
            if sources.host_routes and address.network.prefixlen < 32:
                own = IPv4Network((address.ip, 32))
                found.append(Route(own, "local", 0, 0, (hop,)))
    return found


def _statics(sources: Sources, table: tuple[Route, ...]) -> list[Route]:
    """Static routes whose way out is known, those to one prefix merged."""
    usable: dict[tuple[IPv4Network, int], list[tuple[StaticRoute, tuple[NextHop, ...]]]] = {}
    for static in sources.statics:
        hops = _static_hops(sources, static, table) if static.enabled else ()
        if hops:
            usable.setdefault((static.prefix, static.distance), []).append((static, hops))
    found = []
    for (prefix, distance), together in usable.items():
        kept = together[: sources.static_paths]
        next_hops = _unique(hop for _, hops in kept for hop in hops)
        announced = tuple(s.next_hop for s, _ in kept if s.next_hop is not None)
        found.append(Route(prefix, "static", distance, 0, next_hops, announced))
    return found


def _static_hops(
    sources: Sources, static: StaticRoute, table: tuple[Route, ...]
) -> tuple[NextHop, ...]:
    if static.blackhole:
        return (NextHop(drop=True),)
    if static.interface is not None:
        up = any(interface.name == static.interface for interface in sources.interfaces)
        return (NextHop(static.interface, static.next_hop),) if up else ()
    if static.next_hop is None:
        return ()
    others = tuple(r for r in table if r.prefix != static.prefix or r.protocol == "connected")
    if not sources.recursive:
        others = tuple(r for r in others if r.protocol in ("connected", "local"))
    return hops_by(longest_match(others, static.next_hop), static.next_hop)


def hops_by(route: Route | None, gateway: IPv4Address) -> tuple[NextHop, ...]:
    """The ways to a gateway by the route to it; empty if there is none, or it is our own."""
    if route is None or route.protocol == "local":
        return ()
    return tuple(
        replace(hop, gateway=gateway) if hop.gateway is None and hop.interface else hop
        for hop in route.next_hops
    )


def _unique(hops: Iterable[NextHop]) -> tuple[NextHop, ...]:
    return tuple(dict.fromkeys(hops))


# --------------------------------------------------------------------------- BGP


def _bgp(
    sources: Sources, table: tuple[Route, ...]
) -> tuple[list[Route], list[RibEntry], dict[IPv4Network, BgpPath]]:
    by_prefix: dict[IPv4Network, list[BgpPath]] = {}
    for path in (*_originated(sources, table), *sources.paths):
        by_prefix.setdefault(path.prefix, []).append(path)
    routes: list[Route] = []
    entries: list[RibEntry] = []
    best: dict[IPv4Network, BgpPath] = {}
    for prefix in sorted(by_prefix):
        ways = [(path, _way(sources, table, path)) for path in by_prefix[prefix]]
        valid = [Candidate(path, way[1]) for path, way in ways if way is not None]
        chosen = select(valid, sources.maximum_paths, oldest_first=sources.oldest_first)
        if chosen:
            best[prefix] = chosen[0]
        if chosen and not chosen[0].local:
            routes.append(_bgp_route(sources, chosen, ways))
        entries.extend(_entries(ways, chosen))
    return routes, entries, best


_Way = tuple[tuple[NextHop, ...], int]
_Ways = list[tuple[BgpPath, _Way | None]]


def _way(sources: Sources, table: tuple[Route, ...], path: BgpPath) -> _Way | None:
    """Next hops and metric of a path, None if its next hop cannot be reached."""
    if path.local:
        return (), 0
    if path.label is not None:
        state = sources.tunnels.get(path.next_hop)
        if state is None or state.path is None:
            return None
        labels = (state.path.label, path.label)
        hop = NextHop(None, path.next_hop, labels, state.path.port, state.path)
        return (hop,), state.metric
    # What covers the next hop, but not through the prefix that it is wanted for.
    others = tuple(route for route in table if route.prefix != path.prefix)
    route = longest_match(others, path.next_hop)
    hops = hops_by(route, path.next_hop)
    return (hops, route.metric) if hops and route is not None else None


def _bgp_route(sources: Sources, chosen: Sequence[BgpPath], ways: _Ways) -> Route:
    best = chosen[0]
    used = [_way_of(path, ways) for path in chosen]
    hops = [hop for next_hops, _ in used for hop in next_hops]
    announced = tuple(path.next_hop for path in chosen)
    if best.label is not None:
        metric = used[0][1]
        return Route(
            best.prefix, "bgp-vpn", VPN_PREFERENCE, metric, tuple(hops), announced, best.as_path
        )
    distance = IBGP_DISTANCE
    if best.external and sources.bgp is not None:
        distance = sources.bgp.local_distance
    return Route(
        best.prefix, "bgp", distance, best.med or 0, _unique(hops), announced, best.as_path
    )


def _way_of(path: BgpPath, ways: _Ways) -> _Way:
    return next(way for each, way in ways if each is path and way is not None)


def _entries(ways: _Ways, chosen: Sequence[BgpPath]) -> list[RibEntry]:
    found = []
    for path, way in sorted(
        ways, key=lambda each: chosen.index(each[0]) if each[0] in chosen else 99
    ):
        valid = way is not None
        found.append(
            RibEntry(
                path,
                valid,
                best=bool(chosen) and path is chosen[0],
                multipath=len(chosen) > 1 and path in chosen,
                reason="" if valid else "inaccessible",
            )
        )
    return found


def _originated(sources: Sources, table: tuple[Route, ...]) -> list[BgpPath]:
    """What `network` and `redistribute` put into the BGP table."""
    bgp = sources.bgp
    if bgp is None or not bgp.enabled:
        return []
    found = []
    for route in table:
        if route.protocol in ("bgp", "bgp-vpn", "local"):
            continue
        named = route.prefix in bgp.networks
        if named or route.protocol in bgp.redistribute:
            found.append(
                BgpPath(
                    route.prefix,
                    IPv4Address(0),
                    origin="igp" if named else "incomplete",
                    weight=LOCAL_WEIGHT,
                    med=route.metric,
                    vrf=bgp.vrf,
                )
            )
    return found
