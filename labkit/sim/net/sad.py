"""The protected flows of a router, their SAs, and the routes that come with them.

Idents follow the rules of the applied crypto maps; SAs come and go with IKE's events and are found
by SPI inbound (RFC 4301 section 4.4.2) and by flow outbound.

Reverse route injection: static routes that a crypto map brings, to what its peers protect.  A route
without `static` comes with an SA, leads to its remote proxy identity by the peer (found
recursively) or by the next hop that the entry names, and goes with the last SA.  With `static` it
leads to what the access list names, by the first peer, while the map is applied.

Must not know: IKE, packets' ways, counters, what a routing table does with a route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from itertools import count

from labkit.protocols import esp
from labkit.protocols.ike import ChildSa, Selector
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import Ace, Ipsec, StaticRoute
from labkit.sim.net import crypto_map
from labkit.sim.net.crypto_map import Rule
from labkit.sim.net.events import ReverseRouteChanged
from labkit.sim.net.ident import Ident, IdentKey, SaPair
from labkit.sim.net.node import Node

Found = tuple[Ident, SaPair]


class SecurityAssociations:
    """Idents in the order of interfaces, entries and access list entries, with their SAs."""

    def __init__(self, randbytes: Callable[[str], Callable[[int], bytes]]) -> None:
        """`randbytes(purpose)` gives a stream of entropy."""
        self._randbytes = randbytes
        self.idents: dict[IdentKey, Ident] = {}
        self.children_ever: list[ChildSa] = []
        """Every child SA there has been, for a key export."""
        self._by_spi: dict[tuple[IPv4Address, int], Found] = {}
        self._templates: dict[str, list[Rule]] = {}
        """By interface: the entries of dynamic maps."""
        self._flows: dict[tuple[str, int, IPv4Address, int], Ident] = {}
        """What packets have met so far, by map, entry, local address and access list entry."""

    def clear(self) -> None:
        """Forget everything but what a key export needs."""
        self.idents.clear()
        self._by_spi.clear()
        self._flows.clear()

    def settle(self, rules: Mapping[str, list[Rule]]) -> list[Found]:
        """Take the rules by interface; returns the SAs whose ident is gone or was edited."""
        old, new = self.idents, dict[IdentKey, Ident]()
        self._templates = {
            interface: [rule for rule in ordered if rule.waits]
            for interface, ordered in rules.items()
        }
        for interface, ordered in rules.items():
            for rule in ordered:
                for ace in rule.permits():
                    ends = crypto_map.selectors(ace)
                    key = _key(rule, *ends)
                    if key not in new:
                        new[key] = old.get(key) or Ident(key, rule, *ends)
                        new[key].interfaces = []
                    new[key].rule, new[key].derived = rule, False
                    new[key].interfaces.append(interface)
        kept = {_basis(ident.rule): ident.interfaces for ident in new.values()}
        for key, ident in old.items():
            narrower = key not in new and ident.derived and _basis(ident.rule) in kept
            if narrower or (ident.rule.made and self._still_made(ident)):
                new[key] = ident
        self.idents = new
        self._flows.clear()
        gone = [ident for key, ident in old.items() if key not in new]
        return [(ident, pair) for ident in gone for pair in ident.pairs]

    def _still_made(self, ident: Ident) -> bool:
        """Whether the dynamic map that an ident came from would have it still."""
        pairs = [pair.child for pair in ident.pairs]
        return all(self._template_for(child) is not None for child in pairs)

    def made(self, interface: str) -> list[Rule]:
        """The rules that dynamic maps have become on an interface, for the SAs there are."""
        found = (each for each in self.idents.values() if interface in each.interfaces)
        return [ident.rule for ident in found if ident.rule.made]

    def flow(self, rule: Rule, ace: Ace, packet: IPv4) -> Ident:
        """The ident of a permit entry that an outgoing packet has met.

        Without SAs of its own it lends the packet to a narrower flow that a peer has asked for.
        """
        met = rule.map_name, rule.entry.sequence, rule.local, ace.sequence
        ident = self._flows.get(met)
        if ident is None:
            ident = self._flows[met] = self.idents[_key(rule, *crypto_map.selectors(ace))]
        if ident.current is None:
            for other in self.idents.values():
                same = other.derived and _basis(other.rule) == _basis(rule)
                if same and other.current is not None and other.carries(packet):
                    return other
        return ident

    def find(self, local: IPv4Address, spi: int) -> Found | None:
        """The inbound SA that a packet names."""
        return self._by_spi.get((local, spi))

    def install(self, child: ChildSa, inbound: bool, ipsec: Ipsec) -> Ident | None:
        """One direction of a child SA may carry packets from now on: those of an ident."""
        found = self.find(child.local, child.inbound_spi) or self._add(child)
        if found is None:
            return None
        ident, pair = found
        kind = child.transform
        if inbound:
            pair.inbound = esp.Inbound(
                child.inbound_spi,
                kind.cipher,
                child.inbound_key,
                kind.integrity,
                child.inbound_integrity_key,
                crypto_map.replay_window(ipsec, ident.rule.entry),
            )
        else:
            pair.outbound = esp.Outbound(
                child.outbound_spi,
                kind.cipher,
                child.outbound_key,
                kind.integrity,
                child.outbound_integrity_key,
                self._randbytes(f"esp {child.outbound_spi:08x}"),
            )
        return ident

    def refresh(self, children: Iterable[ChildSa]) -> None:
        """A NAT has changed the ports of some: seal for the new ones."""
        for child in children:
            found = self.find(child.local, child.inbound_spi)
            if found is not None:
                found[1].child = child

    def children(self, peer: IPv4Address | None, map_name: str | None) -> list[ChildSa]:
        """The child SAs with a peer, of a crypto map, or all."""
        return [
            pair.child
            for ident in self.idents.values()
            for pair in ident.pairs
            if peer in (None, pair.child.peer) and map_name in (None, ident.rule.map_name)
        ]

    def shrink(self, outbound_spi: int, path_mtu: int) -> None:
        """The way of an outbound SA carries no longer packets than these."""
        for ident in self.idents.values():
            for pair in ident.pairs:
                if pair.child.outbound_spi == outbound_spi:
                    pair.path_mtu = min(path_mtu, pair.path_mtu or path_mtu)

    def forget(self, ident: Ident, pair: SaPair) -> None:
        """Both directions of a child SA are gone."""
        self._by_spi.pop((pair.child.local, pair.child.inbound_spi), None)
        if pair in ident.pairs:
            ident.pairs.remove(pair)
        if ident.derived and not ident.pairs:
            self.idents.pop(ident.key, None)
            self._flows.clear()

    def _add(self, child: ChildSa) -> Found | None:
        ident = self._ident_for(child)
        if ident is None:
            return None
        pair = SaPair(child)
        ident.pairs.append(pair)
        self._by_spi[child.local, child.inbound_spi] = ident, pair
        self.children_ever.append(child)
        return ident, pair

    def _ident_for(self, child: ChildSa) -> Ident | None:
        """The flow that a new SA belongs to; a narrower one gets an ident of its own."""
        here = [
            ident
            for ident in self.idents.values()
            if ident.local == child.local and child.peer in ident.rule.entry.peers
        ]
        ends = (child.local_selector, child.remote_selector)
        for ident in here:
            if (ident.local_selector, ident.remote_selector) == ends:
                return ident
        for ident in here:
            wide = (ident.local_selector, ident.remote_selector)
            if all(map(crypto_map.within, ends, wide)):
                key = _key(ident.rule, *ends)
                narrow = Ident(key, ident.rule, *ends, derived=True)
                narrow.interfaces = ident.interfaces
                self.idents[key] = narrow
                return narrow
        return self._made_for(child)

    def _made_for(self, child: ChildSa) -> Ident | None:
        """What a dynamic map becomes for a peer that nobody knew before."""
        found = self._template_for(child)
        if found is None:
            return None
        template, interfaces = found
        ends = (child.local_selector, child.remote_selector)
        taken = {ident.rule.entry.sequence for ident in self.idents.values() if ident.rule.made}
        number = next(n for n in count(crypto_map.MADE_FROM) if n not in taken)
        rule = crypto_map.made_for(template, number, child.peer, *ends)
        key = _key(rule, *crypto_map.selectors(rule.outbound.entries[0]))
        ident = Ident(key, rule, *ends, derived=True)
        ident.interfaces = interfaces
        self.idents[ident.key] = ident
        return ident

    def _template_for(self, child: ChildSa) -> tuple[Rule, list[str]] | None:
        """The template that a child SA came by, and the interfaces where it is applied."""
        for ordered in self._templates.values():
            here = [each for each in ordered if each.local == child.local]
            here = [each for each in here if each.meets(child.peer)]
            rule = crypto_map.accepting(here, child.local_selector, child.remote_selector)
            if rule is not None:
                where = [name for name, rules in self._templates.items() if rule in rules]
                return rule, where
        return None


def _key(rule: Rule, local: Selector, remote: Selector) -> IdentKey:
    """What an ident's SAs depend on: if any of it is edited, they end."""
    return (*_basis(rule), local, remote)


