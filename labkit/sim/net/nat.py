"""Network address translation of an IOS router: inside source, static and overloaded.

From inside to outside after routing and before the crypto map; from outside to inside before
routing and after decryption (docs/adr/0006).  Overload keeps the port (or ICMP identifier) if it
can and takes the next free one if it cannot.  ICMP errors are translated with what they quote.
RFC 3022; timeouts are IOS's.  Must not know: routes, what is inside ESP.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from labkit.protocols.wire import DecodeError, icmp, ipv4
from labkit.protocols.wire.icmp import Icmp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.tcp import FIN, RST, Tcp
from labkit.protocols.wire.udp import Udp
from labkit.sim.model.facts import DeviceFacts, NatRule
from labkit.sim.net.clock import SECOND
from labkit.sim.net.interface import Interface
from labkit.sim.net.node import Component, Node

TIMEOUTS = {ipv4.ICMP: 60 * SECOND, ipv4.UDP: 300 * SECOND, ipv4.TCP: 86400 * SECOND}
CLOSING_TIMEOUT = 60 * SECOND
FIRST_PORT = 1024

Place = tuple[IPv4Address, int]
"""An address with a port, or an ICMP identifier."""


@dataclass(slots=True)
class Translation:
    """One line of `show ip nat translations`."""

    protocol: int
    inside_global: Place
    inside_local: Place
    outside: Place
    """The far end; not translated, so local and global are the same."""
    created: int
    used: int
    closing: bool = False

    def expired(self, now: int) -> bool:
        """Whether it has been idle for too long."""
        idle = CLOSING_TIMEOUT if self.closing else TIMEOUTS[self.protocol]
        return now - self.used >= idle


class Nat(Component):
    """The translations of one router."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.aliases: frozenset[IPv4Address] = frozenset()
        """The inside global addresses of static rules."""
        self._rules: tuple[NatRule, ...] = ()
        self._table: dict[tuple[int, Place], Translation] = {}
        """By protocol and inside global place."""
        self.hits = 0
        self.misses = 0

    # ----------------------------------------------------------------- component

    def configure(self, told: DeviceFacts) -> None:
        """Take new rules; translations by rules that are gone end."""
        if told.nat != self._rules:
            self._rules = told.nat
            self._table.clear()
        self.aliases = frozenset(outer for _, outer in self.statics())

    def reset(self) -> None:
        """A reload, or `clear ip nat translation *`."""
        self._table.clear()

    # ----------------------------------------------------------------- looking

    def translations(self) -> list[Translation]:
        """The dynamic entries that are alive, oldest first."""
        self._expire()
        return list(self._table.values())

    def statics(self) -> list[tuple[IPv4Address, IPv4Address]]:
        """Inside local and inside global address of each static rule."""
        return [rule.static for rule in self._rules if rule.static is not None]

    # ----------------------------------------------------------------- inside to outside

    def outward(self, packet: IPv4, came_by: Interface | None, leaves_by: Interface) -> IPv4:
        """The packet as it leaves; `came_by` None: the router's own."""
        inside = came_by or self._node.local(leaves_by.vrf, packet.src)
        if leaves_by.facts.nat != "outside" or inside is None or inside.facts.nat != "inside":
            return packet
        for local, outer in self.statics():
            if packet.src == local:
                return _rewrite(packet, source=(outer, None)) or packet
        rule = self._rule_for(packet)
        places = _places(packet)
        if rule is None or places is None:
            return packet
        outer_interface = self._node.interfaces.get(rule.interface or "")
        if outer_interface is None or outer_interface.ip is None:
            return packet
        entry = self._entry(packet.protocol, places, outer_interface.ip)
        self._touch(entry, packet)
        return _rewrite(packet, source=entry.inside_global) or packet

    def _rule_for(self, packet: IPv4) -> NatRule | None:
        for rule in self._rules:
            if rule.acl is not None and self._node.filters.get(rule.acl) is not None:
                permitted, ace = self._node.filters.check(rule.acl, packet)
                if permitted and ace is not None:
                    return rule
        return None

    def _entry(self, protocol: int, places: tuple[Place, Place], outer: IPv4Address) -> Translation:
        self._expire()
        inside, outside = places
        for entry in self._table.values():
            ends = (entry.protocol, entry.inside_local, entry.outside, entry.inside_global[0])
            if ends == (protocol, inside, outside, outer):
                self.hits += 1
                return entry
        self.misses += 1
        port = inside[1]
        while (protocol, (outer, port)) in self._table:
            port = port + 1 if port < 0xFFFF else FIRST_PORT
        now = self._node.clock.now
        entry = Translation(protocol, (outer, port), inside, outside, now, now)
        self._table[protocol, entry.inside_global] = entry
        return entry

    # ----------------------------------------------------------------- outside to inside

    def inward(self, packet: IPv4, interface: Interface) -> IPv4:
        """The packet as it goes on, its destination translated back if we know it."""
        if interface.facts.nat != "outside":
            return packet
        for local, outer in self.statics():
            if packet.dst == outer:
                return _rewrite(packet, destination=(local, None)) or packet
        if packet.protocol == ipv4.ICMP and (quoted := _quoted(packet)) is not None:
            return self._error(packet, *quoted)
        places = _places(packet)
        if places is None:
            return packet
        outside, inside = places
        entry = self._find(packet.protocol, inside)
        if entry is None or entry.outside[0] != outside[0]:
            return packet
        self._touch(entry, packet)
        return _rewrite(packet, destination=entry.inside_local) or packet

    def _error(self, packet: IPv4, message: Icmp, original: IPv4) -> IPv4:
        """An ICMP error about a translated packet: both headers are put right."""
        source = int.from_bytes(original.payload[:2], "big")
        if original.protocol == ipv4.ICMP:
            source = int.from_bytes(original.payload[4:6], "big")
        entry = self._find(original.protocol, (original.src, source))
        if entry is None:
            return packet
        address, port = entry.inside_local
        payload = bytearray(original.payload)
        offset = 4 if original.protocol == ipv4.ICMP else 0
        payload[offset : offset + 2] = port.to_bytes(2, "big")
        inner = replace(original, src=address, payload=bytes(payload)).encode()
        fixed = Icmp(message.type, message.code, message.rest, inner)
        return replace(packet, dst=address, payload=fixed.encode())

    def _find(self, protocol: int, inside_global: Place) -> Translation | None:
        entry = self._table.get((protocol, inside_global))
        return None if entry is None or entry.expired(self._node.clock.now) else entry

    def _touch(self, entry: Translation, packet: IPv4) -> None:
        entry.used = self._node.clock.now
        if packet.protocol == ipv4.TCP and packet.payload[13] & (FIN | RST):
            entry.closing = True

    def _expire(self) -> None:
        now = self._node.clock.now
        self._table = {key: entry for key, entry in self._table.items() if not entry.expired(now)}


