"""What the control plane hands to the forwarding plane: routes, labels, pseudowires.

The control plane (`net/control`) is a function that returns one `Tables` per router; the
forwarding plane only looks things up in it.  Plain values, compared to find what changed.
Labels are outermost first.  RFC 3031 (LFIB), RFC 4364 (VPN label), RFC 4448 (pseudowire).
"""

from __future__ import annotations

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
    mesh: bool = False


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
