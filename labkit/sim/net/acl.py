"""Access lists: which entry a packet meets first, and how often that happened.

Wildcards, protocols, ports, `established`, ICMP types.  An access list that does not exist or has
no entries permits everything, as on IOS.  A fragment that is not the first has no ports: a permit
entry with ports takes it by its addresses, a deny entry lets it pass on (IOS).

Must not know: where in the forwarding path a list is looked at.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from labkit.protocols.wire import ipv4, tcp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import Ace, Acl, PortMatch

_WITH_PORTS = (ipv4.TCP, ipv4.UDP)


def port_matches(condition: PortMatch, port: int) -> bool:
    """Whether a port meets `eq`, `neq`, `lt`, `gt` or `range`."""
    first, last = condition.values[0], condition.values[-1]
    match condition.operator:
        case "eq":
            return port in condition.values
        case "neq":
            return port not in condition.values
        case "lt":
            return port < first
        case "gt":
            return port > first
        case "range":
            return first <= port <= last


def mirrored(ace: Ace) -> Ace:
    """The entry for the way back: source and destination exchanged."""
    return replace(
        ace,
        source=ace.destination,
        destination=ace.source,
        source_port=ace.destination_port,
        destination_port=ace.source_port,
    )


def matches(ace: Ace, packet: IPv4) -> bool:
    """Whether a packet meets every condition of an entry."""
    if ace.protocol is not None and ace.protocol != packet.protocol:
        return False
    if not (ace.source.matches(packet.src) and ace.destination.matches(packet.dst)):
        return False
    if packet.fragment_offset:
        return ace.permit or not _looks_deeper(ace)
    if packet.protocol in _WITH_PORTS:
        return _ports_match(ace, packet)
    if packet.protocol == ipv4.ICMP:
        return _icmp_matches(ace, packet)
    return True


def first_match(acl: Acl, packet: IPv4) -> Ace | None:
    """The entry that decides, None if none matches (which denies, unless the list is empty)."""
    return next((ace for ace in acl.entries if matches(ace, packet)), None)


def _looks_deeper(ace: Ace) -> bool:
    ports = ace.source_port is not None or ace.destination_port is not None
    return ports or ace.established or ace.icmp_type is not None


def _ports_match(ace: Ace, packet: IPv4) -> bool:
    if ace.source_port is None and ace.destination_port is None and not ace.established:
        return True
    if len(packet.payload) < 4:
        return False
    source, destination = struct.unpack_from("!HH", packet.payload)
    if ace.source_port is not None and not port_matches(ace.source_port, source):
        return False
    if ace.destination_port is not None and not port_matches(ace.destination_port, destination):
        return False
    flags = packet.payload[13] if ace.protocol == ipv4.TCP and len(packet.payload) > 13 else 0
    return not ace.established or bool(flags & (tcp.ACK | tcp.RST))


def _icmp_matches(ace: Ace, packet: IPv4) -> bool:
    if ace.icmp_type is None:
        return True
    if len(packet.payload) < 2 or packet.payload[0] != ace.icmp_type:
        return False
    return ace.icmp_code is None or packet.payload[1] == ace.icmp_code


class Filters:
    """The access lists of one node with their hit counters."""

    def __init__(self) -> None:
        self.hits: Counter[tuple[str, int]] = Counter()
        """By name and sequence number."""
        self._lists: dict[str, Acl] = {}

    def configure(self, lists: Iterable[Acl]) -> None:
        """Take new lists; counters of entries that are gone or changed start again."""
        new = {acl.name: acl for acl in lists}
        kept = {
            (name, ace.sequence)
            for name, acl in new.items()
            for ace in acl.entries
            if name in self._lists and ace in self._lists[name].entries
        }
        for key in [key for key in self.hits if key not in kept]:
            del self.hits[key]
        self._lists = new

    def get(self, name: str) -> Acl | None:
        return self._lists.get(name)

    def clear(self, name: str | None = None) -> None:
        """`clear access-list counters`."""
        for key in [key for key in self.hits if name in (None, key[0])]:
            del self.hits[key]

    def check(self, name: str, packet: IPv4) -> tuple[bool, Ace | None]:
        """Whether list `name` permits a packet, and the entry that says so; counts a hit."""
        acl = self._lists.get(name)
        if acl is None or not acl.entries:
            return True, None
        ace = first_match(acl, packet)
        if ace is None:
            return False, None
        self.hits[name, ace.sequence] += 1
        return ace.permit, ace
