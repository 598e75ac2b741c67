"""IPsec of an IOS router: crypto maps, the IKE machine on UDP port 500.

Outbound, a packet that a map names is sealed into ESP, or dropped while IKE makes an SA for it.
Inbound, ESP is opened and what comes out must be what the SA is for.  Edits of the access list,
the peer or the map end the SAs that came from them; transform sets count at the next negotiation.
RFC 4301, RFC 4303; the place in the forwarding path: docs/adr/0006.

Must not know: how IKE negotiates, what is printed about it.
"""

from __future__ import annotations

from ipaddress import IPv4Address

from labkit.protocols import esp
from labkit.protocols.ike import ChildSa, Ike, IkeSaSecrets, Phase2Terms, Refusal, Request, Selector
from labkit.protocols.ike.events import (
    PeerDead,
    PortsChanged,
    RekeyDue,
    RequestFailed,
    SaDeleted,
    SaInstalled,
)
from labkit.protocols.wire import icmp, ipv4, isakmp, udp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.udp import Udp
from labkit.sim.model.facts import BASE, DeviceFacts
from labkit.sim.net import crypto_map, encapsulation, events
from labkit.sim.net.clock import Timer
from labkit.sim.net.crypto_map import Rule
from labkit.sim.net.encapsulation import opened
from labkit.sim.net.icmp import Answer
from labkit.sim.net.ident import Ident, IpsecCounters, SaPair
from labkit.sim.net.interface import Interface
from labkit.sim.net.node import Component, Node
from labkit.sim.net.sad import ReverseRoutes, SecurityAssociations

IKE_TOS = 0xC0
"""IOS marks IKE CS6."""
IKE_TTL = 255
LEAST_PATH_MTU = 256
"""An ICMP message that asks for less is not believed: anybody could have sent it."""


