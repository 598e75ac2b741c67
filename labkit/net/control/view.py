"""What the control plane is allowed to see: facts, ports, and routes learned from neighbours.

Knows which interfaces a port state carries.  An interface on a VPLS (routed VPLS) is not
decided here, since its state follows from the pseudowires (`services`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.model.facts import BASE, DeviceFacts, Interface, StaticRoute
from labkit.model.topology import PortRef, Topology
from labkit.net.control.path import BgpPath


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
