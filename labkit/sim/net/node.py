"""A node: ports, interfaces, and an IP stack on top, for routers and hosts alike.

`configure` takes facts and applies the difference: what did not change keeps its counters,
caches and sessions.  `components` are the protocols that a platform adds (VPLS, VRRP, BGP, IPsec):
they hear of new facts, of new tables and of a reload.

Must not know: what is typed, how tables are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Protocol

from labkit.protocols.wire import ethernet
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import DeviceFacts, StaticRoute
from labkit.sim.model.topology import NodeSpec, PortRef
from labkit.sim.net import events
from labkit.sim.net.acl import Filters
from labkit.sim.net.control.evaluate import RouterState
from labkit.sim.net.control.path import BgpPath
from labkit.sim.net.forwarding import Forwarding, Protection, Translation
from labkit.sim.net.icmp import IcmpService
from labkit.sim.net.interface import Interface, PortAttachment
from labkit.sim.net.link import Counters, Direction, PhysicalPort
from labkit.sim.net.profile import PROFILES
from labkit.sim.net.tables import Fib, Route, Tables
from labkit.sim.net.tcp import TcpStack
from labkit.sim.net.udp import UdpService

if TYPE_CHECKING:
    from labkit.sim.net.network import Network

_MPLS = ethernet.ETHERTYPE_MPLS.to_bytes(2, "big")

Listener = Callable[[int, object], None]
Sniffer = Callable[[int, bytes, Direction], None]
"""Called with the time, the frame, and which way it went."""
ProtocolHandler = Callable[[IPv4, Interface | None, str], None]
"""Called with a packet for this node, the interface it came in by, and the VRF."""


class LabelSwitch(Protocol):
    """What a node needs of its MPLS."""

    def receive_mpls(self, port: PhysicalPort, frame: bytes) -> None:
        """Take a labelled frame."""

    def push(self, labels: Sequence[int], port: str, payload: bytes, /) -> None:
        """Send IPv4 bytes under labels, outermost first, by a core port."""


class Component:
    """A protocol that a platform adds to its nodes; by itself it does nothing."""

    def configure(self, told: DeviceFacts) -> None:
        """New facts; interfaces are up to date already."""

    def settled(self, state: RouterState) -> None:
        """The control plane has come to a new result."""

    def reset(self) -> None:
        """The node reloads: forget what is not configuration."""


class Node:
    """One device of the network; its platform may have IPsec, NAT, and a provider's MPLS."""

    ipsec: Protection | None = None
    nat: Translation | None = None
    provider: LabelSwitch | None = None

    def __init__(self, network: Network, spec: NodeSpec) -> None:
        self.network = network
        self.clock = network.clock
        self.spec = spec
        self.name = spec.name
        self.platform = spec.platform
        self.profile = PROFILES[spec.platform]
        self.facts = DeviceFacts(spec.name)
        self.state = RouterState()
        """The control plane's result for this node."""
        self.booted = network.clock.now
        """When it last started, in microseconds."""
        self.ports: dict[str, PhysicalPort] = {}
        self.interfaces: dict[str, Interface] = {}
        self.components: tuple[Component, ...] = ()
        """In the order in which they hear of changes."""
        self.filters = Filters()
        self.protocols: dict[int, ProtocolHandler] = {}
        """By IP protocol number; multicast of these protocols is taken too."""
        self._listeners: list[Listener] = []
        self._fibs: dict[str, Fib] = {}
        self._addresses: dict[tuple[str, int], Interface] = {}
        self._by_port: dict[str, Interface] = {}
        self.ip = Forwarding(self)
        self.icmp = IcmpService(self)
        self.udp = UdpService(self)
        self.tcp = TcpStack(self)
        for name in network.topology.ports_of(self.name):
            self._add_port(PortRef(self.name, name))

    # ----------------------------------------------------------------- what others read

    @property
    def tables(self) -> Tables:
        return self.state.tables

    @property
    def acl_hits(self) -> dict[tuple[str, int], int]:
        """Matches by access list name and sequence number."""
        return self.filters.hits

    def lookup(self, vrf: str, address: IPv4Address) -> Route | None:
        """The route to an address, None without one."""
        fib = self._fibs.get(vrf)
        return fib.lookup(address) if fib else None

    def local(self, vrf: str, address: IPv4Address) -> Interface | None:
        """The interface that owns an address, or holds it for VRRP."""
        found = self._addresses.get((vrf, int(address)))
        if found is not None:
            return found
        for interface in self.interfaces.values():
            if interface.virtual and address in interface.virtual and interface.vrf == vrf:
                return interface
        return None

    def randbytes(self, purpose: str) -> Callable[[int], bytes]:
        """A stream of entropy of this node's own."""
        return self.network.randbytes(self.name, purpose)

    def learned(self) -> tuple[BgpPath, ...]:
        """What eBGP neighbours have advertised to this node and its policies let in."""
        return ()

    @property
    def injected_routes(self) -> tuple[StaticRoute, ...]:
        """Static routes that come and go with IPsec SAs (reverse route injection)."""
        return ()

    @property
    def static_routes(self) -> tuple[StaticRoute, ...]:
        """The static routes of the configuration, and those injected since."""
        return (*self.facts.static_routes, *self.injected_routes)

    # ----------------------------------------------------------------- events

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have `listener(time, event)` called for what happens here; returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: object) -> None:
        """Tell the listeners."""
        for listener in tuple(self._listeners):
            listener(self.clock.now, event)

    # ----------------------------------------------------------------- configuration

    def configure(self, told: DeviceFacts) -> None:
        """Become what `told` says."""
        if told == self.facts:
            return
        with self.network.batch():
            self.facts = told
            self.filters.configure(told.acls)
            self._configure_interfaces(told)
            self._configure_ports(told)
            self._refresh()
            for component in self.components:
                component.configure(told)
            self.network.changed()

    def settle(self, state: RouterState) -> None:
        """Take the control plane's new result."""
        if state.tables.routes != self.state.tables.routes or not self._fibs:
            self._fibs = {vrf: Fib(routes) for vrf, routes in state.tables.routes.items()}
        self.state = state
        for component in self.components:
            component.settled(state)
        self._refresh()

    def reload(self) -> None:
        """Restart with the same facts: caches, counters and sessions are lost.

        Its ports go down for an instant, which the neighbours see.
        """
        self.booted = self.clock.now
        with self.network.batch():
            for port in self.ports.values():
                port.enable(False)
            self.network.changed()
        with self.network.batch():
            self.tcp.reset()
            self.ip.reset()
            self.filters.clear()
            for interface in self.interfaces.values():
                interface.arp.clear()
                interface.counters = Counters()
            self._configure_ports(self.facts)
            for component in self.components:
                component.reset()
            self.network.changed()

    def _configure_interfaces(self, told: DeviceFacts) -> None:
        wanted = {interface.name: interface for interface in told.interfaces}
        for name in [name for name in self.interfaces if name not in wanted]:
            gone = self.interfaces.pop(name)
            gone.attachment = None
            gone.refresh()
        for name, each in wanted.items():
            live = self.interfaces.get(name)
            if live is None:
                live = Interface(self, each, self.profile.arp_queue)
                self.interfaces[name] = live
            elif live.facts.addresses != each.addresses:
                live.arp.clear()
            live.facts = each
            port = self.ports.get(each.port or "")
            if port is not None and not isinstance(live.attachment, PortAttachment):
                live.attachment = PortAttachment(port)
        self.interfaces = {name: self.interfaces[name] for name in wanted}
        self._by_port = {
            each.port: self.interfaces[each.name] for each in told.interfaces if each.port
        }

    def _configure_ports(self, told: DeviceFacts) -> None:
        listed = {port.name: port for port in told.ports}
        for name, port in self.ports.items():
            if name in listed:
                port.mtu = listed[name].mtu
                port.enable(listed[name].enabled)
            elif self.profile.port_follows_interface:
                interface = self._by_port.get(name)
                bare = self.platform == "linux"
                port.enable(interface.facts.enabled if interface else bare)
            else:
                port.enable(False)

    def _refresh(self) -> None:
        """Bring interface states and the index of our own addresses up to date."""
        moved = [interface for interface in self.interfaces.values() if interface.refresh()]
        self._addresses = {
            (interface.vrf, int(address)): interface
            for interface in self.interfaces.values()
            if interface.up
            for address in interface.facts.addresses
        }
        if moved:
            self.network.changed()

    # ----------------------------------------------------------------- ports

    def _add_port(self, ref: PortRef) -> None:
        spec = self.network.topology.ports[ref]
        link = self.network.links[spec.name]
        mac = self.network.topology.mac(ref)
        self.ports[ref.port] = PhysicalPort(ref, mac, link, self.receive_frame, self._port_changed)

    def _port_changed(self, port: PhysicalPort) -> None:
        self.emit(events.PortChange(port.name, port.up))
        self._refresh()
        self.network.changed()

    def receive_frame(self, port: PhysicalPort, frame: bytes) -> None:
        """The handler of a port that belongs to no bridge."""
        if frame[12:14] == _MPLS:
            if self.provider is not None:
                self.provider.receive_mpls(port, frame)
            return
        interface = self._by_port.get(port.name)
        if interface is not None:
            interface.receive_frame(frame)

    # ----------------------------------------------------------------- convenience

    def first_address(self, vrf: str) -> IPv4Address | None:
        """The address of the first interface of a VRF that is up."""
        return next((each.ip for (name, _), each in self._addresses.items() if name == vrf), None)


class Host(Node):
    """A PC, or the sniffer on the provider's mirror: it does not forward."""

    def sniff(self, port: str, sniffer: Sniffer) -> Callable[[], None]:
        """Have every frame of a port shown to `sniffer`, as tcpdump sees it; returns the stop."""
        watchers = self.ports[port].watchers

        def watch(frame: bytes, direction: Direction) -> None:
            sniffer(self.clock.now, frame, direction)

        watchers.append(watch)
        return lambda: watchers.remove(watch)
