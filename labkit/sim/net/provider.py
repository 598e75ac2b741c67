"""What makes a router a provider's: label switching, bridges with routed interfaces, mirrors.

Joins the machines of `mpls`, `vpls` and `mirror` to a node's ports and interfaces, and keeps
them in step with the control plane's result.  Neighbours on core links are not asked for their
MAC address: the topology knows it (docs/adr/0005).
Must not know: how labels, services and pseudowires come about.
"""

from __future__ import annotations

from labkit.protocols.wire import DecodeError, ethernet, mpls_echo
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import DeviceFacts
from labkit.sim.net.control.evaluate import RouterState
from labkit.sim.net.control.services import VplsState
from labkit.sim.net.link import Counters, Direction, PhysicalPort, Watcher
from labkit.sim.net.lsp_ping import LspPing
from labkit.sim.net.mirror import Mirrors
from labkit.sim.net.mpls import Lsr
from labkit.sim.net.node import Component, Node
from labkit.sim.net.tables import Pseudowire, ToPseudowire
from labkit.sim.net.vpls import InterfacePoint, Point, SapPoint, SpokePoint, VplsInstance


class BridgeAttachment:
    """A routed interface's place on a VPLS."""

    def __init__(self, node: Node, bridge: VplsInstance, name: str) -> None:
        self.mac = node.network.topology.system_mac(node.name)
        self.bridge = bridge
        self._node = node
        self.point = InterfacePoint(name)
        bridge.attach_interface(name, self._macs)

    @property
    def up(self) -> bool:
        return self.point in self.bridge.points

    def send_frame(self, frame: bytes) -> None:
        self.bridge.receive(frame, self.point, self._node.clock.now)

    def _macs(self) -> list[bytes]:
        interface = self._node.interfaces[self.point.name]
        return [self.mac, *(virtual.mac for virtual in interface.virtual.values())]


