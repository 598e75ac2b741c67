"""RSVP-TE LSPs as a function (RFC 3209): each follows its explicit route, and the IGP between.

An LSP is up if every router on its way runs MPLS and RSVP on both ends of every link used.
No penultimate hop popping: the egress signals a real label.  Rerouting is evaluating anew.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.sim.model.facts import Lsp, LspHop
from labkit.sim.net.control.igp import Adjacencies, Adjacency, Spf
from labkit.sim.net.control.view import LabelSpaces, View
from labkit.sim.net.tables import LabelAction, LspPath, PopTransport, Swap

NO_ROUTE, BAD_NODE = "noRouteToDestination", "badNode"
"""Failure codes: nothing leads there; a strict hop is no neighbour, or the way is a circle."""


@dataclass(frozen=True, slots=True)
class LspState:
    """One LSP as its head sees it."""

    name: str
    to: IPv4Address | None
    tunnel_id: int
    enabled: bool
    up: bool
    reason: str
    """The failure code that `show router mpls lsp path detail` prints; "noError" when up."""
    path: LspPath | None = None
    labels: tuple[int, ...] = ()
    """The label on each link of the way."""
    metric: int = 0


@dataclass
class Signalled:
    """All LSPs of the network and the label entries they need."""

    states: dict[str, tuple[LspState, ...]] = field(default_factory=dict)
    lfib: dict[str, dict[int, LabelAction]] = field(default_factory=dict)

    def named(self, node: str, name: str) -> LspState | None:
        """The LSP of this name at this head."""
        return next((s for s in self.states.get(node, ()) if s.name == name), None)

    def in_use(self, node: str) -> dict[IPv4Address, LspState]:
        """The LSP in use towards each far end: the first configured that is up."""
        found: dict[IPv4Address, LspState] = {}
        for state in self.states.get(node, ()):
            if state.up and state.to is not None:
                found.setdefault(state.to, state)
        return found

    def paths(self, node: str) -> dict[IPv4Address, LspPath]:
        """The way of the LSP in use towards each far end."""
        return {
            far_end: state.path
            for far_end, state in self.in_use(node).items()
            if state.path is not None
        }


def signal(view: View, links: Adjacencies, spf: Spf, labels: LabelSpaces) -> Signalled:
    """Set every configured LSP up, where that is possible."""
    result = Signalled()
    for node, facts in view.facts.items():
        if facts.mpls is None:
            continue
        result.states[node] = tuple(
            _set_up(_Way(view, links, spf, node, lsp), labels, number, result.lfib)
            for number, lsp in enumerate(facts.mpls.lsps, start=1)
        )
    return result


@dataclass(frozen=True, slots=True)
class _Way:
    """The way of one LSP: hop by hop as its path says, by the IGP where it says nothing."""

    view: View
    links: Adjacencies
    spf: Spf
    head: str
    lsp: Lsp

    def steps(self) -> tuple[tuple[Adjacency, ...], str]:
        """The links from head to tail, and the failure code: "" if nothing is in the way."""
        mpls, tail = self.view.facts[self.head].mpls, self._owner(self.lsp.to)
        if not self.lsp.enabled or mpls is None or not mpls.enabled or not mpls.rsvp_enabled:
            return (), "admDown"
        if tail is None or tail == self.head or (self.head, tail) not in self.spf.distance:
            return (), NO_ROUTE
        way: list[Adjacency] = []
        at = self.head
        for hop in self.lsp.hops:
            part = (
                self._strict(at, hop) if hop.strict else self._by_igp(at, self._owner(hop.address))
            )
            if part is None:
                return (), BAD_NODE if hop.strict else NO_ROUTE
            way += part
            at = way[-1].neighbor if way else at
        way += self._by_igp(at, tail) or ()
        return self._checked(tuple(way))

    def _checked(self, way: tuple[Adjacency, ...]) -> tuple[tuple[Adjacency, ...], str]:
        routers = (self.head, *(step.neighbor for step in way))
        if len(set(routers)) < len(routers):
            return (), BAD_NODE
        for near, step in zip(routers, way, strict=False):
            if not _signals(self.view, near, step.interface):
                return (), NO_ROUTE
            if not _signals(self.view, step.neighbor, step.neighbor_interface):
                return (), NO_ROUTE
        return way, ""

    def _strict(self, at: str, hop: LspHop) -> list[Adjacency] | None:
        """The link to a neighbour, named by its address on the link or by its own."""
        for step in self.links.get(at, ()):
            if hop.address in (step.neighbor_address, step.system_address):
                return [step]
        return None

    def _by_igp(self, at: str, target: str | None) -> list[Adjacency] | None:
        way: list[Adjacency] = []
        while at != target:
            step = self.spf.first.get((at, target)) if target is not None else None
            if step is None:
                return None
            way.append(step)
            at = step.neighbor
        return way

    def _owner(self, address: IPv4Address | None) -> str | None:
        """The router that has an address, its own or one on a link."""
        found = self.view.owner_of(address) if address is not None else None
        if found is not None:
            return found
        for steps in self.links.values():
            for step in steps:
                if step.neighbor_address == address:
                    return step.neighbor
        return None


def _set_up(
    way: _Way, labels: LabelSpaces, tunnel_id: int, lfib: dict[str, dict[int, LabelAction]]
) -> LspState:
    lsp = way.lsp
    steps, reason = way.steps()
    if reason or lsp.to is None:
        return LspState(lsp.name, lsp.to, tunnel_id, lsp.enabled, False, reason)
    hops = tuple(step.neighbor for step in steps)
    purpose: Hashable = ("lsp", way.head, lsp.name, lsp.to)
    given = tuple(labels.label(node, purpose) for node in hops)
    for number, (node, label) in enumerate(zip(hops, given, strict=True)):
        action: LabelAction = PopTransport(lsp.name)
        if number + 1 < len(hops):
            action = Swap(given[number + 1], steps[number + 1].port)
        lfib.setdefault(node, {})[label] = action
    path = LspPath(lsp.name, lsp.to, steps[0].port, given[0], (way.head, *hops), tunnel_id)
    metric = sum(step.metric for step in steps)
    return LspState(lsp.name, lsp.to, tunnel_id, lsp.enabled, True, "noError", path, given, metric)


def _signals(view: View, node: str, interface: str) -> bool:
    mpls = view.facts[node].mpls
    if mpls is None or not mpls.enabled or not mpls.rsvp_enabled:
        return False
    return interface in mpls.interfaces and interface in mpls.rsvp_interfaces
