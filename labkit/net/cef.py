"""Route lookup and the choice among equal paths, as CEF makes it (per source and destination).

`Fib` is one VRF's table prepared for longest match.  The choice is a hash of source, destination
and a salt that belongs to the topology, over the next hops in a fixed order, so a flow always
goes one way, and `show ip cef exact-route` can say which.

Must not know: interfaces' states, packets.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address

from labkit.net.tables import NextHop, Route

_MASK = 0xFFFFFFFF


def flow_hash(source: IPv4Address, destination: IPv4Address, salt: int) -> int:
    """32 well mixed bits of a flow (the finalizer of MurmurHash3 after each word)."""
    value = salt & _MASK
    for word in (int(source), int(destination)):
        value ^= word
        value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
        value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
        value ^= value >> 16
    return value


def choose(
    next_hops: tuple[NextHop, ...], source: IPv4Address, destination: IPv4Address, salt: int
) -> NextHop:
    """The next hop of a flow, out of one or more."""
    if len(next_hops) == 1:
        return next_hops[0]
    ordered = sorted(next_hops, key=_order)
    return ordered[flow_hash(source, destination, salt) % len(ordered)]


def _order(hop: NextHop) -> tuple[str, int, str]:
    return hop.interface or "", int(hop.gateway or 0), hop.port or ""


class Fib:
    """The routes of one VRF."""

    __slots__ = ("_by_length", "routes")

    def __init__(self, routes: Iterable[Route] = ()) -> None:
        self.routes = tuple(routes)
        lengths: dict[int, dict[int, Route]] = {}
        for route in self.routes:
            prefix = route.prefix
            shifted = int(prefix.network_address) >> (32 - prefix.prefixlen)
            lengths.setdefault(prefix.prefixlen, {})[shifted] = route
        self._by_length = [(32 - n, lengths[n]) for n in sorted(lengths, reverse=True)]

    def lookup(self, address: IPv4Address) -> Route | None:
        """The most specific route to an address."""
        number = int(address)
        for shift, routes in self._by_length:
            route = routes.get(number >> shift)
            if route is not None:
                return route
        return None
