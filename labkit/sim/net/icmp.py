"""ICMP of a node: it answers echoes, sends errors (within its rate limit), and hands on answers.

Whoever has sent something (a ping, a traceroute, TCP) listens for `Answer`s.  RFC 792, RFC 1122
§3.2.2 and RFC 1812 §4.3.2.7: no error about an error, a fragment, a broadcast or a multicast.

Must not know: what a ping command prints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.protocols.wire import DecodeError, icmp, ipv4
from labkit.protocols.wire.icmp import Icmp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import BASE
from labkit.sim.net.interface import Interface

if TYPE_CHECKING:
    from labkit.sim.net.node import Node

_ERRORS = (icmp.UNREACHABLE, icmp.TIME_EXCEEDED)


@dataclass(frozen=True, slots=True)
class Answer:
    """An echo reply, or an error about something that this node has sent."""

    time: int
    source: IPv4Address
    destination: IPv4Address
    ttl: int
    tos: int
    message: Icmp
    original: IPv4 | None
    """The start of the packet that an error is about."""

    @property
    def is_reply(self) -> bool:
        return self.message.type == icmp.ECHO_REPLY

    @property
    def echo(self) -> tuple[int, int] | None:
        """Identifier and sequence number of the echo that this is about."""
        if self.is_reply:
            return self.message.identifier, self.message.sequence
        if self.original is not None and self.original.protocol == ipv4.ICMP:
            quoted = self.original.payload
            if len(quoted) >= 8 and quoted[0] == icmp.ECHO_REQUEST:
                return int.from_bytes(quoted[4:6], "big"), int.from_bytes(quoted[6:8], "big")
        return None

    @property
    def ports(self) -> tuple[int, int] | None:
        """Source and destination port of the datagram or segment that an error is about."""
        if self.original is None or len(self.original.payload) < 4:
            return None
        data = self.original.payload
        return int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")


def pattern(length: int, unit: bytes = b"\xab\xcd") -> bytes:
    """The data of a ping: `unit` again and again (IOS: 0xABCD)."""
    return (unit * (length // len(unit) + 1))[:length]


class RateLimit:
    """At most `burst` in any `interval` microseconds."""

    __slots__ = ("_burst", "_interval", "_times")

    def __init__(self, burst: int, interval: int) -> None:
        self._burst = burst
        self._interval = interval
        self._times: list[int] = []

    def allows(self, now: int) -> bool:
        """Whether one more may happen now; if so, it counts."""
        self._times = [time for time in self._times if now - time < self._interval]
        if len(self._times) >= self._burst:
            return False
        self._times.append(now)
        return True


class IcmpService:
    """The ICMP of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._listeners: list[Callable[[Answer], None]] = []
        limit = node.profile.unreachable_burst, node.profile.unreachable_interval
        # IOS limits "fragmentation needed" apart from the other unreachables.
        self._limits = {False: RateLimit(*limit), True: RateLimit(*limit)}
        node.protocols[ipv4.ICMP] = self.receive

    # ----------------------------------------------------------------- asking

    def listen(self, listener: Callable[[Answer], None]) -> Callable[[], None]:
        """Have `listener` called with every answer; returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def send_echo(
        self,
        destination: IPv4Address,
        *,
        identifier: int,
        sequence: int,
        data: bytes = b"",
        vrf: str = BASE,
        source: IPv4Address | None = None,
        dont_fragment: bool = False,
        ttl: int | None = None,
        tos: int = 0,
    ) -> IPv4Address | None:
        """Send a ping; returns the source address used, None if there is no route."""
        source = source or self._node.ip.source_for(vrf, destination)
        if source is None:
            return None
        message = icmp.echo_request(identifier, sequence, data)
        packet = self._node.ip.packet(
            source,
            destination,
            ipv4.ICMP,
            message.encode(),
            ttl=ttl,
            tos=tos,
            dont_fragment=dont_fragment,
        )
        return source if self._node.ip.originate(packet, vrf) else None

    # ----------------------------------------------------------------- answering

    def receive(self, packet: IPv4, interface: Interface | None, vrf: str) -> None:
        """An ICMP message for this node."""
        try:
            message = Icmp.decode(packet.payload)
        except DecodeError:
            return
        if message.type == icmp.ECHO_REQUEST:
            self._reply(packet, message, vrf)
        elif message.type == icmp.ECHO_REPLY:
            self._answered(packet, message, None)
        elif message.type in _ERRORS:
            try:
                original = IPv4.decode(message.payload, excerpt=True)
            except DecodeError:
                return
            self._answered(packet, message, original)

    def _reply(self, packet: IPv4, request: Icmp, vrf: str) -> None:
        reply = icmp.echo_reply(request.identifier, request.sequence, request.payload)
        answer = self._node.ip.packet(
            packet.dst,
            packet.src,
            ipv4.ICMP,
            reply.encode(),
            tos=packet.tos,
            dont_fragment=packet.dont_fragment,
        )
        self._node.ip.originate(answer, vrf)

    def _answered(self, packet: IPv4, message: Icmp, original: IPv4 | None) -> None:
        answer = Answer(
            self._node.clock.now, packet.src, packet.dst, packet.ttl, packet.tos, message, original
        )
        for listener in tuple(self._listeners):
            listener(answer)

    # ----------------------------------------------------------------- errors

    def unreachable(
        self, code: int, about: IPv4, interface: Interface | None, vrf: str, mtu: int = 0
    ) -> None:
        """Send destination unreachable about a packet, if the limit and the interface allow it."""
        if interface is not None and not interface.facts.unreachables:
            return
        if self._may_complain(about) and self._limits[code == icmp.FRAGMENTATION_NEEDED].allows(
            self._node.clock.now
        ):
            message = icmp.unreachable(code, about.encode(), mtu)
            self._complain(message, about, interface, vrf)

    def time_exceeded(self, about: IPv4, interface: Interface | None, vrf: str) -> None:
        """Send time exceeded about a packet whose TTL ran out here."""
        if self._may_complain(about):
            self._complain(icmp.time_exceeded(about.encode()), about, interface, vrf)

    def _may_complain(self, about: IPv4) -> bool:
        if about.fragment_offset or about.dst.is_multicast or int(about.src) == 0:
            return False
        error = about.protocol == ipv4.ICMP and about.payload[:1] not in (b"\x08", b"\x00")
        return not error

    def _complain(self, message: Icmp, about: IPv4, interface: Interface | None, vrf: str) -> None:
        node = self._node
        own = node.local(vrf, about.dst)
        source = about.dst if own is not None else interface.ip if interface is not None else None
        source = source or node.ip.source_for(vrf, about.src)
        if source is None:
            return
        packet = node.ip.packet(
            source, about.src, ipv4.ICMP, message.encode(), tos=node.profile.icmp_tos
        )
        node.ip.originate(packet, vrf)
