"""The IPv4 path through a node, in IOS's order of operations.

In: inbound filter, crypto map check (must this have come protected?), local delivery or TTL and
route lookup.  Out: MSS, crypto map, outbound filter, fragmentation, the link.  What is decrypted
enters again at the interface it came in by, past the filter; what is encrypted is looked up anew.
docs/adr/0006 has the sources.  RFC 1812 §5.2.

Must not know: how routes come about, what a crypto map does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Protocol

from labkit.protocols.wire import DecodeError, icmp, ipv4, tcp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.net import events
from labkit.sim.net.clock import SECOND
from labkit.sim.net.interface import Interface
from labkit.sim.net.tables import NextHop, choose

if TYPE_CHECKING:
    from labkit.sim.net.node import Node

UNSPECIFIED = IPv4Address(0)
REASSEMBLY_TIME = 15 * SECOND


class Protection(Protocol):
    """The crypto map steps of the path."""

    def admits(self, packet: IPv4, interface: Interface, /) -> bool:
        """Inbound: false for what should have come protected."""

    def protects(
        self, packet: IPv4, leaves_by: Interface, vrf: str, came_by: Interface | None, own: bool, /
    ) -> bool:
        """Outbound: true if it has taken the packet (or dropped it); `own`: this node's."""


class Translation(Protocol):
    """The NAT steps of the path."""

    aliases: frozenset[IPv4Address]
    """Addresses of nobody else that ARP is answered for: NAT's static ones."""

    def inward(self, packet: IPv4, came_by: Interface, /) -> IPv4:
        """From outside to inside."""

    def outward(self, packet: IPv4, came_by: Interface | None, leaves_by: Interface, /) -> IPv4:
        """From inside to outside."""


