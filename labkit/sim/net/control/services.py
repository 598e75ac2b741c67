"""SDPs, T-LDP sessions, pseudowires, VPLS and mirror services as a function (RFC 4447, 4762).

An SDP is up over an LSP that is up while a T-LDP session to its far end exists; a pseudowire
is up if both ends want it and both SDPs are up.  A VPLS is up with any SAP or spoke of it, and
carries its routed interface.  A mirror's far end must name the source (`remote-source`).
A service's MTU must be the same at both ends (RFC 4447 section 5.5) and fit its ports and SDPs.
Must not know: frames, and which MAC is where.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.sim.model.facts import Interface, MirrorDest, Sap, Sdp, SpokeSdp, Vpls
from labkit.sim.model.topology import PortRef
from labkit.sim.net.control.igp import Spf
from labkit.sim.net.control.lsp import LspState, Signalled
from labkit.sim.net.control.view import LabelSpaces, View
from labkit.sim.net.tables import LabelAction, Pseudowire, ToPseudowire

OVERHEAD = 22
"""Bytes that Ethernet and two labels take from the core's MTU: what an SDP cannot carry."""


@dataclass(frozen=True, slots=True)
class SdpState:
    sdp: Sdp
    up: bool
    flags: tuple[str, ...] = ()
    """"SdpAdminDown", "SignalingSessDown", "TransportTunnDown" in the router's words."""
    lsp: LspState | None = None
    path_mtu: int = 0
    """The largest frame that it takes, 0 while it is down."""


@dataclass(frozen=True, slots=True)
class SapState:
    sap: Sap
    up: bool
    flags: tuple[str, ...] = ()
    """"SapAdminDown", "ServiceAdminDown", "PortOperDown", "PortMTUTooSmall"."""


@dataclass(frozen=True, slots=True)
class VplsState:
    vpls: Vpls
    up: bool
    saps: tuple[SapState, ...] = ()
    spokes: tuple[Pseudowire, ...] = ()


@dataclass(frozen=True, slots=True)
class MirrorState:
    """A mirror destination service."""

    mirror: MirrorDest
    up: bool
    sap: SapState | None = None
    spoke: Pseudowire | None = None
    remote_labels: tuple[tuple[IPv4Address, int | None], ...] = ()
    """By remote source: the ingress label signalled to it, None without a session to it."""


@dataclass
class Services:
    """Everything of this module, by router."""

    ldp: dict[str, frozenset[IPv4Address]] = field(default_factory=dict)
    """Peers with a T-LDP session."""
    sdps: dict[str, tuple[SdpState, ...]] = field(default_factory=dict)
    pseudowires: dict[str, dict[tuple[int, int], Pseudowire]] = field(default_factory=dict)
    vpls: dict[str, tuple[VplsState, ...]] = field(default_factory=dict)
    mirrors: dict[str, tuple[MirrorState, ...]] = field(default_factory=dict)
    lfib: dict[str, dict[int, LabelAction]] = field(default_factory=dict)

    def sdp(self, node: str, sdp_id: int) -> SdpState | None:
        return next((s for s in self.sdps.get(node, ()) if s.sdp.sdp_id == sdp_id), None)

    def routed_interface_up(self, node: str, interface: Interface) -> bool:
        """Whether a routed VPLS carries this interface."""
        return interface.enabled and any(
            state.up and state.vpls.allow_ip_int_bind and state.vpls.name == interface.vpls
            for state in self.vpls.get(node, ())
        )


def evaluate(view: View, spf: Spf, lsps: Signalled, labels: LabelSpaces) -> Services:
    """All service state that follows from facts, reachability and LSPs."""
    result = Services()
    for node in view.facts:
        result.ldp[node] = frozenset(_ldp_peers(view, spf, node))
    for node, facts in view.facts.items():
        result.sdps[node] = tuple(_sdp_state(view, result, lsps, node, s) for s in facts.sdps)
    for node in view.facts:
        _RouterServices(view, labels, result, node).evaluate()
    return result


# --------------------------------------------------------------------------- sessions and SDPs


def _signalled_far_ends(view: View, node: str) -> set[IPv4Address]:
    return {
        sdp.far_end
        for sdp in view.facts[node].sdps
        if sdp.enabled and sdp.signaling == "tldp" and sdp.far_end is not None
    }


