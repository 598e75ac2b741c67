"""UDP of a node: ports that something listens on, and sending.

A datagram for a port that nobody has is answered with port unreachable.
Must not know: what the datagrams are about.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.protocols.wire import DecodeError, icmp, ipv4
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.udp import Udp
from labkit.sim.model.facts import BASE
from labkit.sim.net.interface import Interface

if TYPE_CHECKING:
    from labkit.sim.net.node import Node

Receiver = Callable[[Udp, IPv4, str], None]
"""Called with the datagram, the packet it came in, and the VRF."""


class UdpService:
    """The UDP ports of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._ports: dict[int, Receiver] = {}
        node.protocols[ipv4.UDP] = self.receive

    def bind(self, port: int, receiver: Receiver) -> None:
        """Take a port; a later call replaces the receiver."""
        self._ports[port] = receiver

    def unbind(self, port: int) -> None:
        """Leave a port."""
        self._ports.pop(port, None)

    def send(
        self,
        source: IPv4Address,
        source_port: int,
        destination: IPv4Address,
        destination_port: int,
        payload: bytes,
        *,
        vrf: str = BASE,
        ttl: int | None = None,
        tos: int = 0,
        dont_fragment: bool = False,
        protect: bool = True,
    ) -> bool:
        """Send a datagram; false if there is no way.  `protect` false: past the crypto map."""
        datagram = Udp(source_port, destination_port, payload).encode(source, destination)
        packet = self._node.ip.packet(
            source, destination, ipv4.UDP, datagram, ttl=ttl, tos=tos, dont_fragment=dont_fragment
        )
        return self._node.ip.originate(packet, vrf, protect=protect)

    def receive(self, packet: IPv4, interface: Interface | None, vrf: str) -> None:
        """A datagram for this node."""
        try:
            datagram = Udp.decode(packet.payload, packet.src, packet.dst)
        except DecodeError:
            return
        receiver = self._ports.get(datagram.destination_port)
        if receiver is not None:
            receiver(datagram, packet, vrf)
        else:
            self._node.icmp.unreachable(icmp.PORT_UNREACHABLE, packet, interface, vrf)