class Provider(Component):
    """The MPLS and service side of one router."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.lsr = Lsr(self, lambda: node.state.tables.lfib)
        self.push = self.lsr.push_and_send
        self.lsp_ping = LspPing(node, self.push)
        self.bridges: dict[int, VplsInstance] = {}
        """By service ID."""
        self.mirrors = Mirrors(
            lambda port, frame: node.ports[port].send(frame), self._to_pseudowire
        )
        self.pseudowires: dict[tuple[int, int], Counters] = {}
        """What went over each spoke SDP, by (sdp_id, vc_id), since it was first used."""
        self._services: dict[str, int] = {}
        """The VPLS behind each SAP's port."""
        for port in node.ports.values():
            port.watchers.append(self._watcher(port))

    # ----------------------------------------------------------------- component

    def configure(self, told: DeviceFacts) -> None:
        """Make the bridges that are configured and hang the routed interfaces on them."""
        wanted = {vpls.service_id: vpls for vpls in told.vpls}
        for service_id in [each for each in self.bridges if each not in wanted]:
            self.bridges.pop(service_id).settle(False, frozenset())
        for service_id in wanted:
            if service_id not in self.bridges:
                self.bridges[service_id] = VplsInstance(service_id, self._deliver)
        names = {vpls.name: self.bridges[vpls.service_id] for vpls in told.vpls if vpls.name}
        for interface in self._node.interfaces.values():
            self._attach(interface.name, names)

    def settled(self, state: RouterState) -> None:
        """Bring bridges, mirrors and the ports they own to the new state."""
        owned: dict[str, int | None] = {}
        for vpls in state.vpls:
            bridge = self.bridges[vpls.vpls.service_id]
            bridge.settle(vpls.up, self._points(vpls, state))
            owned.update({sap.sap.port: vpls.vpls.service_id for sap in vpls.saps})
        self.mirrors.settle(state.mirrors)
        owned.update({m.sap.sap.port: None for m in state.mirrors if m.sap is not None})
        for name, port in self._node.ports.items():
            if name in owned:
                service_id = owned[name]
                port.handler = self._from_sap if service_id is not None else _ignore
            else:
                port.handler = self._node.receive_frame
        self._services = {name: each for name, each in owned.items() if each is not None}

    def reset(self) -> None:
        """A reload: what was learned and debugged is gone."""
        self.mirrors.clear()
        self.pseudowires.clear()
        for bridge in self.bridges.values():
            bridge.flush()

    # ----------------------------------------------------------------- bridges

    def _attach(self, name: str, bridges: dict[str, VplsInstance]) -> None:
        interface = self._node.interfaces[name]
        bridge = bridges.get(interface.facts.vpls or "")
        attached = interface.attachment
        if isinstance(attached, BridgeAttachment) and attached.bridge is not bridge:
            attached.bridge.detach_interface(name)
            interface.attachment = attached = None
        if bridge is not None and not isinstance(attached, BridgeAttachment):
            interface.attachment = BridgeAttachment(self._node, bridge, name)

    def _points(self, vpls: VplsState, state: RouterState) -> frozenset[Point]:
        points: set[Point] = {SapPoint(sap.sap.port) for sap in vpls.saps if sap.up}
        points |= {SpokePoint(each.sdp_id, each.vc_id) for each in vpls.spokes if each.up}
        points |= {
            InterfacePoint(each.name)
            for each in self._node.facts.interfaces
            if each.vpls == vpls.vpls.name and each.name in state.interfaces_up
        }
        return frozenset(points)

    def _from_sap(self, port: PhysicalPort, frame: bytes) -> None:
        bridge = self.bridges.get(self._services.get(port.name, 0))
        if bridge is not None:
            bridge.receive(frame, SapPoint(port.name), self._node.clock.now)

    def heard(self, port: str, mac: bytes) -> None:
        """Somebody on a SAP's port has been heard of: its bridge and those beyond know where."""
        bridge = self.bridges.get(self._services.get(port, 0))
        if bridge is not None:
            self._introduce(bridge, SapPoint(port), mac)

    def introduce(self, attachment: BridgeAttachment) -> None:
        """The same for a routed interface of this router."""
        self._introduce(attachment.bridge, attachment.point, attachment.mac)

    def _introduce(self, bridge: VplsInstance, point: Point, mac: bytes) -> None:
        if not bridge.learn(mac, point, self._node.clock.now):
            return
        for other in bridge.points:
            if isinstance(other, SpokePoint) and other != point:
                self._introduce_beyond(other, mac)

    def _introduce_beyond(self, spoke: SpokePoint, mac: bytes) -> None:
        """To the bridge at the other end of a pseudowire."""
        wire = self._node.tables.pseudowires.get((spoke.sdp_id, spoke.vc_id))
        if wire is None or wire.egress_label is None:
            return
        for node in self._node.network.nodes.values():
            action = node.tables.lfib.get(wire.egress_label)
            far = node.provider
            if isinstance(action, ToPseudowire) and isinstance(far, Provider):
                bridge = far.bridges.get(action.service_id)
                if bridge is not None:
                    far._introduce(bridge, SpokePoint(action.sdp_id, action.vc_id), mac)

    def _deliver(self, point: Point, frame: bytes) -> None:
        match point:
            case SapPoint(port):
                self._node.ports[port].send(frame)
            case SpokePoint(sdp_id, vc_id):
                pseudowire = self._node.tables.pseudowires.get((sdp_id, vc_id))
                if pseudowire is not None:
                    self._to_pseudowire(pseudowire, frame)
            case InterfacePoint(name):
                self._node.interfaces[name].receive_frame(frame)

    def _to_pseudowire(self, pseudowire: Pseudowire, frame: bytes) -> None:
        if pseudowire.up and pseudowire.port is not None:
            counters = self._counters(pseudowire.sdp_id, pseudowire.vc_id)
            counters.out_packets += 1
            counters.out_bytes += len(frame)
            self.lsr.push_and_send(pseudowire.labels, pseudowire.port, frame)

    def _counters(self, sdp_id: int, vc_id: int) -> Counters:
        return self.pseudowires.setdefault((sdp_id, vc_id), Counters())

    # ----------------------------------------------------------------- mirrors

    def _watcher(self, port: PhysicalPort) -> Watcher:
        def watch(frame: bytes, direction: Direction) -> None:
            self.mirrors.copy(port.name, direction, frame)

        return watch

    # ----------------------------------------------------------------- labels for the LSR

    def receive_mpls(self, port: PhysicalPort, frame: bytes) -> None:
        """Take a labelled frame."""
        self.lsr.receive(frame[ethernet.HEADER_LENGTH :])

    def send_mpls(self, port: str, payload: bytes) -> None:
        """Send a labelled packet to the neighbour on a core port."""
        live = self._node.ports[port]
        far = live.link.far(live.ref) if live.link is not None else None
        if far is None:
            return
        if ethernet.HEADER_LENGTH + len(payload) > live.mtu:
            live.counters.out_drops += 1
            return
        frame = ethernet.Ethernet(far.mac, live.mac, ethernet.ETHERTYPE_MPLS, payload)
        live.send(frame.encode())

    def from_vpn(self, vrf: str, packet: bytes) -> None:
        """Route what arrived under a VPN label."""
        try:
            decoded = IPv4.decode(packet)
        except DecodeError:
            return
        self._node.ip.receive_from_core(decoded, vrf)

    def from_pseudowire(self, action: ToPseudowire, frame: bytes) -> None:
        """Bridge what arrived under a pseudowire label, or hand it to its mirror."""
        if action.mirror:  # a remote source's copies come by no spoke SDP of ours
            self.mirrors.receive(action.service_id, frame)
            return
        counters = self._counters(action.sdp_id, action.vc_id)
        counters.in_packets += 1
        counters.in_bytes += len(frame)
        bridge = self.bridges.get(action.service_id)
        if bridge is not None:
            spoke = SpokePoint(action.sdp_id, action.vc_id)
            bridge.receive(frame, spoke, self._node.clock.now)

    def from_lsp(self, packet: bytes) -> None:
        """Answer an MPLS echo request that came to the end of its LSP."""
        self.lsp_ping.take(packet, mpls_echo.EGRESS)

    def expired(self, packet: bytes) -> None:
        """Answer one whose label TTL ended here, on its way."""
        self.lsp_ping.take(packet, mpls_echo.LABEL_SWITCHED)


def _ignore(port: PhysicalPort, frame: bytes) -> None:
    """A mirror's SAP takes nothing in."""