def _ldp_peers(view: View, spf: Spf, node: str) -> Iterator[IPv4Address]:
    """Far ends whose hellos come back: an SDP both ways, and an IGP route both ways."""
    own = view.system_address(node)
    for far_end in _signalled_far_ends(view, node):
        other = view.owner_of(far_end)
        if other is None or own is None or own not in _signalled_far_ends(view, other):
            continue
        if (node, other) in spf.distance and (other, node) in spf.distance:
            yield far_end


def _sdp_state(view: View, services: Services, lsps: Signalled, node: str, sdp: Sdp) -> SdpState:
    flags = []
    if not sdp.enabled:
        flags.append("SdpAdminDown")
    if sdp.signaling == "tldp" and sdp.far_end not in services.ldp[node]:
        flags.append("SignalingSessDown")
    lsp = _tunnel(lsps, node, sdp)
    if lsp is None:
        flags.append("TransportTunnDown")
    room = 0
    if not flags and lsp is not None and lsp.path is not None:
        room = _port_mtu(view, node, lsp.path.port) - OVERHEAD
        room = min(room, sdp.path_mtu or room)
    return SdpState(sdp, not flags, tuple(flags), lsp, room)


def _port_mtu(view: View, node: str, name: str) -> int:
    return next((port.mtu for port in view.facts[node].ports if port.name == name), 0)


def _tunnel(lsps: Signalled, node: str, sdp: Sdp) -> LspState | None:
    """The first of the SDP's LSPs that is up and ends at its far end."""
    for name in sdp.lsps:
        state = lsps.named(node, name)
        if state is not None and state.up and state.to == sdp.far_end:
            return state
    return None


# --------------------------------------------------------------------------- services of a router


