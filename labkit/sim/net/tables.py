"""What the control plane hands to the forwarding plane, and how routes are looked up in it.

The control plane (`net/control`) is a function that returns one `Tables` per router: routes,
labels, pseudowires.  Plain values, compared to find what changed; labels are outermost first.
RFC 3031 (LFIB), RFC 4364 (VPN label), RFC 4448 (pseudowire).  `Fib` is one VRF's table prepared for
longest match.  The choice among equal paths is CEF's: a hash of source, destination and a salt
that belongs to the topology, over the next hops in a fixed order, so that a flow always goes one
way, and `show ip cef exact-route` can say which.

Must not know: interfaces' states, packets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

Protocol = Literal["local", "connected", "static", "isis", "bgp", "bgp-vpn"]
"""`local` is the router's own /32; `bgp-vpn` a route another PE advertised (MP-BGP)."""


@dataclass(frozen=True, slots=True)
class LspPath:
    """The way to an LSP's egress: push `label`, leave by `port`."""

    name: str
    far_end: IPv4Address
    port: str
    label: int
    hops: tuple[str, ...] = ()
    """Router names from head to tail, both included."""
    tunnel_id: int = 0


@dataclass(frozen=True, slots=True)
class NextHop:
    """One way out: by an interface to a gateway (None: the destination itself is on the
    link), or, with `labels`, into the MPLS core through `port`.  `drop` is a blackhole."""

    interface: str | None = None
    gateway: IPv4Address | None = None
    labels: tuple[int, ...] = ()
    port: str | None = None
    lsp: LspPath | None = None
    drop: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """An active route of one table, with every next hop in use (ECMP: several)."""

    prefix: IPv4Network
    protocol: Protocol
    preference: int
    metric: int
    next_hops: tuple[NextHop, ...]
    announced_next_hops: tuple[IPv4Address, ...] = ()
    """As configured or learned, before recursive resolution: what `show ip route` prints."""
    as_path: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Swap:
    """A transit LSR's entry."""

    label: int
    port: str


@dataclass(frozen=True, slots=True)
class PopTransport:
    """The egress of an LSP: pop, then look at the label below."""

    lsp: str


@dataclass(frozen=True, slots=True)
class ToVrf:
    """A VPN label: pop and route in this VRF."""

    vrf: str


@dataclass(frozen=True, slots=True)
class ToPseudowire:
    """A pseudowire label: pop; the payload is an Ethernet frame for this service."""

    service_id: int
    sdp_id: int
    vc_id: int
    mirror: bool = False


LabelAction = Swap | PopTransport | ToVrf | ToPseudowire


@dataclass(frozen=True, slots=True)
class Pseudowire:
    """A spoke SDP's state: down, or up with the labels to push and the port to use."""

    service_id: int
    sdp_id: int
    vc_id: int
    up: bool
    labels: tuple[int, ...] = ()
    port: str | None = None
    ingress_label: int | None = None
    egress_label: int | None = None
    reason: str = ""
    """Why it is down, in the words of the show commands' flags."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything one router forwards by."""

    routes: dict[str, tuple[Route, ...]] = field(default_factory=dict)
    """By VRF name ("" is the base router), sorted by prefix."""
    lfib: dict[int, LabelAction] = field(default_factory=dict)
    lsps: dict[IPv4Address, LspPath] = field(default_factory=dict)
    """The LSP in use to each far end."""
    pseudowires: dict[tuple[int, int], Pseudowire] = field(default_factory=dict)
    """By (sdp_id, vc_id)."""


def longest_match(routes: tuple[Route, ...], address: IPv4Address) -> Route | None:
    """The most specific of `routes` that covers `address`."""
    best: Route | None = None
    for route in routes:
        longer = best is None or route.prefix.prefixlen > best.prefix.prefixlen
        if longer and address in route.prefix:
            best = route
    return best


# --------------------------------------------------------------------------- looking up


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
