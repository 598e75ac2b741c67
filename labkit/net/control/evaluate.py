"""The whole control plane in one call: IGP, LSPs, services, then BGP and tables in rounds.

`evaluate` is a pure function of a `View` (but for the labels given out, which are kept).
`RouterState` is what the show commands of a router read beside its tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.model.facts import BASE, Bgp, Interface, Vrf
from labkit.net.control import igp, lsp, services, vpn
from labkit.net.control.labels import LabelSpaces
from labkit.net.control.path import BgpPath, RibEntry
from labkit.net.control.rib import Rib, Sources, build
from labkit.net.control.view import View
from labkit.net.tables import LabelAction, Route, Tables, ToVrf

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
    adjacencies = igp.adjacencies(view)
    spf = igp.shortest_paths(adjacencies)
    signalled = lsp.signal(view, spf, labels)
    carried = services.evaluate(view, spf, signalled, labels)
    up = {node: _interfaces_up(view, carried, node) for node in view.facts}
    speaking = {node: vpn.sessions(view, spf, node) for node in view.facts}
    tables = _Tables(view, spf, signalled, labels, up, speaking)
    tables.settle()
    result = {}
    for node in view.facts:
        lfib = {**signalled.lfib.get(node, {}), **carried.lfib.get(node, {})}
        lfib.update(tables.vpn_labels(node))
        result[node] = RouterState(
            Tables(
                tables.routes(node),
                lfib,
                {
                    state.to: state.path
                    for state in reversed(signalled.states.get(node, ()))
                    if state.to is not None and state.path is not None
                },
                carried.pseudowires.get(node, {}),
            ),
            frozenset(interface.name for interface in up[node]),
            adjacencies.get(node, ()),
            signalled.states.get(node, ()),
            frozenset(carried.ldp.get(node, ())),
            carried.sdps.get(node, ()),
            carried.vpls.get(node, ()),
            carried.mirrors.get(node, ()),
            speaking[node],
            tables.received.get(node, ()),
            tables.exported.get(node, ()),
            tables.ribs[node],
        )
    return result


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


@dataclass
class _Tables:
    """All routing tables while they settle."""

    view: View
    spf: igp.Spf
    signalled: lsp.Signalled
    labels: LabelSpaces
    up: Mapping[str, tuple[Interface, ...]]
    speaking: Mapping[str, tuple[vpn.VpnSession, ...]]
    exported: dict[str, tuple[BgpPath, ...]] = field(default_factory=dict)
    received: dict[str, tuple[BgpPath, ...]] = field(default_factory=dict)
    ribs: dict[str, dict[str, Rib]] = field(default_factory=dict)

    def settle(self) -> None:
        """Export and import VPN routes until no router says anything new."""
        for _ in range(ROUNDS):
            for node in self.view.facts:
                received = vpn.received(self.view, self.speaking, self.exported, node)
                if node not in self.ribs or received != self.received.get(node):
                    self.received[node] = received
                    self.ribs[node] = self._ribs(node)
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

    def _ribs(self, node: str) -> dict[str, Rib]:
        """All tables of one router."""
        # The base table needs nothing of MP-BGP: it is built in the first round alone.
        known = self.ribs.get(node)
        ribs = {BASE: known[BASE] if known else build(self._sources(node, BASE, None))}
        for vrf in self.view.facts[node].vrfs:
            ribs[vrf.name] = build(self._sources(node, vrf.name, vrf))
        return ribs

    def _sources(self, node: str, name: str, vrf: Vrf | None) -> Sources:
        facts = self.view.facts[node]
        ios = self.view.topology.nodes[node].platform == "cisco_ios"
        bgp = next((each for each in facts.bgp if each.vrf == name), None)
        enabled = vrf is None or vrf.enabled
        learned = tuple(p for p in self.view.learned.get(node, ()) if p.vrf == name)
        imports = vpn.imported(vrf, self.received.get(node, ())) if vrf is not None else ()
        tunnels = vrf is not None and vrf.auto_bind
        return Sources(
            tuple(i for i in self.up[node] if i.vrf == name and i.address is not None),
            tuple(s for s in facts.static_routes if s.vrf == name) if enabled else (),
            (*learned, *imports) if enabled else (),
            tuple(igp.routes(self.view, self.spf, node)) if name == BASE else (),
            bgp,
            self._maximum_paths(bgp, vrf),
            STATIC_ECMP if ios else (vrf.ecmp if vrf is not None else 1),
            oldest_first=ios,
            host_routes=ios,
            recursive=ios,
            tunnel=lambda far_end: self.signalled.to(node, far_end) if tunnels else None,
        )

    @staticmethod
    def _maximum_paths(bgp: Bgp | None, vrf: Vrf | None) -> int:
        return vrf.ecmp if vrf is not None else bgp.maximum_paths if bgp is not None else 1
