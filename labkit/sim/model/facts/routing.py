"""Facts of routing: static routes, policies, BGP (RFC 4271) and VRFs (RFC 4364).

Frozen values without a vendor; see the package's prologue.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from labkit.sim.model.facts.interfaces import BASE


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """A static route; a next hop that is not connected is resolved recursively."""

    prefix: IPv4Network
    next_hop: IPv4Address | None = None
    interface: str | None = None
    distance: int = 1
    vrf: str = BASE
    blackhole: bool = False
    enabled: bool = True
    tag: int = 0


@dataclass(frozen=True, slots=True)
class PrefixMatch:
    """One line of a prefix list; ge and le bound the length (both None: exact)."""

    prefix: IPv4Network
    permit: bool = True
    ge: int | None = None
    le: int | None = None


@dataclass(frozen=True, slots=True)
class PolicyTerm:
    """One route-map sequence or policy-statement entry: all given matches must hold."""

    sequence: int
    action: Literal["accept", "reject", "next"]
    prefixes: tuple[PrefixMatch, ...] | None = None
    protocols: frozenset[str] | None = None
    """Where the route came from: "direct", "static", "bgp", "bgp-vpn"."""
    prepend: tuple[int, ...] = ()
    med: int | None = None
    local_preference: int | None = None
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class RoutePolicy:
    name: str
    terms: tuple[PolicyTerm, ...] = ()
    default: Literal["accept", "reject"] = "reject"


@dataclass(frozen=True, slots=True)
class BgpNeighbor:
    """A configured BGP neighbour (RFC 4271)."""

    address: IPv4Address
    remote_as: int | None
    group: str = ""
    enabled: bool = True
    families: frozenset[Literal["ipv4", "vpn-ipv4"]] = frozenset({"ipv4"})
    import_policies: tuple[str, ...] = ()
    export_policies: tuple[str, ...] = ()
    import_default: Literal["accept", "reject"] = "accept"
    export_default: Literal["accept", "reject"] = "accept"
    """What happens to a route when no policy is attached (SR OS VPRN towards eBGP: reject)."""
    update_source: str | None = None
    next_hop_self: bool = False
    weight: int = 0
    """What every route from this neighbour weighs here (IOS), unless a policy says otherwise."""
    hold_time: int = 90
    keepalive: int = 30
    description: str = ""


@dataclass(frozen=True, slots=True)
class Bgp:
    """One BGP instance: the base router's, or a VRF's towards its customers."""

    asn: int
    vrf: str = BASE
    router_id: IPv4Address | None = None
    networks: tuple[IPv4Network, ...] = ()
    redistribute: frozenset[str] = frozenset()
    neighbors: tuple[BgpNeighbor, ...] = ()
    maximum_paths: int = 1
    local_distance: int = 20
    """Administrative distance of eBGP routes (IOS 20, SR OS 170)."""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Vrf:
    """A VPN routing and forwarding table (RFC 4364)."""

    name: str
    service_id: int | None = None
    rd: str | None = None
    import_targets: frozenset[str] = frozenset()
    export_targets: frozenset[str] = frozenset()
    auto_bind: bool = False
    """VPN routes may resolve over any LSP to the BGP next hop."""
    ecmp: int = 1
    enabled: bool = True
    customer: int = 1