class IpsecEngine(Component):
    """The IPsec of one router."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._starts = 0
        self._timer: Timer | None = None
        self._rules: dict[str, list[Rule]] = {}
        """By interface: what is configured, and what its dynamic maps have become."""
        self._told: dict[str, list[Rule]] = {}
        self._sad = SecurityAssociations(node.randbytes)
        self.reverse_routes = ReverseRoutes(node)
        self._old_secrets: list[IkeSaSecrets] = []
        self.isakmp_on = False
        """Whether UDP port 500 is open: with the first crypto map applied."""
        self.ike = self._start()
        node.protocols[ipv4.ESP] = self._receive_esp
        node.icmp.listen(self._on_icmp)

    def _start(self) -> Ike:
        self._starts += 1
        return Ike(self, self._node.randbytes(f"ike {self._starts}"))

    # ----------------------------------------------------------------- looking

    @property
    def idents(self) -> tuple[Ident, ...]:
        """All protected flows, in the order of interfaces, entries and access list entries."""
        return tuple(self._sad.idents.values())

    def idents_on(self, interface: str) -> tuple[Ident, ...]:
        """The flows that `show crypto ipsec sa` lists under an interface."""
        return tuple(ident for ident in self.idents if interface in ident.interfaces)

    @property
    def children_ever(self) -> list[ChildSa]:
        """Every child SA there has been, for a key export."""
        return self._sad.children_ever

    def secrets(self) -> list[IkeSaSecrets]:
        """The secrets of every IKE SA there has been, also before a reload."""
        return [*self._old_secrets, *self.ike.secrets()]

    # ----------------------------------------------------------------- commands

    def clear_sas(self, peer: IPv4Address | None = None, map_name: str | None = None) -> None:
        """`clear crypto sa [peer | map]`."""
        for child in self._sad.children(peer, map_name):
            self.ike.delete_child(child, self._node.clock.now, "By user command")
        self._pump()

    def clear_isakmp(self, peer: IPv4Address | None = None, connection: int | None = None) -> None:
        """`clear crypto isakmp`."""
        self.ike.clear_ike_sas(self._node.clock.now, peer, connection)
        self._pump()

    def clear_counters(self) -> None:
        """`clear crypto sa counters`."""
        for ident in self.idents:
            ident.counters = IpsecCounters()

    # ----------------------------------------------------------------- facts

    def configure(self, told: DeviceFacts) -> None:
        """Take new facts; SAs whose map, access list or peer changed are ended."""
        self.ike.configure(told.ipsec)
        self._told = {
            interface: crypto_map.rules(told, name, interface)
            for interface, name in crypto_map.applied(told)
        }
        for ident, pair in self._sad.settle(self._told):
            self.ike.delete_child(pair.child, self._node.clock.now, "map changed")
            self._sad.forget(ident, pair)
        self._switch(bool(self._told) and told.ipsec.isakmp_enabled)
        self._pump()

    def reset(self) -> None:
        """A reload: every SA is gone, and nobody is told."""
        self._old_secrets = self.secrets()
        self._sad.clear()
        self.ike = self._start()
        self.configure(self._node.facts)

    def _switch(self, on: bool) -> None:
        if on == self.isakmp_on:
            return
        self.isakmp_on = on
        self._node.emit(events.IsakmpSwitched(on))
        if on:
            self._node.udp.bind(udp.ISAKMP_PORT, self._receive_ike)
            self._node.udp.bind(udp.NAT_TRAVERSAL_PORT, self._receive_through_nat)
        else:
            self._node.udp.unbind(udp.ISAKMP_PORT)
            self._node.udp.unbind(udp.NAT_TRAVERSAL_PORT)

    # ----------------------------------------------------------------- IKE

    def _receive_ike(self, datagram: Udp, packet: IPv4, vrf: str) -> None:
        source = (packet.src, datagram.source_port)
        local = (packet.dst, datagram.destination_port)
        self._tell(False, packet.dst, packet.src, datagram.payload)
        self.ike.receive(datagram.payload, source, local, self._node.clock.now)
        self._pump()

    def _receive_through_nat(self, datagram: Udp, packet: IPv4, vrf: str) -> None:
        """Port 4500 is IKE's and ESP's (RFC 3948 §2)."""
        if encapsulation.is_ike(datagram.payload):
            self._receive_ike(datagram, packet, vrf)
        else:
            bare = encapsulation.bare(packet, datagram)
            self._receive_esp(bare, None, vrf, datagram.source_port)

    def _pump(self) -> None:
        """Act on what the IKE machine has to say, until it is quiet."""
        for event in self.ike.events():
            match event:
                case SaInstalled(child=child, direction=direction):
                    told = self._node.facts.ipsec
                    ident = self._sad.install(child, direction == "inbound", told)
                    if ident is not None:
                        idle = crypto_map.idle_seconds(told, ident.rule.entry)
                        self.ike.idle_after(child, idle)
                case SaDeleted(child=child):
                    found = self._sad.find(child.local, child.inbound_spi)
                    if found is not None:
                        self._sad.forget(*found)
                case RequestFailed(request=request):
                    self._failed(request)
                case PeerDead(local=local, peer=peer):
                    for ident in self.idents:
                        if ident.local == local:
                            ident.give_up(peer)
                case RekeyDue(child=child):
                    found = self._sad.find(child.local, child.inbound_spi)
                    if found is not None:
                        self._request(found[0])
                case PortsChanged():
                    self._sad.refresh(self.ike.children())
            self._node.emit(event)
        self._rules = {
            name: crypto_map.with_made(rules, self._sad.made(name))
            for name, rules in self._told.items()
        }
        self.reverse_routes.follow(self.idents)
        for message in self.ike.outbox():
            self._tell(True, message.source, message.destination, message.payload)
            self._node.udp.send(
                message.source,
                message.source_port,
                message.destination,
                message.destination_port,
                message.payload,
                ttl=IKE_TTL,
                tos=IKE_TOS,
                protect=False,
            )
        self._set_timer()

    def _tell(self, sent: bool, local: IPv4Address, peer: IPv4Address, payload: bytes) -> None:
        bare = payload.removeprefix(isakmp.NON_ESP_MARKER)
        if len(bare) >= isakmp.HEADER_LENGTH:  # less is a keepalive (RFC 3948 §2.3)
            self._node.emit(events.IsakmpDatagram(sent, local, peer, bare))

    def _set_timer(self) -> None:
        due = self.ike.next_timer()
        if self._timer is not None and self._timer.pending:
            if self._timer.time == due:
                return
            self._timer.cancel()
        clock = self._node.clock
        self._timer = None if due is None else clock.at(max(due, clock.now), self._on_timer)

    def _on_timer(self) -> None:
        self.ike.on_timer(self._node.clock.now)
        self._pump()

    def _failed(self, request: Request) -> None:
        wanted = (request.local_selector, request.remote_selector, request.local)
        for ident in self.idents:
            if (ident.local_selector, ident.remote_selector, ident.local) == wanted:
                ident.give_up(request.peer)

    def find_entry(
        self,
        local: IPv4Address,
        peer: IPv4Address,
        local_selector: Selector,
        remote_selector: Selector,
    ) -> Phase2Terms | Refusal:
        """The crypto map entry for what a peer proposes: its mirror image, or a part of it."""
        return crypto_map.entry_for(
            self._node.facts.ipsec, self._at(local), peer, local_selector, remote_selector
        )

    def _at(self, local: IPv4Address) -> list[Rule]:
        return [rule for rules in self._told.values() for rule in rules if rule.local == local]

    # ----------------------------------------------------------------- out

    def protects(
        self, packet: IPv4, interface: Interface, vrf: str, came_by: Interface | None, own: bool
    ) -> bool:
        """The outbound step of the crypto map; true if the packet is taken."""
        rules = self._rules.get(interface.name)
        if not rules or packet.dst.is_multicast:
            return False
        matched = crypto_map.outbound_match(rules, packet)
        if matched is None:
            return False
        rule, ace = matched
        if rule.waits:  # Only the peer can begin.
            self._node.emit(events.Dropped("no IPsec SA", packet, interface.name))
            return True
        self._node.filters.hits[rule.outbound.name, ace.sequence] += 1
        ident = self._sad.flow(rule, ace, packet)
        pair = ident.current
        if pair is None:
            ident.counters.send_errors += 1
            self._node.emit(events.Dropped("no IPsec SA", packet, interface.name))
            self._request(ident)
            return True
        mtu = pair.plaintext_mtu(interface.facts.ip_mtu)
        told = self._node.facts.ipsec
        if packet.total_length > mtu and packet.dont_fragment and told.df_bit != "clear":
            ident.counters.send_errors += 1
            self._node.ip.too_big(packet, mtu, came_by, vrf, own)
            return True
        for piece in ipv4.fragment(packet, mtu) if told.fragment_first else [packet]:
            self._seal(ident, pair, piece)
        return True

    def _request(self, ident: Ident) -> None:
        terms = crypto_map.terms(self._node.facts.ipsec, ident.rule.entry)
        request = Request(
            ident.local,
            ident.peer,
            ident.local_selector,
            ident.remote_selector,
            terms.transform_sets,
            terms.pfs_group,
            terms.lifetime_seconds,
            terms.lifetime_kilobytes,
        )
        self.ike.request(request, self._node.clock.now)
        self._pump()

    def _seal(self, ident: Ident, pair: SaPair, packet: IPv4) -> None:
        child, outbound = pair.child, pair.outbound
        if outbound is None:
            return
        try:
            sealed = outbound.seal(*encapsulation.contents(child, packet))
        except esp.SequenceOverflow:
            ident.counters.send_errors += 1
            return
        ident.count_out(pair, packet.total_length)
        outer = encapsulation.wrap(
            child, packet, sealed, self._node.ip.packet, self._node.facts.ipsec.df_bit
        )
        if not self._node.ip.originate(outer, BASE, protect=False):
            ident.counters.send_errors += 1
        self.ike.esp_sent(child, self._node.clock.now)
        self._after_packet(pair)

    def _after_packet(self, pair: SaPair) -> None:
        """Its volume may be used up, and dead peer detection may have something to ask."""
        if pair.used_up():
            self.ike.delete_child(pair.child, self._node.clock.now, "volume lifetime expired")
            self._pump()
        elif pair.nearly_used_up():
            self.ike.soft_limit(pair.child, self._node.clock.now)
            self._pump()
        elif self._node.facts.ipsec.dpd is not None:
            self._pump()

    # ----------------------------------------------------------------- in

    def admits(self, packet: IPv4, interface: Interface) -> bool:
        """The inbound check: false (and dropped) for clear packets that a map protects."""
        rules = self._rules.get(interface.name)
        if not rules or not crypto_map.must_be_protected(rules, packet):
            return True
        if self._node.local(interface.vrf, packet.dst) is not None and encapsulation.is_ipsec(
            packet
        ):
            return True
        self._node.emit(events.NotIpsec(packet.src, packet.dst, packet.protocol, interface.name))
        return False

    def _recover(self, packet: IPv4) -> None:
        """`crypto isakmp invalid-spi-recovery`: the peer shall hear that we have begun anew."""
        peers = {peer for rule in self._at(packet.dst) for peer in rule.entry.peers}
        if self._node.facts.ipsec.invalid_spi_recovery and packet.src in peers:
            self.ike.greet(packet.dst, packet.src, self._node.clock.now)
            self._pump()

    def _receive_esp(
        self, packet: IPv4, interface: Interface | None, vrf: str, peer_port: int | None = None
    ) -> None:
        """An ESP packet for this router, or one that came in UDP from `peer_port`."""
        spi = int.from_bytes(packet.payload[:4], "big")
        found = self._sad.find(packet.dst, spi)
        if found is None or found[1].inbound is None:
            self._node.emit(events.InvalidSpi(packet.src, packet.dst, spi))
            self._recover(packet)
            return
        ident, pair = found
        inner = opened(self._node, packet, ident, pair)
        if inner is None:
            return
        child = pair.child
        ident.count_in(pair, inner.total_length)
        self.ike.esp_received(child, self._node.clock.now, peer_port)
        if peer_port is not None:
            self._pump()  # What answers the packet must find the port that it came from.
        if not crypto_map.covers(child.remote_selector, child.local_selector, inner):
            ident.counters.recv_errors += 1
            self._node.emit(events.InvalidIdentity(inner.src, inner.dst, inner.protocol, spi))
            return
        arrived = interface or self._node.local(vrf, packet.dst)
        if arrived is not None:
            self._node.ip.receive(inner, arrived, decrypted=True)
        self._after_packet(pair)

    def _on_icmp(self, answer: Answer) -> None:
        """Somebody on the way to a peer wants smaller packets."""
        original, message = answer.original, answer.message
        spi = None if original is None else encapsulation.spi_of(original)
        if (message.type, message.code) != (icmp.UNREACHABLE, icmp.FRAGMENTATION_NEEDED):
            return
        if spi is not None and message.mtu >= LEAST_PATH_MTU:
            self._sad.shrink(spi, message.mtu)
