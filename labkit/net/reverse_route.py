"""Reverse route injection: static routes that a crypto map brings, to what its peers protect.

Without `static` a route comes with an SA, leads to its remote proxy identity by the peer (found
recursively) or by the next hop that the entry names, and goes with the last SA.  With `static` it
leads to what the access list names, by the first peer, while the map is applied.

Must not know: how SAs come about, what a routing table does with a route.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network

from labkit.ike import Selector
from labkit.model.facts import StaticRoute
from labkit.net.events import ReverseRouteChanged
from labkit.net.ident import Ident
from labkit.net.node import Node

_ALL = 0xFFFFFFFF


class ReverseRoutes:
    """The routes that the SAs of a node have put in."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.routes: tuple[StaticRoute, ...] = ()

    def follow(self, idents: Iterable[Ident]) -> None:
        """Put routes in and take them out as the idents are now."""
        before, now = self.routes, tuple(dict.fromkeys(route for _, route in created(idents)))
        if now == before:
            return
        self.routes = now
        for route in dict.fromkeys((*before, *now)):
            if (route in before) != (route in now):
                self._node.emit(ReverseRouteChanged(route, route in now))
        self._node.network.changed()


def created(idents: Iterable[Ident]) -> Iterator[tuple[Ident, StaticRoute]]:
    """The routes that idents bring, each with the ident; several may bring the same."""
    for ident in idents:
        told = ident.rule.entry.reverse_route
        if told is None:
            continue
        for remote, peer in _always(ident) if told.always else _with_sas(ident):
            length = int(remote.mask).bit_count()
            prefix = int(remote.mask) == (_ALL << 32 - length) & _ALL  # an ACL can do without
            if length and prefix:  # A route to everything by the peer would lead nowhere.
                network = IPv4Network((remote.address, length), strict=False)
                hop = told.gateway or peer
                yield ident, StaticRoute(network, hop, distance=told.distance, tag=told.tag)


def _always(ident: Ident) -> Iterator[tuple[Selector, IPv4Address]]:
    if not ident.derived:
        yield ident.remote_selector, ident.rule.entry.peers[0]


def _with_sas(ident: Ident) -> Iterator[tuple[Selector, IPv4Address]]:
    for pair in ident.pairs:
        yield pair.child.remote_selector, pair.child.peer
