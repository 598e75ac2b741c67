"""What `show crypto ipsec sa` lists: protected flows, their counters and their SAs.

An `Ident` stands for one permit entry of an applied crypto map (or for a narrower flow that a
peer has asked for); it exists before any SA does.  An `SaPair` is an inbound and an outbound ESP
SA out of one quick mode.

Must not know: how SAs come about, routes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.protocols import esp
from labkit.protocols.ike import ChildSa, Role, Selector
from labkit.protocols.wire import ipv4
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.net.clock import SECOND
from labkit.sim.net.crypto_map import Rule, covers

KILOBYTE = 1024
SOFT_KILOBYTES = 256
UDP_HEADER = 8


@dataclass(slots=True)
class IpsecCounters:
    """Packets of one ident, by IOS's names."""

    encaps: int = 0
    encrypt: int = 0
    digest: int = 0
    decaps: int = 0
    decrypt: int = 0
    verify: int = 0
    send_errors: int = 0
    recv_errors: int = 0
    replay_failed: int = 0
    verify_failed: int = 0


@dataclass(slots=True, eq=False)
class SaPair:
    """Both directions of a child SA; either may be missing for a moment."""

    child: ChildSa
    inbound: esp.Inbound | None = None
    outbound: esp.Outbound | None = None
    in_bytes: int = 0
    out_bytes: int = 0
    path_mtu: int | None = None
    """What ICMP has said about the way to the peer (RFC 1191), if anything."""

    @property
    def inbound_id(self) -> int:
        """IOS's `conn id` of the inbound SA."""
        return self.child.flow

    @property
    def outbound_id(self) -> int:
        return self.child.flow + 1

    def seconds_left(self, now: int) -> int:
        """Remaining lifetime."""
        gone = (now - self.child.created) // SECOND
        return max(0, self.child.lifetime_seconds - gone)

    def kilobytes_left(self, inbound: bool) -> int:
        """Remaining volume of one direction."""
        used = self.in_bytes if inbound else self.out_bytes
        return max(0, self.child.lifetime_kilobytes - -(-used // KILOBYTE))

    def used_up(self) -> bool:
        """Whether either direction has carried all it may."""
        return max(self.in_bytes, self.out_bytes) >= self.child.lifetime_kilobytes * KILOBYTE

    def nearly_used_up(self) -> bool:
        """Whether a successor should be made (IOS: 256 kilobytes before the end).

        The responder of the old SAs leaves the initiator half of that to begin.
        """
        limit = self.child.lifetime_kilobytes
        margin = min(SOFT_KILOBYTES, limit // 10)
        margin = margin if self.child.role is Role.INITIATOR else margin // 2
        return max(self.in_bytes, self.out_bytes) >= (limit - margin) * KILOBYTE

    def plaintext_mtu(self, link_mtu: int) -> int:
        """The longest packet that fits in one ESP packet on a link."""
        transform = self.child.transform
        room = min(link_mtu, self.path_mtu or link_mtu) - ipv4.HEADER_LENGTH
        room -= UDP_HEADER if transform.in_udp else 0
        largest = esp.largest_payload(room, transform.cipher, transform.integrity)
        return largest if transform.mode == "tunnel" else largest + ipv4.HEADER_LENGTH


IdentKey = tuple[object, ...]


@dataclass(slots=True, eq=False)
class Ident:
    """One protected flow between a local address and a peer."""

    key: IdentKey
    rule: Rule
    local_selector: Selector
    remote_selector: Selector
    derived: bool = False
    """Made by a peer's narrower proposal, not by an access list entry."""
    interfaces: list[str] = field(default_factory=list)
    counters: IpsecCounters = field(default_factory=IpsecCounters)
    pairs: list[SaPair] = field(default_factory=list)
    peer_index: int = 0

    @property
    def local(self) -> IPv4Address:
        """The local crypto endpoint."""
        return self.rule.local

    @property
    def peer(self) -> IPv4Address:
        """The remote crypto endpoint: the SA's, else the peer that is tried next."""
        return self.pairs[-1].child.peer if self.pairs else self.next_choice

    @property
    def next_choice(self) -> IPv4Address:
        """The peer that the next negotiation goes to."""
        return self.rule.entry.peers[self.peer_index % len(self.rule.entry.peers)]

    @property
    def current(self) -> SaPair | None:
        """The SAs in use, the newest that has an outbound half."""
        return next((pair for pair in reversed(self.pairs) if pair.outbound is not None), None)

    def count_in(self, pair: SaPair, size: int) -> None:
        """A packet of `size` bytes came out of ESP."""
        self.counters.decaps += 1
        self.counters.decrypt += 1
        self.counters.verify += 1
        pair.in_bytes += size

    def count_out(self, pair: SaPair, size: int) -> None:
        """A packet of `size` bytes went into ESP."""
        self.counters.encaps += 1
        self.counters.encrypt += 1
        self.counters.digest += 1
        pair.out_bytes += size

    def carries(self, packet: IPv4) -> bool:
        """Whether an outgoing packet is of this flow."""
        return covers(self.local_selector, self.remote_selector, packet)

    def give_up(self, peer: IPv4Address) -> None:
        """A peer does not answer: the next of the list is tried from now on."""
        if self.next_choice == peer:
            self.peer_index = (self.peer_index + 1) % len(self.rule.entry.peers)