@dataclass
class _RouterServices:
    """The services of one router while they are evaluated."""

    view: View
    labels: LabelSpaces
    result: Services
    node: str

    def evaluate(self) -> None:
        facts = self.view.facts[self.node]
        self.result.pseudowires[self.node] = {}
        self.result.lfib[self.node] = {}
        self.result.vpls[self.node] = tuple(self._vpls(vpls) for vpls in facts.vpls)
        self.result.mirrors[self.node] = tuple(self._mirror(mirror) for mirror in facts.mirrors)

    def _vpls(self, vpls: Vpls) -> VplsState:
        saps = tuple(self._sap(sap, vpls.enabled, vpls.mtu) for sap in vpls.saps)
        spokes = tuple(self._spoke(vpls, spoke) for spoke in vpls.spokes)
        up = vpls.enabled and (any(sap.up for sap in saps) or any(spoke.up for spoke in spokes))
        return VplsState(vpls, up, saps, spokes)

    def _sap(self, sap: Sap, service_enabled: bool, mtu: int = 0) -> SapState:
        flags = []
        if not service_enabled:
            flags.append("ServiceAdminDown")
        if not sap.enabled:
            flags.append("SapAdminDown")
        if PortRef(self.node, sap.port) not in self.view.ports_up:
            flags.append("PortOperDown")
        if _port_mtu(self.view, self.node, sap.port) < mtu:
            flags.append("PortMTUTooSmall")
        return SapState(sap, not flags, tuple(flags))

    def _spoke(self, vpls: Vpls, spoke: SpokeSdp) -> Pseudowire:
        service = vpls.service_id
        sdp = self.result.sdp(self.node, spoke.sdp_id)
        far_end = sdp.sdp.far_end if sdp is not None else None
        ingress = self._ingress(far_end, ("vpls", spoke.vc_id))
        if ingress is not None:
            action = ToPseudowire(service, spoke.sdp_id, spoke.vc_id)
            self.result.lfib[self.node][ingress] = action
        peer = self._vpls_peer(far_end, spoke.vc_id)
        egress, faults = None, []
        if sdp is not None and sdp.up and sdp.path_mtu < vpls.mtu:
            faults.append("PathMTUTooSmall")
        if peer is not None and far_end in self.result.ldp[self.node]:
            other, peer_vpls, peer_spoke = peer
            egress = self.labels.label(other, ("vpls", spoke.vc_id, self.node))
            healthy = peer_vpls.enabled and peer_spoke.enabled
            peer_sdp = self.result.sdp(other, peer_spoke.sdp_id)
            if peer_vpls.mtu != vpls.mtu:
                faults.append("ServiceMTUMismatch")
            elif not (healthy and _carries(peer_sdp, vpls.mtu)):
                faults.append("PWPeerFaultStatusBits")
        reason = _reason(vpls.enabled, spoke, sdp, egress, faults)
        return self._keep(service, spoke, sdp, reason, ingress, egress)

    def _mirror(self, mirror: MirrorDest) -> MirrorState:
        sap = self._sap(mirror.sap, mirror.enabled) if mirror.sap is not None else None
        spoke = self._mirror_spoke(mirror) if mirror.spoke is not None else None
        remote = []
        for far_end in mirror.remote_far_ends:
            label = None
            if far_end in self.result.ldp[self.node]:
                label = self._ingress(far_end, ("mirror", mirror.service_id))
            if label is not None and mirror.enabled:
                action = ToPseudowire(mirror.service_id, 0, mirror.service_id, mirror=True)
                self.result.lfib[self.node][label] = action
            remote.append((far_end, label))
        up = mirror.enabled and any(each is not None and each.up for each in (sap, spoke))
        return MirrorState(mirror, up, sap, spoke, tuple(remote))

    def _mirror_spoke(self, mirror: MirrorDest) -> Pseudowire:
        spoke = mirror.spoke
        assert spoke is not None
        sdp = self.result.sdp(self.node, spoke.sdp_id)
        far_end = sdp.sdp.far_end if sdp is not None else None
        egress = None
        if far_end is not None and far_end in self.result.ldp[self.node]:
            egress = self._remote_source_label(far_end, spoke.vc_id)
        reason = _reason(mirror.enabled, spoke, sdp, egress, ())
        return self._keep(mirror.service_id, spoke, sdp, reason, None, egress)

    def _keep(
        self,
        service: int,
        spoke: SpokeSdp,
        sdp: SdpState | None,
        reason: str,
        ingress: int | None,
        egress: int | None,
    ) -> Pseudowire:
        path = sdp.lsp.path if sdp is not None and sdp.lsp is not None else None
        up = not reason and path is not None and egress is not None
        state = Pseudowire(
            service,
            spoke.sdp_id,
            spoke.vc_id,
            up,
            (path.label, egress) if up and path is not None and egress is not None else (),
            path.port if up and path is not None else None,
            ingress,
            egress,
            reason,
        )
        self.result.pseudowires[self.node][spoke.sdp_id, spoke.vc_id] = state
        return state

    # ----------------------------------------------------------------- label mappings

    def _ingress(self, far_end: IPv4Address | None, purpose: tuple[str, int]) -> int | None:
        """The label this router tells a peer to use for a virtual circuit."""
        other = self.view.owner_of(far_end) if far_end is not None else None
        if other is None:
            return None
        return self.labels.label(self.node, (*purpose, other))

    def _vpls_peer(
        self, far_end: IPv4Address | None, vc_id: int
    ) -> tuple[str, Vpls, SpokeSdp] | None:
        """The spoke at the far end that has the same VC ID and comes back to us."""
        other = self.view.owner_of(far_end) if far_end is not None else None
        own = self.view.system_address(self.node)
        if other is None or own is None:
            return None
        back = {s.sdp_id for s in self.view.facts[other].sdps if s.far_end == own}
        for vpls in self.view.facts[other].vpls:
            for spoke in vpls.spokes:
                if spoke.vc_id == vc_id and spoke.sdp_id in back:
                    return other, vpls, spoke
        return None

    def _remote_source_label(self, far_end: IPv4Address, vc_id: int) -> int | None:
        """The label of a mirror service at the far end that names us as its remote source."""
        other = self.view.owner_of(far_end)
        own = self.view.system_address(self.node)
        if other is None or own is None:
            return None
        for mirror in self.view.facts[other].mirrors:
            wanted = mirror.enabled and own in mirror.remote_far_ends
            if wanted and mirror.service_id == vc_id:
                return self.labels.label(other, ("mirror", vc_id, self.node))
        return None


def _carries(sdp: SdpState | None, mtu: int) -> bool:
    """Whether an SDP is up and takes frames of this size."""
    return sdp is not None and sdp.up and sdp.path_mtu >= mtu


def _reason(
    service_enabled: bool,
    spoke: SpokeSdp,
    sdp: SdpState | None,
    egress: int | None,
    faults: Sequence[str],
) -> str:
    """The flags of `show service id … sdp … detail` for a spoke that is down; "" if it is up."""
    flags = []
    if not service_enabled:
        flags.append("ServiceAdminDown")
    if not spoke.enabled:
        flags.append("SvcSdpBindAdminDown")
    if sdp is None or not sdp.up:
        flags.append("SdpOperDown")
    if egress is None:
        flags.append("NoEgrVCLabel")
    return " ".join([*flags, *faults])
