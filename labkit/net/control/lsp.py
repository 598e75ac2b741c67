"""RSVP-TE LSPs as a function (RFC 3209): each follows the IGP hop by hop.

An LSP is up if every router on its way runs MPLS and RSVP on both ends of every link used.
No penultimate hop popping: the egress signals a real label.  Rerouting is evaluating anew.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.model.facts import Lsp
from labkit.net.control.igp import Spf
from labkit.net.control.labels import LabelSpaces
from labkit.net.control.view import View
from labkit.net.tables import LabelAction, LspPath, PopTransport, Swap


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


def signal(view: View, spf: Spf, labels: LabelSpaces) -> Signalled:
    """Set every configured LSP up, where that is possible."""
    result = Signalled()
    for node, facts in view.facts.items():
        if facts.mpls is None:
            continue
        result.states[node] = tuple(
            _set_up(view, spf, labels, node, lsp, number, result.lfib)
            for number, lsp in enumerate(facts.mpls.lsps, start=1)
        )
    return result


def _set_up(
    view: View,
    spf: Spf,
    labels: LabelSpaces,
    head: str,
    lsp: Lsp,
    tunnel_id: int,
    lfib: dict[str, dict[int, LabelAction]],
) -> LspState:
    tail = view.owner_of(lsp.to) if lsp.to is not None else None
    hops = spf.hops(head, tail) if tail is not None and tail != head else ()
    reason = _failure(view, spf, head, lsp, hops)
    if reason or tail is None:
        return LspState(lsp.name, lsp.to, tunnel_id, lsp.enabled, False, reason)
    purpose: Hashable = ("lsp", head, lsp.name, lsp.to)
    given = [labels.label(node, purpose) for node in hops[1:]]
    for node, label, after in zip(hops[1:], given, [*given[1:], None], strict=True):
        action: LabelAction = PopTransport(lsp.name)
        if after is not None:
            action = Swap(after, spf.first[node, tail].port)
        lfib.setdefault(node, {})[label] = action
    assert lsp.to is not None
    port = spf.first[head, tail].port
    path = LspPath(lsp.name, lsp.to, port, given[0], hops, tunnel_id)
    metric = spf.distance[head, tail]
    return LspState(
        lsp.name, lsp.to, tunnel_id, lsp.enabled, True, "noError", path, tuple(given), metric
    )


def _failure(view: View, spf: Spf, head: str, lsp: Lsp, hops: tuple[str, ...]) -> str:
    """The failure code, or "" if nothing is in the way."""
    mpls = view.facts[head].mpls
    if not lsp.enabled or mpls is None or not mpls.enabled or not mpls.rsvp_enabled:
        return "admDown"
    if not hops:
        return "noRouteToDestination"
    for node in hops[:-1]:
        step = spf.first[node, hops[-1]]
        if not _signals(view, node, step.interface):
            return "noRouteToDestination"
        if not _signals(view, step.neighbor, step.neighbor_interface):
            return "noRouteToDestination"
    return ""


def _signals(view: View, node: str, interface: str) -> bool:
    mpls = view.facts[node].mpls
    if mpls is None or not mpls.enabled or not mpls.rsvp_enabled:
        return False
    return interface in mpls.interfaces and interface in mpls.rsvp_interfaces