def _basis(rule: Rule) -> IdentKey:
    entry = rule.entry
    return rule.map_name, entry.sequence, entry.peers, rule.local, rule.outbound


# --------------------------------------------------------------------------- reverse routes


_ALL = 0xFFFFFFFF


class ReverseRoutes:
    """The routes that the SAs of a node have put in."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.routes: tuple[StaticRoute, ...] = ()

    def follow(self, idents: Iterable[Ident]) -> None:
        """Put routes in and take them out as the idents are now."""
        before, now = self.routes, tuple(dict.fromkeys(route for _, route in routes_of(idents)))
        if now == before:
            return
        self.routes = now
        for route in dict.fromkeys((*before, *now)):
            if (route in before) != (route in now):
                self._node.emit(ReverseRouteChanged(route, route in now))
        self._node.network.changed()


def routes_of(idents: Iterable[Ident]) -> Iterator[tuple[Ident, StaticRoute]]:
    """The routes that idents bring, each with the ident; several may bring the same."""
    for ident in idents:
        told = ident.rule.entry.reverse_route
        if told is None:
            continue
        ends = [(pair.child.remote_selector, pair.child.peer) for pair in ident.pairs]
        if told.always:
            ends = [(ident.remote_selector, ident.rule.entry.peers[0])] if not ident.derived else []
        for remote, peer in ends:
            length = int(remote.mask).bit_count()
            prefix = int(remote.mask) == (_ALL << 32 - length) & _ALL  # an ACL can do without
            if length and prefix:  # A route to everything by the peer would lead nowhere.
                network = IPv4Network((remote.address, length), strict=False)
                hop = told.gateway or peer
                yield ident, StaticRoute(network, hop, distance=told.distance, tag=told.tag)
