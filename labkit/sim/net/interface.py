"""A live layer-3 interface: its state, its ARP cache, its counters, and what it is attached to.

The attachment is a port, or a bridge (routed VPLS), or nothing for a loopback.  ARP is answered
here; IPv4 goes to the node.  `virtual` holds addresses that VRRP puts here with their own MACs.

Must not know: routes, filters, crypto maps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING, Protocol

from labkit.protocols.wire import DecodeError, arp, ethernet
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model import facts
from labkit.sim.net import events
from labkit.sim.net.arp import ArpCache
from labkit.sim.net.link import Counters, PhysicalPort

if TYPE_CHECKING:
    from labkit.sim.net.node import Node


class Attachment(Protocol):
    """What is below an interface."""

    @property
    def mac(self) -> bytes: ...

    @property
    def up(self) -> bool: ...

    def send_frame(self, frame: bytes) -> None:
        """Put a frame on the wire, or on the bridge."""


class PortAttachment:
    """An interface straight on a port."""

    def __init__(self, port: PhysicalPort) -> None:
        self.port = port
        self.mac = port.mac

    @property
    def up(self) -> bool:
        return self.port.up

    def send_frame(self, frame: bytes) -> None:
        self.port.send(frame)


@dataclass(frozen=True, slots=True)
class VirtualAddress:
    """An address that VRRP has put on an interface while it is master."""

    mac: bytes
    ping_reply: bool = False
    traceroute_reply: bool = False


class Interface:
    """One interface of a node; `facts` is what it was told, `up` what it is."""

    def __init__(self, node: Node, told: facts.Interface, arp_queue: int) -> None:
        self.node = node
        self.name = told.name
        self.facts = told
        self.attachment: Attachment | None = None
        self.up = False
        self._said = "down"
        self.virtual: dict[IPv4Address, VirtualAddress] = {}
        self.counters = Counters()
        self.arp = ArpCache(node.clock, arp_queue, self._send_arp, self._own)

    # ----------------------------------------------------------------- state

    @property
    def vrf(self) -> str:
        return self.facts.vrf

    @property
    def address(self) -> IPv4Interface | None:
        return self.facts.address

    @property
    def ip(self) -> IPv4Address | None:
        """The address without its mask."""
        return self.facts.address.ip if self.facts.address else None

    @property
    def mac(self) -> bytes:
        return self.attachment.mac if self.attachment else bytes(6)

    @property
    def status(self) -> str:
        """up, down or administratively down."""
        if not self.facts.enabled:
            return "administratively down"
        return "up" if self.facts.loopback or (self.attachment and self.attachment.up) else "down"

    def refresh(self) -> bool:
        """Look at what is below again; true if the interface came up or went down."""
        status = self.status
        if status != self._said:
            self._said = status
            self.node.emit(events.InterfaceChange(self.name, status))
        up = status == "up"
        if up == self.up:
            return False
        self.up = up
        if not up:
            self.arp.clear()
        self.node.emit(events.LineProtocolChange(self.name, up))
        return True

    # ----------------------------------------------------------------- frames

    def send_ip(
        self, packet: IPv4, gateway: IPv4Address, fail: Callable[[], None] | None = None
    ) -> bool:
        """Send a packet to the neighbour `gateway`; false if it was dropped for want of ARP."""
        if self.attachment is None or not self.up:
            self.counters.out_drops += 1
            return False
        data = packet.encode()
        sent = self.arp.resolve(gateway, lambda mac: self.send_to(mac, data), fail)
        if not sent:
            self.counters.out_drops += 1
        return sent

    def send_to(self, mac: bytes, data: bytes, source: bytes | None = None) -> None:
        """Send IPv4 bytes to a MAC address (multicast too), from ours or from `source`."""
        if self.attachment is None or not self.up:
            return
        src = source or self.attachment.mac
        frame = ethernet.Ethernet(mac, src, ethernet.ETHERTYPE_IPV4, data).encode()
        self.counters.out_packets += 1
        self.counters.out_bytes += len(frame)
        self.attachment.send_frame(frame)

    def receive_frame(self, frame: bytes) -> None:
        """A frame from below: ARP and IPv4 that is for us, whatever else is dropped."""
        dst = frame[:6]
        if (
            not self.up
            or len(frame) < ethernet.HEADER_LENGTH
            or not (dst[0] & 1 or dst == self.mac or self._is_virtual(dst))
        ):
            return
        self.counters.in_packets += 1
        self.counters.in_bytes += len(frame)
        kind = int.from_bytes(frame[12:14], "big")
        try:
            if kind == ethernet.ETHERTYPE_IPV4:
                self.node.ip.receive(IPv4.decode(frame[14:]), self)
            elif kind == ethernet.ETHERTYPE_ARP:
                self._receive_arp(arp.Arp.decode(frame[14:]))
        except DecodeError:
            self.counters.in_drops += 1

    def _is_virtual(self, mac: bytes) -> bool:
        return any(virtual.mac == mac for virtual in self.virtual.values())

    # ----------------------------------------------------------------- ARP

    def _own(self, asked: IPv4Address) -> tuple[IPv4Address, bytes] | None:
        """Of several addresses, the one in the network of the neighbour that is asked for."""
        if not self.up:
            return None
        own = self.facts.addresses
        near = next((each for each in own if asked in each.network), None) or self.facts.address
        return None if near is None else (near.ip, self.mac)

    def _on_link(self, address: IPv4Address) -> bool:
        return any(address in own.network for own in self.facts.addresses)

    def _send_arp(self, message: arp.Arp, to: bytes) -> None:
        if self.attachment is not None and self.up:
            kind = ethernet.ETHERTYPE_ARP
            # An ARP about a virtual address comes from the virtual MAC, so that bridges learn it.
            frame = ethernet.Ethernet(to, message.sender_mac, kind, message.encode()).encode()
            self.attachment.send_frame(frame)

    def _receive_arp(self, message: arp.Arp) -> None:
        if any(message.sender_ip == own.ip for own in self.facts.addresses):
            return
        mac = self._answers_for(message.target_ip)
        on_link = self._on_link(message.sender_ip)
        if on_link or message.sender_ip in self.arp.entries:
            self.arp.learn(message.sender_ip, message.sender_mac, create=mac is not None)
        if message.operation == arp.REQUEST and mac is not None and on_link:
            reply = arp.Arp(
                arp.REPLY, mac, message.target_ip, message.sender_mac, message.sender_ip
            )
            self._send_arp(reply, message.sender_mac)

    def _answers_for(self, address: IPv4Address) -> bytes | None:
        """The MAC to answer a request for `address` with: our own, or a virtual one."""
        if any(address == own.ip for own in self.facts.addresses):
            return self.mac
        virtual = self.virtual.get(address)
        if virtual is not None:
            return virtual.mac
        nat = self.node.nat
        alias = nat is not None and address in nat.aliases and self._on_link(address)
        return self.mac if alias or self._proxies(address) else None

    def _proxies(self, address: IPv4Address) -> bool:
        """Proxy ARP (RFC 1027): we know a way to an address that is not on this wire."""
        if not (self.node.profile.proxy_arp and self.facts.proxy_arp):
            return False
        route = self.node.lookup(self.vrf, address)
        return route is not None and all(
            hop.interface not in (None, self.name) and not hop.drop for hop in route.next_hops
        )