class Forwarding:
    """The forwarding path of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.salt = int(node.network.topology.facts.get("cef_salt", 0))
        self._identification = 0
        self.telling = False
        """Whether every packet of this node's own is told (`events.OwnPacket`): debugging."""
        self._fragments: dict[tuple[IPv4Address, IPv4Address, int, int], list[IPv4]] = {}

    def reset(self) -> None:
        """Forget fragments."""
        self._fragments.clear()

    # ----------------------------------------------------------------- making packets

    def packet(
        self,
        source: IPv4Address,
        destination: IPv4Address,
        protocol: int,
        payload: bytes,
        *,
        ttl: int | None = None,
        tos: int = 0,
        dont_fragment: bool = False,
    ) -> IPv4:
        """A packet of this node's own, with the next identification."""
        self._identification = self._identification % 0xFFFF + 1
        return IPv4(
            source,
            destination,
            protocol,
            payload,
            self._node.profile.ttl if ttl is None else ttl,
            tos,
            self._identification,
            dont_fragment,
        )

    def source_for(self, vrf: str, destination: IPv4Address) -> IPv4Address | None:
        """The address that an unsourced packet gets: that of the interface it leaves by."""
        if self._node.local(vrf, destination) is not None:
            return destination
        hop = self.next_hop(vrf, UNSPECIFIED, destination)
        if hop is None:
            return None
        if hop.interface is not None:
            interface = self._node.interfaces.get(hop.interface)
            return interface.ip if interface is not None else None
        return self._node.first_address(vrf)

    # ----------------------------------------------------------------- looking up

    def next_hop(self, vrf: str, source: IPv4Address, destination: IPv4Address) -> NextHop | None:
        """Where a flow goes: `show ip cef exact-route`.  None without a route."""
        route = self._node.lookup(vrf, destination)
        if route is None or not route.next_hops:
            return None
        return choose(route.next_hops, source, destination, self.salt)

    # ----------------------------------------------------------------- in

    def receive(self, packet: IPv4, interface: Interface, *, decrypted: bool = False) -> None:
        """A packet that came in by an interface, or out of a tunnel that ended there."""
        if not decrypted:
            name = interface.facts.acl_in
            if name is not None and not self._permitted(name, packet, interface):
                return
            ipsec = self._node.ipsec
            if ipsec is not None and not ipsec.admits(packet, interface):
                return
        if packet.dst.is_multicast:
            handler = self._node.protocols.get(packet.protocol)
            if handler is not None and packet.protocol not in (ipv4.ICMP, ipv4.TCP, ipv4.UDP):
                handler(packet, interface, interface.vrf)
            return
        if self._node.nat is not None:
            packet = self._node.nat.inward(packet, interface)
        self._route(packet, interface, interface.vrf)

    def receive_from_core(self, packet: IPv4, vrf: str) -> None:
        """A packet that came in under a VPN label."""
        self._route(packet, None, vrf)

    def _route(self, packet: IPv4, interface: Interface | None, vrf: str) -> None:
        node = self._node
        if node.local(vrf, packet.dst) is not None:
            self.deliver(packet, interface, vrf)
            return
        if not node.profile.forwards:
            return
        if packet.ttl <= 1:
            self._drop("TTL expired", packet, interface)
            node.icmp.time_exceeded(packet, interface, vrf)
            return
        hop = self.next_hop(vrf, packet.src, packet.dst)
        if hop is None or hop.drop:
            self._drop("no route" if hop is None else "blackhole", packet, interface)
            if hop is None:
                node.icmp.unreachable(node.profile.no_route, packet, interface, vrf)
            return
        packet = packet.with_ttl(packet.ttl - 1)
        if interface is not None and interface.facts.adjust_mss:
            packet = _clamp(packet, interface.facts.adjust_mss)
        self._leave(packet, hop, vrf, interface, own=False, protect=True)

    # ----------------------------------------------------------------- local

    def originate(self, packet: IPv4, vrf: str, *, protect: bool = True) -> bool:
        """Send a packet of this node's own; false if there is no way.

        `protect` false keeps it past the crypto map (IKE, ESP itself).
        """
        node = self._node
        if node.local(vrf, packet.dst) is not None:
            node.clock.after(0, lambda: self.deliver(packet, None, vrf))
            return True
        hop = self.next_hop(vrf, packet.src, packet.dst)
        if self.telling:
            way = None if hop is None or hop.drop else hop.interface
            node.emit(events.OwnPacket(True, packet, way))
        if hop is None or hop.drop:
            return False
        self._leave(packet, hop, vrf, None, own=True, protect=protect)
        return True

    def deliver(self, packet: IPv4, interface: Interface | None, vrf: str) -> None:
        """Hand a packet for this node to its protocol, whole."""
        if packet.is_fragment:
            whole = self._collect(packet)
            if whole is None:
                return
            packet = whole
        if self.telling and interface is not None:
            self._node.emit(events.OwnPacket(False, packet, interface.name))
        if not self._virtual_takes(packet, vrf):
            self._drop("virtual address", packet, interface)
            return
        handler = self._node.protocols.get(packet.protocol)
        if handler is not None:
            handler(packet, interface, vrf)
        else:
            self._node.icmp.unreachable(icmp.PROTOCOL_UNREACHABLE, packet, interface, vrf)

    def _virtual_takes(self, packet: IPv4, vrf: str) -> bool:
        """Whether a packet for a VRRP address is one that its master may answer."""
        holder = self._node.local(vrf, packet.dst)
        virtual = holder.virtual.get(packet.dst) if holder else None
        if virtual is None or (holder is not None and holder.ip == packet.dst):
            return True
        if packet.protocol == ipv4.ICMP:
            return virtual.ping_reply
        return packet.protocol == ipv4.UDP and virtual.traceroute_reply

    def _collect(self, piece: IPv4) -> IPv4 | None:
        """The whole packet, once its last fragment is here (RFC 791 §3.2)."""
        key = (piece.src, piece.dst, piece.protocol, piece.identification)
        pieces = self._fragments.setdefault(key, [])
        if not pieces:
            self._node.clock.after(REASSEMBLY_TIME, lambda: self._expire(key, pieces))
        pieces.append(piece)
        try:
            whole = ipv4.reassemble(pieces)
        except DecodeError:
            self._fragments.pop(key, None)
            return None
        if whole is not None:
            del self._fragments[key]
        return whole

    def _expire(self, key: tuple[IPv4Address, IPv4Address, int, int], pieces: list[IPv4]) -> None:
        if self._fragments.get(key) is pieces:
            del self._fragments[key]

    # ----------------------------------------------------------------- out

    def _leave(
        self,
        packet: IPv4,
        hop: NextHop,
        vrf: str,
        came_by: Interface | None,
        *,
        own: bool,
        protect: bool,
    ) -> None:
        """Send a packet by a next hop; `own`: this node has made it."""
        node = self._node
        if hop.labels:
            if node.provider is not None and hop.port is not None:
                node.provider.push(hop.labels, hop.port, packet.encode())
            return
        interface = node.interfaces.get(hop.interface or "")
        if interface is None or not interface.up:
            self._drop("interface down", packet, came_by)
            return
        if interface.facts.adjust_mss:
            packet = _clamp(packet, interface.facts.adjust_mss)
        if protect and node.nat is not None:
            packet = node.nat.outward(packet, came_by, interface)
        mapped = protect and interface.facts.crypto_map is not None
        if mapped and node.ipsec and node.ipsec.protects(packet, interface, vrf, came_by, own):
            return
        name = interface.facts.acl_out
        # IOS does not filter what it originates; ESP that carries others' packets it does.
        filtered = name is not None and (not own or packet.protocol == ipv4.ESP)
        if filtered and name and not self._permitted(name, packet, interface, came_by):
            return
        self._transmit(packet, interface, hop.gateway or packet.dst, vrf, came_by, own)

    def _transmit(
        self,
        packet: IPv4,
        interface: Interface,
        gateway: IPv4Address,
        vrf: str,
        came_by: Interface | None,
        own: bool,
    ) -> None:
        mtu = interface.facts.ip_mtu
        if packet.total_length > mtu and packet.dont_fragment:
            self.too_big(packet, mtu, came_by, vrf, own)
            return
        fail = self._unanswered(packet, interface, vrf) if own else None
        for piece in ipv4.fragment(packet, mtu):
            if not interface.send_ip(piece, gateway, fail):
                self._drop("no ARP answer yet", piece, came_by)

    def too_big(
        self, packet: IPv4, mtu: int, came_by: Interface | None, vrf: str, own: bool
    ) -> None:
        """Refuse a DF packet with the MTU that would do (RFC 1191)."""
        self._drop("too big", packet, came_by)
        if not own or self._node.local(vrf, packet.src) is not None:
            self._node.icmp.unreachable(icmp.FRAGMENTATION_NEEDED, packet, came_by, vrf, mtu)

    def _unanswered(
        self, packet: IPv4, interface: Interface, vrf: str
    ) -> Callable[[], None] | None:
        """What happens to a host's own packet if nobody answers its ARP: it tells itself."""
        if self._node.profile.forwards:
            return None
        return lambda: self._node.icmp.unreachable(icmp.HOST_UNREACHABLE, packet, interface, vrf)

    def _permitted(
        self, name: str, packet: IPv4, interface: Interface, came_by: Interface | None = None
    ) -> bool:
        """Whether an access list lets a packet pass; if not, its sender is told."""
        node = self._node
        permitted, ace = node.filters.check(name, packet)
        if ace is not None and ace.log:
            node.emit(events.AclLogged(name, ace.sequence, permitted, packet, interface.name))
        if not permitted:
            self._drop(f"access list {name}", packet, interface)
            told_by = came_by or interface
            node.icmp.unreachable(icmp.ADMINISTRATIVELY_PROHIBITED, packet, told_by, interface.vrf)
        return permitted

    def _drop(self, reason: str, packet: IPv4, interface: Interface | None) -> None:
        self._node.emit(events.Dropped(reason, packet, interface.name if interface else None))


def _clamp(packet: IPv4, mss: int) -> IPv4:
    """`ip tcp adjust-mss`: lower the MSS option of a SYN."""
    if packet.protocol != ipv4.TCP or packet.fragment_offset or len(packet.payload) < 20:
        return packet
    if not packet.payload[13] & tcp.SYN:
        return packet
    try:
        segment = tcp.Tcp.decode(packet.payload)
    except DecodeError:
        return packet
    if segment.mss is None or segment.mss <= mss:
        return packet
    return replace(packet, payload=segment.with_mss(mss).encode(packet.src, packet.dst))
