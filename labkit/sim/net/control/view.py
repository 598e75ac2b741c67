"""What the control plane sees, and all that it remembers.

A `View` is facts, ports, and routes learned from neighbours.  It knows which interfaces a port
state carries; one on a VPLS (routed VPLS) is not decided here, since its state follows from the
pseudowires (`services`).

`LabelSpaces` is which label a router gave out for what: downwards from the top, as SR OS does,
never reused.  Each router has a thousand labels of its own (R1 below 261144, R2 below 260144 …):
labels have local significance only, but in a capture it is good to see at once who gave one out.
A binding once made stays, so that a changed configuration elsewhere renumbers nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.sim.model.facts import BASE, DeviceFacts, Interface, StaticRoute
from labkit.sim.model.topology import PortRef, Topology
from labkit.sim.net.control.path import BgpPath


@dataclass(frozen=True)
class View:
    """One evaluation's input; equal views give equal tables."""

    topology: Topology
    facts: Mapping[str, DeviceFacts]
    ports_up: frozenset[PortRef]
    """Ports with carrier whose own administrative state is up."""
    learned: Mapping[str, tuple[BgpPath, ...]] = field(default_factory=dict)
    """By node: what its eBGP neighbours have advertised and its import policies let in."""
    injected: Mapping[str, tuple[StaticRoute, ...]] = field(default_factory=dict)
    """By node: the static routes that a protocol of its own has put in (IPsec's SAs)."""

    def learned_alone_differs(self, other: View) -> bool:
        """Whether everything but routes learned and injected is as in another view."""
        return (
            self.topology is other.topology
            and self.ports_up == other.ports_up
            and self.facts == other.facts
        )

    def port_interface_up(self, node: str, interface: Interface) -> bool:
        """Whether an interface that is not on a VPLS is up."""
        if not interface.enabled or interface.vpls is not None:
            return False
        if interface.port is None:
            return True
        return PortRef(node, interface.port) in self.ports_up

    def system_address(self, node: str) -> IPv4Address | None:
        """A provider router's address for sessions and tunnels: its `system` interface's."""
        for interface in self.facts[node].interfaces:
            system = interface.name == "system" and interface.vrf == BASE
            if system and interface.enabled and interface.address:
                return interface.address.ip
        return None

    def owner_of(self, system_address: IPv4Address) -> str | None:
        """The router with this system address; the first in topology order if several claim it."""
        for node in self.facts:
            if self.system_address(node) == system_address:
                return node
        return None


HIGHEST = 262143
BLOCK = 1000


@dataclass
class LabelSpace:
    """One router's platform-wide label space (RFC 3031 §3.14)."""

    first: int = HIGHEST
    bindings: dict[Hashable, int] = field(default_factory=dict)

    def label(self, purpose: Hashable) -> int:
        """The label for a purpose, allocated on first use."""
        return self.bindings.setdefault(purpose, self.first - len(self.bindings))


@dataclass
class LabelSpaces:
    """The label spaces of all routers: the control plane's only memory."""

    spaces: dict[str, LabelSpace] = field(default_factory=dict)

    def label(self, node: str, purpose: Hashable) -> int:
        """The label that `node` gave out for `purpose`."""
        if node not in self.spaces:
            self.spaces[node] = LabelSpace(HIGHEST - BLOCK * _number(node))
        return self.spaces[node].label(purpose)


def _number(node: str) -> int:
    """The number at the end of a router's name, 0 without one."""
    return int(node[len(node.rstrip("0123456789")) :] or 0)
