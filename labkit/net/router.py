"""A router: a node that forwards, with what its platform adds.

IOS: IPsec and BGP.  SR OS: MPLS, VPLS, VRRP, mirrors, BGP in a VPRN (`provider`).
Must not know: what is typed at its prompt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.model.topology import NodeSpec
from labkit.net.ages import Ages
from labkit.net.bgp.process import BgpProcess
from labkit.net.ipsec import IpsecEngine
from labkit.net.link_state import LinkState
from labkit.net.nat import Nat
from labkit.net.node import Node
from labkit.net.provider import Provider
from labkit.net.vrrp_process import VrrpProcess

if TYPE_CHECKING:
    from labkit.net.network import Network


class Router(Node):
    """A router of the lab."""

    def __init__(self, network: Network, spec: NodeSpec) -> None:
        super().__init__(network, spec)
        self.ipsec: IpsecEngine | None = None
        self.nat: Nat | None = None
        if spec.platform == "cisco_ios":
            self.ipsec, self.nat = IpsecEngine(self), Nat(self)
            self.components += [self.nat, self.ipsec]
        self.ages = Ages(self)
        self.components.append(self.ages)
        self.provider: Provider | None = None
        """Label switching, bridges and mirrors of an SR OS router."""
        self.isis: LinkState | None = None
        if self.platform == "nokia_sros":
            self.provider, self.isis = Provider(self), LinkState(self)
            self.components += [self.provider, self.isis]
        self.vrrp = VrrpProcess(self)
        self.bgp = BgpProcess(self)
        self.components += [self.vrrp, self.bgp]
