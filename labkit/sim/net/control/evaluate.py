"""The whole control plane in one call: IGP, LSPs, services, then BGP and tables in rounds.

`evaluate` is a pure function of a `View` (but for the labels given out, which are kept).
A `ControlPlane` gives the same, view after view: what follows from nothing that has changed since
the last view is taken from there, since while BGP comes up only a few tables move at a time.
`RouterState` is what the show commands of a router read beside its tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.sim.model.facts import BASE, Bgp, Interface, Vrf
from labkit.sim.net.control import igp, lsp, services, vpn
from labkit.sim.net.control.path import BgpPath, RibEntry
from labkit.sim.net.control.rib import Rib, Sources, build
from labkit.sim.net.control.view import LabelSpaces, View
from labkit.sim.net.tables import LabelAction, Route, Tables, ToVrf

ROUNDS = 16
STATIC_ECMP = 16
"""Parallel static routes that IOS installs."""


@dataclass(frozen=True)
class RouterState:
    """One router's share of the result."""

    tables: Tables = field(default_factory=Tables)
    interfaces_up: frozenset[str] = frozenset()
    adjacencies: tuple[igp.Adjacency, ...] = ()
    lsps: tuple[lsp.LspState, ...] = ()
    ldp_peers: frozenset[IPv4Address] = frozenset()
    sdps: tuple[services.SdpState, ...] = ()
    vpls: tuple[services.VplsState, ...] = ()
    mirrors: tuple[services.MirrorState, ...] = ()
    vpn_sessions: tuple[vpn.VpnSession, ...] = ()
    vpn_received: tuple[BgpPath, ...] = ()
    """The VPN-IPv4 RIB-in: what MP-BGP brought and some VRF imports."""
    vpn_advertised: tuple[BgpPath, ...] = ()
    ribs: dict[str, Rib] = field(default_factory=dict)
    """By VRF: routes, and BGP paths with their best/valid/installed marks."""

    def entries(self, vrf: str = BASE, vpn_routes: bool = False) -> tuple[RibEntry, ...]:
        """BGP paths of a VRF: those of its own neighbours, or those imported from MP-BGP."""
        rib = self.ribs.get(vrf, Rib())
        return tuple(e for e in rib.entries if (e.path.label is not None) == vpn_routes)


def evaluate(view: View, labels: LabelSpaces) -> dict[str, RouterState]:
    """Everything that follows from a view, by node name."""
    return ControlPlane(labels).evaluate(view)


@dataclass(frozen=True)
class _Core:
    """Everything below BGP: it follows from facts and ports, whatever has been learned."""

    adjacencies: igp.Adjacencies
    spf: igp.Spf
    signalled: lsp.Signalled
    carried: services.Services
    up: Mapping[str, tuple[Interface, ...]]
    speaking: Mapping[str, tuple[vpn.VpnSession, ...]]
    igp_routes: Mapping[str, tuple[Route, ...]]


class ControlPlane:
    """The control plane of a network that changes a little at a time."""

    def __init__(self, labels: LabelSpaces | None = None) -> None:
        self.labels = labels or LabelSpaces()
        self._view: View | None = None
        self._core: _Core | None = None
        self._built: _Built = {}

    def evaluate(self, view: View) -> dict[str, RouterState]:
        """Everything that follows from a view, by node name; the view before changes nothing."""
        core = self._core
        before, self._view = self._view, view
        if core is None or before is None or not view.learned_alone_differs(before):
            core = self._core = self._below_bgp(view)
        tables = _Tables(view, core, self.labels, self._built)
        tables.settle()
        self._built = tables.built
        return {node: _state(view, core, tables, node) for node in view.facts}

    def _below_bgp(self, view: View) -> _Core:
        adjacencies = igp.adjacencies(view)
        spf = igp.shortest_paths(adjacencies)
        signalled = lsp.signal(view, adjacencies, spf, self.labels)
        carried = services.evaluate(view, spf, signalled, self.labels)
        return _Core(
            adjacencies,
            spf,
            signalled,
            carried,
            {node: _interfaces_up(view, carried, node) for node in view.facts},
            {node: vpn.sessions(view, spf, node) for node in view.facts},
            {node: tuple(igp.routes(view, spf, node)) for node in view.facts},
        )


def _state(view: View, core: _Core, tables: _Tables, node: str) -> RouterState:
    """One router's share of a finished evaluation."""
    signalled, carried = core.signalled, core.carried
    lfib = {**signalled.lfib.get(node, {}), **carried.lfib.get(node, {})}
    lfib.update(tables.vpn_labels(node))
    return RouterState(
        Tables(tables.routes(node), lfib, signalled.paths(node), carried.pseudowires.get(node, {})),
        frozenset(interface.name for interface in core.up[node]),
        core.adjacencies.get(node, ()),
        signalled.states.get(node, ()),
        frozenset(carried.ldp.get(node, ())),
        carried.sdps.get(node, ()),
        carried.vpls.get(node, ()),
        carried.mirrors.get(node, ()),
        core.speaking[node],
        tables.received.get(node, ()),
        tables.exported.get(node, ()),
        tables.ribs[node],
    )


