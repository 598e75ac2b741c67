"""BGP as a component of a router: its speaker on the router's TCP, and its VPN-IPv4 peers.

The VPN-IPv4 sessions of the provider put no packets on the wire; what the summaries print of
them (state, uptime, messages, prefixes) follows from the control plane's result and the time.
Must not know: how sessions work, how routes are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from labkit.protocols.wire.bgp import PORT
from labkit.sim.model.facts import BASE, BgpNeighbor, DeviceFacts
from labkit.sim.net.bgp.speaker import ADJACENT, CONTROL, BgpNeighborChange, Neighbor, Speaker
from labkit.sim.net.clock import SECOND
from labkit.sim.net.control.evaluate import RouterState
from labkit.sim.net.control.path import BgpPath
from labkit.sim.net.node import Component, Node


@dataclass
class VpnPeer:
    """One VPN-IPv4 neighbour: what the show commands print of it."""

    facts: BgpNeighbor
    up: bool = False
    since: int = 0
    """Microseconds of the last change."""
    established_count: int = 0
    prefixes_received: int = 0
    prefixes_active: int = 0
    prefixes_sent: int = 0
    updates: int = 0
    """Each way, since the session came up."""

    @property
    def state(self) -> str:
        """In the words of RFC 4271; "Disabled" if it was shut down."""
        if not self.facts.enabled:
            return "Disabled"
        return "Established" if self.up else "Connect"

    def messages(self, now: int) -> int:
        """Messages each way: an OPEN, the UPDATEs, and a KEEPALIVE every so often."""
        if not self.up:
            return 0
        keepalives = (now - self.since) // (self.facts.keepalive * SECOND) + 1
        return 1 + keepalives + self.updates


class BgpProcess(Component):
    """Everything of BGP on one router.  `neighbors` are on the wire, `vpn_peers` are not."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._listening: set[str] = set()
        """The VRFs that customers' connections are taken in."""
        self.speaker = Speaker(
            node.clock,
            node.tcp,
            node.network.changed,
            node.emit,
            offers_table=node.platform == "nokia_sros",
        )
        self.vpn_peers: dict[IPv4Address, VpnPeer] = {}
        self.table_version = 1
        """Counts changes of best paths, as IOS does."""
        self._best: dict[tuple[str, IPv4Network], BgpPath] = {}

    @property
    def neighbors(self) -> dict[tuple[str, IPv4Address], Neighbor]:
        """By VRF and address, in configured order."""
        return self.speaker.neighbors

    def configure(self, told: DeviceFacts) -> None:
        """Listen where BGP is configured; sessions follow when the control plane has settled."""
        vrfs = {bgp.vrf for bgp in told.bgp if bgp.enabled}
        for vrf in self._listening - vrfs:
            self._node.tcp.unlisten(PORT, vrf)
        for vrf in sorted(vrfs - self._listening):
            self._node.tcp.listen(PORT, self.speaker.accept, vrf, ttl=ADJACENT, tos=CONTROL)
        self._listening = vrfs

    def settled(self, state: RouterState) -> None:
        """Sessions, neighbours' routes and VPN peers follow the new result."""
        self._follow(state)
        self._count_changes(state)
        self.speaker.refresh(self._node.facts, state)

    def reset(self) -> None:
        """A reload: sessions are gone, and start again."""
        self.speaker.reset()
        self.vpn_peers.clear()
        self.settled(self._node.state)

    def clear(self, vrf: str | None = None, address: IPv4Address | None = None) -> None:
        """`clear ip bgp *`, `clear router bgp neighbor`."""
        self.speaker.clear(vrf, address)
        if vrf in (None, BASE):
            for known, peer in self.vpn_peers.items():
                if peer.up and address in (None, known):
                    self._restart(known, peer)

    def _restart(self, address: IPv4Address, peer: VpnPeer) -> None:
        """A session of the control plane is back within the same instant."""
        self._node.emit(BgpNeighborChange(BASE, address, False, "User reset"))
        peer.since, peer.updates = self._node.clock.now, 0
        peer.established_count += 1
        self._node.emit(BgpNeighborChange(BASE, address, True, ""))

    def soften(self, address: IPv4Address | None, inbound: bool, outbound: bool) -> None:
        """`clear ip bgp … soft [in|out]`."""
        self.speaker.soften(address, inbound, outbound)

    def _count_changes(self, state: RouterState) -> None:
        best = {(vrf, p): path for vrf, rib in state.ribs.items() for p, path in rib.best.items()}
        changed = [k for k in best.keys() | self._best.keys() if best.get(k) != self._best.get(k)]
        self.table_version += len(changed)
        self._best = best

    def _follow(self, state: RouterState) -> None:
        """Bring the VPN-IPv4 peers to what the control plane has found."""
        now = self._node.clock.now
        sessions = {session.neighbor.address: session for session in state.vpn_sessions}
        self.vpn_peers = {a: p for a, p in self.vpn_peers.items() if a in sessions}
        active = [
            e.path.peer for vrf in state.ribs for e in state.entries(vrf, True) if e.installed
        ]
        received = [path.peer for path in state.vpn_received]
        for address, session in sessions.items():
            peer = self.vpn_peers.setdefault(address, VpnPeer(session.neighbor, since=now))
            peer.facts = session.neighbor
            if session.up != peer.up:
                peer.up, peer.since, peer.updates = session.up, now, 0
                peer.established_count += session.up
                self._node.emit(BgpNeighborChange("", address, session.up, ""))
            counts = received.count(address), active.count(address), len(state.vpn_advertised)
            before = peer.prefixes_received, peer.prefixes_active, peer.prefixes_sent
            if session.up and counts != before:
                peer.updates += 1
            if not session.up:
                counts = (0, 0, 0)
            peer.prefixes_received, peer.prefixes_active, peer.prefixes_sent = counts
