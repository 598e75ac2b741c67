"""A router: a node that forwards, with what its platform adds.

IOS: IPsec and BGP.  SR OS: MPLS, VPLS, VRRP, mirrors, BGP in a VPRN (`provider`).
Must not know: what is typed at its prompt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.sim.model.facts import StaticRoute
from labkit.sim.model.topology import NodeSpec
from labkit.sim.net.ages import Ages
from labkit.sim.net.bgp.process import BgpProcess
from labkit.sim.net.control.path import BgpPath
from labkit.sim.net.ipsec import IpsecEngine
from labkit.sim.net.nat import Nat
from labkit.sim.net.node import Node
from labkit.sim.net.provider import Provider
from labkit.sim.net.vrrp_process import VrrpProcess

if TYPE_CHECKING:
    from labkit.sim.net.network import Network


class Router(Node):
    """A router of the lab."""

    def __init__(self, network: Network, spec: NodeSpec) -> None:
        super().__init__(network, spec)
        ios, sros = spec.platform == "cisco_ios", spec.platform == "nokia_sros"
        self.nat: Nat | None = Nat(self) if ios else None
        self.ipsec: IpsecEngine | None = IpsecEngine(self) if ios else None
        self.ages = Ages(self)
        self.provider: Provider | None = Provider(self) if sros else None
        """Label switching, bridges and mirrors."""
        self.vrrp = VrrpProcess(self)
        self.bgp = BgpProcess(self)
        parts = self.nat, self.ipsec, self.ages, self.provider, self.vrrp, self.bgp
        self.components = tuple(part for part in parts if part is not None)

    def learned(self) -> tuple[BgpPath, ...]:
        """What eBGP neighbours have advertised to this node and its policies let in."""
        return self.bgp.speaker.learned()

    @property
    def injected_routes(self) -> tuple[StaticRoute, ...]:
        """Static routes that come and go with IPsec SAs (reverse route injection)."""
        return self.ipsec.reverse_routes.routes if self.ipsec is not None else ()