def _interfaces_up(view: View, carried: services.Services, node: str) -> tuple[Interface, ...]:
    """The interfaces of a router that are up, with or without an address."""
    disabled = {vrf.name for vrf in view.facts[node].vrfs if not vrf.enabled}
    return tuple(
        interface
        for interface in view.facts[node].interfaces
        if interface.vrf not in disabled
        and (
            view.port_interface_up(node, interface)
            if interface.vpls is None
            else carried.routed_interface_up(node, interface)
        )
    )


_Built = dict[tuple[str, str, int], tuple[Sources, Rib]]
"""By router, VRF and round: a table, and what it was built of."""


@dataclass
class _Tables:
    """All routing tables while they settle.

    The rounds always begin with nothing exported, so that the result has no history; `before` only
    saves building a table from the same sources again.
    """

    view: View
    core: _Core
    labels: LabelSpaces
    before: _Built
    built: _Built = field(default_factory=dict)
    exported: dict[str, tuple[BgpPath, ...]] = field(default_factory=dict)
    received: dict[str, tuple[BgpPath, ...]] = field(default_factory=dict)
    ribs: dict[str, dict[str, Rib]] = field(default_factory=dict)

    def settle(self) -> None:
        """Export and import VPN routes until no router says anything new."""
        for number in range(ROUNDS):
            for node in self.view.facts:
                received = vpn.received(self.view, self.core.speaking, self.exported, node)
                if node not in self.ribs or received != self.received.get(node):
                    self.received[node] = received
                    self.ribs[node] = self._ribs(node, number)
            exported = {node: self._export(node) for node in self.view.facts}
            if exported == self.exported:
                break
            self.exported = exported

    def routes(self, node: str) -> dict[str, tuple[Route, ...]]:
        return {vrf: rib.routes for vrf, rib in self.ribs[node].items()}

    def vpn_labels(self, node: str) -> dict[int, LabelAction]:
        """The labels of VRFs that advertise anything."""
        return {
            self.labels.label(node, ("vrf", vrf.name)): ToVrf(vrf.name)
            for vrf in self.view.facts[node].vrfs
            if vrf.enabled and vrf.rd is not None and vrf.export_targets
        }

    def _export(self, node: str) -> tuple[BgpPath, ...]:
        found: list[BgpPath] = []
        for vrf in self.view.facts[node].vrfs:
            rib = self.ribs[node][vrf.name]
            found.extend(vpn.export(self.view, self.labels, node, vrf, rib))
        return tuple(found)

    def _ribs(self, node: str, number: int) -> dict[str, Rib]:
        """All tables of one router."""
        # The base table needs nothing of MP-BGP: it is built in the first round alone.
        known = self.ribs.get(node)
        ribs = {BASE: known[BASE] if known else self._build(node, BASE, None, number)}
        for vrf in self.view.facts[node].vrfs:
            ribs[vrf.name] = self._build(node, vrf.name, vrf, number)
        return ribs

    def _build(self, node: str, name: str, vrf: Vrf | None, number: int) -> Rib:
        sources = self._sources(node, name, vrf)
        known = self.before.get((node, name, number))
        rib = known[1] if known is not None and known[0] == sources else build(sources)
        self.built[node, name, number] = sources, rib
        return rib

    def _sources(self, node: str, name: str, vrf: Vrf | None) -> Sources:
        facts = self.view.facts[node]
        ios = self.view.topology.nodes[node].platform == "cisco_ios"
        bgp = next((each for each in facts.bgp if each.vrf == name), None)
        enabled = vrf is None or vrf.enabled
        injected = self.view.injected.get(node, ())
        learned = tuple(p for p in self.view.learned.get(node, ()) if p.vrf == name)
        imports = vpn.imported(vrf, self.received.get(node, ())) if vrf is not None else ()
        return Sources(
            tuple(i for i in self.core.up[node] if i.vrf == name and i.address is not None),
            tuple(s for s in (*facts.static_routes, *injected) if s.vrf == name) if enabled else (),
            (*learned, *imports) if enabled else (),
            self.core.igp_routes[node] if name == BASE else (),
            bgp,
            self._maximum_paths(bgp, vrf),
            STATIC_ECMP if ios else (vrf.ecmp if vrf is not None else 1),
            oldest_first=ios,
            host_routes=ios,
            recursive=ios,
            tunnels=self.core.signalled.in_use(node) if vrf is not None and vrf.auto_bind else {},
        )

    @staticmethod
    def _maximum_paths(bgp: Bgp | None, vrf: Vrf | None) -> int:
        return vrf.ecmp if vrf is not None else bgp.maximum_paths if bgp is not None else 1
