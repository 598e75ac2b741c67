"""IS-IS level 2 as a function: adjacencies, shortest paths, and the routes they give.

Dijkstra's result with ISO 10589's metrics; `ecmp 1`, and of equal paths the one whose next
hop has the lowest system address.  Level 2 needs no common area.  No PDU is sent for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from labkit.sim.model.facts import BASE, Interface
from labkit.sim.model.topology import PortRef
from labkit.sim.net.control.view import View
from labkit.sim.net.tables import NextHop, Route

PREFERENCE = 18
"""IS-IS level 2 internal on SR OS."""


@dataclass(frozen=True, slots=True)
class Adjacency:
    """A neighbour on a core link."""

    interface: str
    port: str
    metric: int
    neighbor: str
    neighbor_interface: str
    neighbor_address: IPv4Address
    system_address: IPv4Address
    """The neighbour's; 0.0.0.0 if it has none."""


Adjacencies = dict[str, tuple[Adjacency, ...]]


@dataclass(frozen=True, slots=True)
class Spf:
    """Who is how far from whom, and the first step on the way."""

    distance: dict[tuple[str, str], int]
    first: dict[tuple[str, str], Adjacency]


def adjacencies(view: View) -> Adjacencies:
    """Every router's level 2 adjacencies, by port name."""
    found: Adjacencies = {}
    for node in view.facts:
        near = _speaking(view, node)
        mine = []
        for port, interface in sorted(near.items()):
            link = view.topology.ports.get(PortRef(node, port))
            if link is None:
                continue
            end = link.far_end(node)
            other = _speaking(view, end.node).get(end.port)
            if other is not None and _same_subnet(interface, other):
                mine.append(_adjacency(view, node, interface, end.node, other))
        if mine:
            found[node] = tuple(mine)
    return found


def _speaking(view: View, node: str) -> dict[str, Interface]:
    """By port: the interfaces that send hellos."""
    igp = view.facts[node].igp if node in view.facts else None
    if igp is None or not igp.enabled:
        return {}
    return {
        interface.port: interface
        for interface in view.facts[node].interfaces
        if interface.port is not None
        and interface.vrf == BASE
        and interface.address is not None
        and interface.name in igp.metrics
        and interface.name not in igp.passive
        and view.port_interface_up(node, interface)
    }


def _same_subnet(a: Interface, b: Interface) -> bool:
    if a.address is None or b.address is None:
        return False
    return a.address.network == b.address.network and a.address.ip != b.address.ip


def _adjacency(view: View, node: str, near: Interface, other: str, far: Interface) -> Adjacency:
    igp = view.facts[node].igp
    assert igp is not None
    assert near.port is not None
    assert far.address is not None
    system = view.system_address(other) or IPv4Address(0)
    return Adjacency(
        near.name, near.port, igp.metrics[near.name], other, far.name, far.address.ip, system
    )


def shortest_paths(found: Adjacencies) -> Spf:
    """Distances between all pairs, and first steps."""
    distance = {(node, node): 0 for node in found}
    # Bellman-Ford over a handful of routers: at most as many rounds as there are routers.
    for _ in found:
        for node, neighbors in found.items():
            for adjacency in neighbors:
                for target in found:
                    rest = distance.get((adjacency.neighbor, target))
                    if rest is None:
                        continue
                    known = distance.get((node, target))
                    if known is None or adjacency.metric + rest < known:
                        distance[node, target] = adjacency.metric + rest
    first = {}
    for (node, target), metric in distance.items():
        if node == target:
            continue
        first[node, target] = min(
            (
                a
                for a in found[node]
                if metric == a.metric + distance.get((a.neighbor, target), metric)
            ),
            key=lambda a: (a.system_address, a.port),
        )
    return Spf(distance, first)


def routes(view: View, spf: Spf, node: str) -> list[Route]:
    """The IS-IS routes of a router, its own subnets left out."""
    own = {prefix for prefix, _ in _announced(view, node)}
    best: dict[IPv4Network, tuple[int, str]] = {}
    for (source, owner), metric in spf.distance.items():
        if source != node or owner == node:
            continue
        for prefix, cost in _announced(view, owner):
            offer = (metric + cost, owner)
            if prefix not in own and (prefix not in best or offer < best[prefix]):
                best[prefix] = offer
    found = []
    for prefix, (metric, owner) in best.items():
        step = spf.first[node, owner]
        hop = NextHop(step.interface, step.neighbor_address)
        found.append(Route(prefix, "isis", PREFERENCE, metric, (hop,), (step.neighbor_address,)))
    return found


def _announced(view: View, node: str) -> list[tuple[IPv4Network, int]]:
    """The subnets a router's LSP carries: (prefix, metric); loopbacks cost nothing."""
    igp = view.facts[node].igp
    if igp is None or not igp.enabled:
        return []
    return [
        (interface.address.network, 0 if interface.port is None else igp.metrics[interface.name])
        for interface in view.facts[node].interfaces
        if interface.name in igp.metrics
        and interface.vrf == BASE
        and interface.address is not None
        and view.port_interface_up(node, interface)
    ]
