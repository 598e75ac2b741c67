"""A router: a node that forwards, with what its platform adds.

IOS: IPsec and BGP.  SR OS: MPLS, VPLS, VRRP, mirrors, BGP in a VPRN (`provider`).
Must not know: what is typed at its prompt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.model import topology
from labkit.net.node import Node

if TYPE_CHECKING:
    from labkit.net.network import Network


class Router(Node):
    """A router of the lab."""

    def __init__(self, network: Network, spec: topology.Node) -> None:
        super().__init__(network, spec)
