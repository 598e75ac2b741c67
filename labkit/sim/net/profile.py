"""What differs between platforms in the forwarding path: numbers, not code.

Sources: RFC 1812 §4.3.2.8 and the vendors' defaults (IOS: one unreachable every 500 ms; SR OS:
100 in 10 s).  Must not know: packets.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.protocols.wire import icmp
from labkit.sim.model.topology import Platform
from labkit.sim.net.clock import MILLISECOND, SECOND


@dataclass(frozen=True, slots=True)
class Profile:
    """Defaults of one platform; times in microseconds."""

    forwards: bool
    ttl: int
    """Of packets that it originates."""
    icmp_tos: int
    """Of its ICMP errors."""
    no_route: int
    """Code of the unreachable it sends for want of a route."""
    unreachable_burst: int
    unreachable_interval: int
    """At most `burst` unreachables per interval."""
    arp_queue: int
    """Packets that wait for an ARP answer instead of being dropped."""
    proxy_arp: bool
    """Whether it answers ARP for what it has a route to, unless an interface is told not to."""
    tcp_window: int
    tcp_dont_fragment: bool
    tcp_first_retry: int
    """A first retransmission comes after this, each further one after twice as long."""
    port_follows_interface: bool
    """Whether shutting an interface shuts its port (SR OS: they are separate)."""


PROFILES: dict[Platform, Profile] = {
    "cisco_ios": Profile(
        forwards=True,
        ttl=255,
        icmp_tos=0,
        no_route=icmp.HOST_UNREACHABLE,
        unreachable_burst=1,
        unreachable_interval=500 * MILLISECOND,
        arp_queue=0,
        proxy_arp=True,
        tcp_window=4128,
        tcp_dont_fragment=False,
        tcp_first_retry=2 * SECOND,
        port_follows_interface=True,
    ),
    "nokia_sros": Profile(
        forwards=True,
        ttl=64,
        icmp_tos=0,
        no_route=icmp.NET_UNREACHABLE,
        unreachable_burst=100,
        unreachable_interval=10 * SECOND,
        arp_queue=0,
        proxy_arp=False,
        tcp_window=16384,
        tcp_dont_fragment=False,
        tcp_first_retry=SECOND,
        port_follows_interface=False,
    ),
    "linux": Profile(
        forwards=False,
        ttl=64,
        icmp_tos=0xC0,
        no_route=icmp.NET_UNREACHABLE,
        unreachable_burst=6,
        unreachable_interval=SECOND,
        arp_queue=3,
        proxy_arp=False,
        tcp_window=64240,
        tcp_dont_fragment=True,
        tcp_first_retry=SECOND,
        port_follows_interface=True,
    ),
}