def _places(packet: IPv4) -> tuple[Place, Place] | None:
    """Source and destination with their ports; None for what has none."""
    data = packet.payload
    if packet.fragment_offset or len(data) < 8:
        return None
    if packet.protocol == ipv4.ICMP:
        if data[0] not in (icmp.ECHO_REQUEST, icmp.ECHO_REPLY):
            return None
        identifier = int.from_bytes(data[4:6], "big")
        return (packet.src, identifier), (packet.dst, identifier)
    if packet.protocol in (ipv4.UDP, ipv4.TCP):
        source, destination = (int.from_bytes(data[n : n + 2], "big") for n in (0, 2))
        return (packet.src, source), (packet.dst, destination)
    return None


def _quoted(packet: IPv4) -> tuple[Icmp, IPv4] | None:
    """An ICMP error and the packet that it is about."""
    try:
        message = Icmp.decode(packet.payload)
        if message.type not in (icmp.UNREACHABLE, icmp.TIME_EXCEEDED):
            return None
        return message, IPv4.decode(message.payload, excerpt=True)
    except DecodeError:
        return None


def _rewrite(
    packet: IPv4,
    source: tuple[IPv4Address, int | None] | None = None,
    destination: tuple[IPv4Address, int | None] | None = None,
) -> IPv4 | None:
    """The packet with another source or destination and its checksums made anew."""
    src, source_port = source or (packet.src, None)
    dst, destination_port = destination or (packet.dst, None)
    payload = packet.payload
    try:
        if not packet.is_fragment:
            payload = _translated(packet, src, dst, source_port, destination_port)
    except DecodeError:
        return None
    return replace(packet, src=src, dst=dst, payload=payload)


def _translated(
    packet: IPv4, src: IPv4Address, dst: IPv4Address, source: int | None, target: int | None
) -> bytes:
    """The payload with other ports (or identifier) and a checksum over these addresses."""
    match packet.protocol:
        case ipv4.UDP:
            old = Udp.decode(packet.payload)
            ports = source or old.source_port, target or old.destination_port
            return Udp(*ports, old.payload, old.summed).encode(src, dst)
        case ipv4.TCP:
            segment = Tcp.decode(packet.payload)
            ports = source or segment.source_port, target or segment.destination_port
            return replace(segment, source_port=ports[0], destination_port=ports[1]).encode(
                src, dst
            )
        case ipv4.ICMP:
            message = Icmp.decode(packet.payload)
            identifier = source if source is not None else target
            if identifier is not None:
                rest = identifier.to_bytes(2, "big") + message.rest[2:]
                return replace(message, rest=rest).encode()
    return packet.payload
