"""TCP of a node: ports that listen, connections by their four ends, and the way to IP.

Enough of RFC 9293 for Telnet, HTTP and BGP over a network that loses packets; the connections
themselves are in `tcp_connection`.  Must not know: what the bytes mean.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.protocols.wire import DecodeError, ipv4
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.tcp import ACK, FIN, RST, SYN, Tcp
from labkit.sim.model.facts import BASE
from labkit.sim.net.clock import Timer
from labkit.sim.net.icmp import Answer
from labkit.sim.net.interface import Interface
from labkit.sim.net.tcp_connection import HEADERS, MODULO, Connection, Key, State

if TYPE_CHECKING:
    from labkit.sim.net.node import Node

__all__ = ["Connection", "State", "TcpStack"]

FIRST_EPHEMERAL = 49152


class TcpStack:
    """All TCP connections and listeners of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.connections: dict[Key, Connection] = {}
        self._listeners: dict[tuple[str, int], tuple[Callable[[Connection], None], int]] = {}
        self._ports = FIRST_EPHEMERAL
        self.randbytes = node.randbytes("tcp")
        self.window: int = node.profile.tcp_window
        self.first_retry = node.profile.tcp_first_retry
        node.protocols[ipv4.TCP] = self.receive
        node.icmp.listen(self._on_answer)

    # ----------------------------------------------------------------- the user's calls

    def listen(
        self,
        port: int,
        on_accept: Callable[[Connection], None],
        vrf: str = BASE,
        ttl: int | None = None,
        tos: int = 0,
    ) -> None:
        """Take connections to a port; `on_accept(conn)` comes before `conn.on_connect`."""

        def accept(connection: Connection) -> None:
            connection.ttl = ttl
            on_accept(connection)

        self._listeners[vrf, port] = accept, tos

    def unlisten(self, port: int, vrf: str = BASE) -> None:
        """Take no more connections to a port; those that exist stay."""
        self._listeners.pop((vrf, port), None)

    def connect(
        self,
        destination: IPv4Address,
        port: int,
        *,
        source: IPv4Address | None = None,
        vrf: str = BASE,
        ttl: int | None = None,
        tos: int = 0,
    ) -> Connection | None:
        """Open a connection; None if there is no route."""
        source = source or self._node.ip.source_for(vrf, destination)
        if source is None or (
            self._node.lookup(vrf, destination) is None
            and self._node.local(vrf, destination) is None
        ):
            return None
        key = (vrf, source, self._ephemeral(), destination, port)
        connection = Connection(self, key, ttl, tos, State.SYN_SENT)
        self.connections[key] = connection
        connection.open()
        return connection

    def reset(self) -> None:
        """The node reloads: connections are gone without a word."""
        for connection in tuple(self.connections.values()):
            connection.end("reset")

    # ----------------------------------------------------------------- for connections

    def after(self, delay: int, action: Callable[[], None]) -> Timer:
        return self._node.clock.after(delay, action)

    def mss(self, vrf: str, destination: IPv4Address) -> int:
        """The largest segment that the interface towards a peer takes."""
        hop = self._node.ip.next_hop(vrf, IPv4Address(0), destination)
        interface = self._node.interfaces.get(hop.interface or "") if hop else None
        return (interface.facts.ip_mtu if interface else 1500) - HEADERS

    def transmit(self, connection: Connection, segment: Tcp) -> None:
        """Send a segment of a connection."""
        packet = self._node.ip.packet(
            connection.local,
            connection.remote,
            ipv4.TCP,
            segment.encode(connection.local, connection.remote),
            ttl=connection.ttl,
            tos=connection.tos,
            dont_fragment=self._node.profile.tcp_dont_fragment,
        )
        self._node.ip.originate(packet, connection.vrf)

    def forget(self, connection: Connection) -> None:
        self.connections.pop(connection.key, None)

    # ----------------------------------------------------------------- receiving

    def receive(self, packet: IPv4, interface: Interface | None, vrf: str) -> None:
        """A segment for this node."""
        try:
            segment = Tcp.decode(packet.payload, packet.src, packet.dst)
        except DecodeError:
            return
        key = (vrf, packet.dst, segment.destination_port, packet.src, segment.source_port)
        connection = self.connections.get(key)
        fresh = segment.flags & (SYN | ACK | RST) == SYN
        if connection is not None and fresh and connection.state is State.TIME_WAIT:
            connection.end(None)
            connection = None
        if connection is not None:
            connection.receive(segment)
        elif fresh and (vrf, segment.destination_port) in self._listeners:
            self._accept(key, segment)
        elif not segment.flags & RST:
            self._refuse(packet, segment, vrf)

    def _accept(self, key: Key, segment: Tcp) -> None:
        on_accept, tos = self._listeners[key[0], key[2]]
        connection = Connection(self, key, None, tos, State.SYN_RECEIVED)
        connection.learn_peer(segment)
        self.connections[key] = connection
        on_accept(connection)
        if connection.state is State.SYN_RECEIVED:
            connection.open()

    def _refuse(self, packet: IPv4, segment: Tcp, vrf: str) -> None:
        """RFC 9293 §3.10.7.1: a closed port answers with RST."""
        length = len(segment.payload) + bool(segment.flags & SYN) + bool(segment.flags & FIN)
        if segment.flags & ACK:
            sequence, ack, flags = segment.acknowledgment, 0, RST
        else:
            sequence, ack, flags = 0, (segment.sequence + length) % MODULO, RST | ACK
        reset = Tcp(segment.destination_port, segment.source_port, sequence, ack, flags, 0)
        data = reset.encode(packet.dst, packet.src)
        answer = self._node.ip.packet(packet.dst, packet.src, ipv4.TCP, data)
        self._node.ip.originate(answer, vrf)

    def _on_answer(self, answer: Answer) -> None:
        original, ports = answer.original, answer.ports
        if original is None or original.protocol != ipv4.TCP or ports is None:
            return
        for connection in tuple(self.connections.values()):
            _, local, local_port, remote, remote_port = connection.key
            if (local, remote) == (original.src, original.dst) and ports == (
                local_port,
                remote_port,
            ):
                connection.unreachable(answer)

    def _ephemeral(self) -> int:
        self._ports = self._ports + 1 if self._ports < 0xFFFF else FIRST_EPHEMERAL
        return self._ports
