"""A router's BGP towards its customers or its provider: sessions over real TCP, and their RIBs.

Joins the session machines to the router's TCP, clock and routing state.  Routes that arrive go
to `learned`, which the control plane reads; when it has evaluated, `refresh` brings sessions
and neighbours up to date.  Neighbours for VPN-IPv4 alone are the control plane's own affair.
Must not know: the decision process, other routers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network

from labkit.protocols.wire import bgp as wire
from labkit.sim.model.facts import Bgp, BgpNeighbor, DeviceFacts, Interface
from labkit.sim.net.bgp import terms
from labkit.sim.net.bgp.adj_rib import AdjRibOut, adj_rib_out, admitted, offered, updates
from labkit.sim.net.bgp.session import Session, State
from labkit.sim.net.bgp.terms import Local
from labkit.sim.net.clock import SECOND, Clock, Timer
from labkit.sim.net.control.evaluate import RouterState
from labkit.sim.net.control.path import BgpPath
from labkit.sim.net.control.rib import Rib
from labkit.sim.net.tcp import Connection, TcpStack

CONTROL = 0xC0
"""Type of service: class selector 6."""
ADJACENT = 1
"""TTL towards an external neighbour, which is one hop away."""
OPEN_DELAY = SECOND
"""How long the side that opens the connection waits, so that the other one listens."""


@dataclass(frozen=True, slots=True)
class BgpNeighborChange:
    """A session came up or went down: what IOS logs as %BGP-5-ADJCHANGE."""

    vrf: str
    neighbor: IPv4Address
    up: bool
    reason: str


@dataclass(frozen=True, slots=True)
class BgpNotification:
    """A NOTIFICATION was sent or received: what IOS logs as %BGP-3-NOTIFICATION."""

    vrf: str
    neighbor: IPv4Address
    sent: bool
    code: int
    subcode: int
    data: bytes


Event = BgpNeighborChange | BgpNotification


@dataclass
class Neighbor:
    """One configured neighbour: what the show commands print of it."""

    bgp: Bgp
    facts: BgpNeighbor
    source: IPv4Address
    """Our address on the session; 0.0.0.0 while there is none."""
    session: Session
    adj_in: dict[IPv4Network, BgpPath] = field(default_factory=dict)
    """Accepted routes, after the import policies."""
    rejected: dict[IPv4Network, BgpPath] = field(default_factory=dict)
    """What was refused, by a policy or for our AS in its path, as it came."""
    adj_out: AdjRibOut = field(default_factory=dict)
    connection: Connection | None = None
    timer: Timer | None = None

    @property
    def key(self) -> tuple[str, IPv4Address]:
        return self.bgp.vrf, self.facts.address

    @property
    def established(self) -> bool:
        return self.session.state is State.ESTABLISHED


class Speaker:
    """The BGP process of one router.

    `changed` is called when `learned` has become another; `emit` takes log-worthy events.
    """

    def __init__(
        self,
        clock: Clock,
        tcp: TcpStack,
        changed: Callable[[], None],
        emit: Callable[[Event], None],
        offers_table: bool,
    ) -> None:
        self.neighbors: dict[tuple[str, IPv4Address], Neighbor] = {}
        """By VRF and address."""
        self._clock = clock
        self._tcp = tcp
        self._changed = changed
        self._emit = emit
        self._offers_table = offers_table
        """SR OS: active routes of any protocol go through the export policies."""
        self._facts = DeviceFacts("")
        self._state = RouterState()

    def learned(self) -> tuple[BgpPath, ...]:
        """Every route that some neighbour has advertised and that was let in."""
        return tuple(path for each in self.neighbors.values() for path in each.adj_in.values())

    def refresh(self, facts: DeviceFacts, state: RouterState) -> None:
        """Take the facts in force and the result of an evaluation."""
        self._facts, self._state = facts, state
        wanted = self._wanted(facts)
        for key in [key for key in self.neighbors if key not in wanted]:
            self._remove(self.neighbors[key])
        for key, (bgp, told) in wanted.items():
            self._settle(key, bgp, told)
        for neighbor in list(self.neighbors.values()):
            self._advertise(neighbor)

    def clear(self, vrf: str | None = None, address: IPv4Address | None = None) -> None:
        """`clear ip bgp`: reset the sessions that match (None: all)."""
        for neighbor in list(self.neighbors.values()):
            if vrf in (None, neighbor.bgp.vrf) and address in (None, neighbor.facts.address):
                self._stop(neighbor, "User reset")
                neighbor.session.start(self._clock.now, self._delay(neighbor))
                self._pump(neighbor)

    def soften(self, address: IPv4Address | None, inbound: bool, outbound: bool) -> None:
        """`clear ip bgp … soft`: policies are applied anew, and sessions stay.

        Inbound the neighbours are asked to send their routes again (RFC 2918); outbound they
        get ours again.
        """
        for neighbor in list(self.neighbors.values()):
            if address not in (None, neighbor.facts.address) or not neighbor.established:
                continue
            if inbound:
                neighbor.session.ask_again()
                self._pump(neighbor)
            if outbound:
                self._send_again(neighbor)

    def reset(self) -> None:
        """The router restarts: everything is forgotten, and nobody is told."""
        for neighbor in list(self.neighbors.values()):
            if neighbor.timer is not None:
                neighbor.timer.cancel()
            if neighbor.connection is not None:
                neighbor.connection.abort()
        self.neighbors.clear()

    # ----------------------------------------------------------------- configuration

    @staticmethod
    def _wanted(facts: DeviceFacts) -> dict[tuple[str, IPv4Address], tuple[Bgp, BgpNeighbor]]:
        disabled = {vrf.name for vrf in facts.vrfs if not vrf.enabled}
        return {
            (bgp.vrf, told.address): (bgp, told)
            for bgp in facts.bgp
            if bgp.enabled and bgp.vrf not in disabled
            for told in bgp.neighbors
            if "ipv4" in told.families and told.remote_as is not None
        }

    def _settle(self, key: tuple[str, IPv4Address], bgp: Bgp, told: BgpNeighbor) -> None:
        """Bring one neighbour's session to where facts and interfaces want it."""
        interface = self._interface_towards(bgp.vrf, told)
        source = interface.address.ip if interface and interface.address else IPv4Address(0)
        local = Local(
            bgp.asn,
            bgp.router_id or self._router_id(source),
            told.remote_as,
            source > told.address,
            told.hold_time,
            told.keepalive,
        )
        neighbor = self.neighbors.get(key)
        if neighbor is None:
            neighbor = self.neighbors[key] = Neighbor(bgp, told, source, Session(local))
            neighbor.session.since = self._clock.now
        neighbor.bgp, neighbor.facts = bgp, told
        session = neighbor.session
        if not told.enabled:
            self._stop(neighbor, "Admin. shutdown")
        elif interface is None:
            # Fast fallover: nobody waits for the hold time of a neighbour whose link is down.
            self._stop(neighbor, "Interface flap", notify=False)
        else:
            if session.local != local:
                if session.local.remote_as is not None and neighbor.source == source:
                    self._stop(neighbor, "Neighbor reconfigured")
                else:
                    self._stop(neighbor, "Interface flap", notify=False)
                session.local, neighbor.source = local, source
            session.start(self._clock.now, self._delay(neighbor))
            self._pump(neighbor)

    def _interface_towards(self, vrf: str, told: BgpNeighbor) -> Interface | None:
        """The interface that is up and on the neighbour's subnet, or the update source."""
        for interface in self._facts.interfaces:
            if interface.name not in self._state.interfaces_up or interface.address is None:
                continue
            if told.update_source is not None:
                if interface.name == told.update_source:
                    return interface
            elif interface.vrf == vrf and told.address in interface.address.network:
                return interface
        return None

    def _router_id(self, source: IPv4Address) -> IPv4Address:
        """The highest loopback address, or else our address on the session."""
        loopbacks = [i.address.ip for i in self._facts.interfaces if i.loopback and i.address]
        return max(loopbacks, default=source)

    @staticmethod
    def _delay(neighbor: Neighbor) -> int:
        return OPEN_DELAY if neighbor.session.local.active else 0

    def _stop(self, neighbor: Neighbor, reason: str, notify: bool = True) -> None:
        neighbor.session.stop(self._clock.now, reason, notify)
        self._pump(neighbor)

    def _remove(self, neighbor: Neighbor) -> None:
        self._stop(neighbor, "Neighbor deleted")
        self.neighbors.pop(neighbor.key, None)

    # ----------------------------------------------------------------- the connection

    def accept(self, connection: Connection) -> None:
        """A neighbour opened a connection: take it if we are waiting for just that."""
        neighbor = self.neighbors.get((connection.vrf, connection.remote))
        waits = neighbor is not None and neighbor.session.state is State.ACTIVE
        if neighbor is None or not waits or neighbor.connection is not None:
            connection.abort()
            return
        self._adopt(neighbor, connection)

    def _connect(self, neighbor: Neighbor) -> None:
        connection = self._tcp.connect(
            neighbor.facts.address,
            wire.PORT,
            source=neighbor.source,
            vrf=neighbor.bgp.vrf,
            ttl=ADJACENT,
            tos=CONTROL,
        )
        if connection is not None:
            self._adopt(neighbor, connection)
        else:
            neighbor.session.failed(self._clock.now)

    def _adopt(self, neighbor: Neighbor, connection: Connection) -> None:
        neighbor.connection = connection

        def connected() -> None:
            if neighbor.connection is connection:
                neighbor.session.confirmed(self._clock.now)
                self._pump(neighbor)

        def data(received: bytes) -> None:
            if neighbor.connection is connection:
                neighbor.session.receive(received, self._clock.now)
                self._pump(neighbor)

        def closed(reason: str) -> None:
            if neighbor.connection is connection:
                neighbor.connection = None
                neighbor.session.failed(self._clock.now)
                self._pump(neighbor)

        connection.on_connect = connected
        connection.on_data, connection.on_close = data, closed

    def _on_timer(self, neighbor: Neighbor) -> None:
        neighbor.session.on_timer(self._clock.now)
        self._pump(neighbor)

    def _pump(self, neighbor: Neighbor) -> None:
        """Carry out what the session wants, and hear what it has to tell."""
        for action in neighbor.session.outbox():
            match action:
                case terms.Connect():
                    self._connect(neighbor)
                case terms.Send(data):
                    if neighbor.connection is not None:
                        neighbor.connection.send(data)
                case terms.Close():
                    connection, neighbor.connection = neighbor.connection, None
                    if connection is not None:
                        connection.close()
        changed = False
        for event in neighbor.session.events():
            changed |= self._hear(neighbor, event)
        self._arm(neighbor)
        if changed:
            self._changed()

    def _arm(self, neighbor: Neighbor) -> None:
        due = neighbor.session.next_timer()
        if neighbor.timer is not None:
            if neighbor.timer.pending and neighbor.timer.time == due:
                return
            neighbor.timer.cancel()
            neighbor.timer = None
        if due is not None:
            due = max(due, self._clock.now)
            neighbor.timer = self._clock.at(due, lambda: self._on_timer(neighbor))

    # ----------------------------------------------------------------- routes

    def _hear(self, neighbor: Neighbor, event: terms.SessionEvent) -> bool:
        """Act on a session event; true if routes came or went."""
        vrf, address = neighbor.key
        match event:
            case terms.Established():
                self._emit(BgpNeighborChange(vrf, address, True, ""))
                self._advertise(neighbor)
            case terms.Down(reason):
                self._emit(BgpNeighborChange(vrf, address, False, reason))
                gone = bool(neighbor.adj_in)
                neighbor.adj_in, neighbor.adj_out, neighbor.rejected = {}, {}, {}
                return gone
            case terms.RefreshAsked():
                self._send_again(neighbor)
            case terms.Notified(sent, code, subcode, data):
                self._emit(BgpNotification(vrf, address, sent, code, subcode, data))
            case terms.Learned(update):
                return self._learn(neighbor, update)
        return False

    def _learn(self, neighbor: Neighbor, update: wire.Update) -> bool:
        changed = False
        for prefix in update.withdrawn:
            neighbor.rejected.pop(prefix, None)
            changed |= neighbor.adj_in.pop(prefix, None) is not None
        for prefix in update.nlri:
            changed |= self._take(neighbor, prefix, update)
        return changed

    def _take(self, neighbor: Neighbor, prefix: IPv4Network, update: wire.Update) -> bool:
        """Keep what one prefix of an UPDATE says; whether the Adj-RIB-In is another."""
        told, remote = neighbor.facts, neighbor.session.remote
        router_id = remote.router_id if remote is not None else told.address
        path = offered(neighbor.bgp, told, router_id, prefix, update, self._clock.now)
        kept = admitted(self._facts, neighbor.bgp, told, path) if path is not None else None
        before = neighbor.adj_in.get(prefix)
        if kept is None:
            if path is not None:
                neighbor.rejected[prefix] = path
            return neighbor.adj_in.pop(prefix, None) is not None
        neighbor.rejected.pop(prefix, None)
        if before is not None and replace(kept, received=before.received) == before:
            return False
        neighbor.adj_in[prefix] = kept
        return True

    def _send_again(self, neighbor: Neighbor) -> None:
        """Send everything, whatever the neighbour knows."""
        neighbor.adj_out = {}
        self._advertise(neighbor)

    def _advertise(self, neighbor: Neighbor) -> None:
        """Send what the neighbour does not know yet."""
        if not neighbor.established:
            return
        rib = self._state.ribs.get(neighbor.bgp.vrf, Rib())
        after = adj_rib_out(
            self._facts, neighbor.facts, neighbor.bgp.asn, neighbor.source, rib, self._offers_table
        )
        for update in updates(neighbor.adj_out, after):
            neighbor.session.send_update(update)
        neighbor.adj_out = after
        self._pump(neighbor)
