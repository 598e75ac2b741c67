"""VRRP on a router's interfaces: advertisements as packets, timers on the clock, virtual MACs.

Joins `vrrp.VirtualRouter` machines to interfaces.  While one is master the interface answers
ARP for its addresses with the virtual MAC 00:00:5e:00:01:<vrid> (RFC 3768 §7.3).
Must not know: the state machine's rules, bridges.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.protocols.wire import DecodeError, vrrp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import DeviceFacts, VrrpGroup
from labkit.sim.net.clock import Timer
from labkit.sim.net.control.evaluate import RouterState
from labkit.sim.net.interface import Interface, VirtualAddress
from labkit.sim.net.node import Component, Node
from labkit.sim.net.vrrp import State, VirtualRouter

TTL = 255
CONTROL = 0xC0
"""Type of service: class selector 6."""
SEPARATION = 1_000
"""Microseconds between the advertisement and the gratuitous ARPs of a new master."""

Key = tuple[str, int]
"""Interface name and VRID."""


@dataclass(frozen=True, slots=True)
class VrrpTransition:
    """A virtual router changed state; the states are the words of the show commands."""

    interface: str
    vrid: int
    before: str
    after: str
    cause: str


class VrrpProcess(Component):
    """All virtual routers of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.instances: dict[Key, VirtualRouter] = {}
        """By interface name and VRID: what `show router … vrrp instance` prints."""
        self._timers: dict[Key, Timer] = {}
        node.protocols[vrrp.PROTOCOL] = self._receive

    # ----------------------------------------------------------------- component

    def configure(self, told: DeviceFacts) -> None:
        """Make and remove machines; one whose group or address changed starts anew."""
        wanted: dict[Key, tuple[VrrpGroup, IPv4Address]] = {
            (interface.name, group.vrid): (group, interface.address.ip)
            for interface in told.interfaces
            if interface.address is not None
            for group in interface.vrrp
        }
        for key, machine in list(self.instances.items()):
            group, address = wanted.get(key, (None, None))
            if group is None or (group, address) != (machine.group, machine.address):
                self._stop(key)
                del self.instances[key]
        for key, (group, address) in wanted.items():
            if key not in self.instances:
                self.instances[key] = VirtualRouter(group, address)

    def settled(self, state: RouterState) -> None:
        """Start where the interface is up now, stop where it is not."""
        for key, machine in self.instances.items():
            runs = machine.group.enabled and key[0] in state.interfaces_up
            if runs and machine.state is State.INITIALIZE:
                machine.startup(self._node.clock.now)
                self._pump(key)
            elif not runs and machine.state is not State.INITIALIZE:
                self._stop(key)

    def reset(self) -> None:
        """A reload: nobody is told."""
        for key, machine in self.instances.items():
            fresh = VirtualRouter(machine.group, machine.address)
            self._withdraw(key)
            self.instances[key] = fresh
            fresh.startup(self._node.clock.now)
            self._pump(key)

    # ----------------------------------------------------------------- packets and time

    def _receive(self, packet: IPv4, interface: Interface | None, vrf: str) -> None:
        if interface is None or packet.ttl != TTL:
            return
        try:
            advertisement = vrrp.Vrrp.decode(packet.payload)
        except DecodeError:
            return
        for key, machine in self.instances.items():
            if key[0] == interface.name:
                machine.receive(advertisement, packet.src, self._node.clock.now)
                self._pump(key)

    def _on_timer(self, key: Key) -> None:
        machine = self.instances.get(key)
        if machine is not None:
            machine.on_timer(self._node.clock.now)
            self._pump(key)

    def _stop(self, key: Key) -> None:
        machine = self.instances[key]
        if machine.state is not State.INITIALIZE:
            machine.shutdown(self._node.clock.now)
        self._pump(key)

    def _pump(self, key: Key) -> None:
        """Carry out what a machine wants."""
        machine = self.instances[key]
        events = machine.events()
        for event in events:
            if event.after is State.MASTER:
                self._take_over(key, machine)
            elif event.before is State.MASTER:
                self._withdraw(key)
        for message in machine.outbox():
            if isinstance(message, vrrp.Vrrp):
                self._send(key, machine, message)
            else:
                self._node.clock.after(SEPARATION, lambda: self._announce(key))
        for event in events:
            before, after = event.before.value, event.after.value
            self._node.emit(VrrpTransition(*key, before, after, event.cause.value))
        self._arm(key, machine)

    def _arm(self, key: Key, machine: VirtualRouter) -> None:
        old, due = self._timers.pop(key, None), machine.next_timer()
        if old is not None:
            old.cancel()
        if due is not None:
            self._timers[key] = self._node.clock.at(due, lambda: self._on_timer(key))

    def _send(self, key: Key, machine: VirtualRouter, message: vrrp.Vrrp) -> None:
        interface = self._node.interfaces.get(key[0])
        if interface is None:
            return
        packet = self._node.ip.packet(
            machine.address, vrrp.GROUP, vrrp.PROTOCOL, message.encode(), ttl=TTL, tos=CONTROL
        )
        mac = vrrp.virtual_mac(message.vrid)
        interface.send_to(vrrp.GROUP_MAC, packet.encode(), source=mac)

    # ----------------------------------------------------------------- the virtual address

    def _take_over(self, key: Key, machine: VirtualRouter) -> None:
        interface = self._node.interfaces.get(key[0])
        if interface is None:
            return
        group = machine.group
        held = VirtualAddress(
            vrrp.virtual_mac(group.vrid), group.ping_reply, group.traceroute_reply
        )
        interface.virtual.update(dict.fromkeys(group.addresses, held))

    def _withdraw(self, key: Key) -> None:
        interface = self._node.interfaces.get(key[0])
        if interface is not None:
            mac = vrrp.virtual_mac(key[1])
            interface.virtual = {a: v for a, v in interface.virtual.items() if v.mac != mac}

    def _announce(self, key: Key) -> None:
        """Gratuitous ARPs: bridges learn the virtual MAC, neighbours the address."""
        interface = self._node.interfaces.get(key[0])
        machine = self.instances.get(key)
        if interface is None or machine is None or machine.state is not State.MASTER:
            return
        for address in machine.group.addresses:
            interface.arp.announce(address, vrrp.virtual_mac(key[1]))
