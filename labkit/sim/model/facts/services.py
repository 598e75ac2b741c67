"""Facts of the provider: IS-IS, MPLS and RSVP (RFC 3209), SDPs, VPLS, mirror services.

Frozen values without a vendor; see the package's prologue.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal


@dataclass(frozen=True, slots=True)
class Igp:
    """IS-IS level 2: which interfaces take part, and at which metric."""

    metrics: dict[str, int]
    passive: frozenset[str] = frozenset()
    area: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class LspHop:
    """A hop of an explicit route (RFC 3209 section 4.3): a strict one must be the next router."""

    address: IPv4Address
    strict: bool


@dataclass(frozen=True, slots=True)
class Lsp:
    """A signalled LSP (RSVP-TE, RFC 3209) to a system address."""

    name: str
    to: IPv4Address | None
    path: str | None = None
    enabled: bool = True
    hops: tuple[LspHop, ...] = ()


@dataclass(frozen=True, slots=True)
class Mpls:
    """MPLS and RSVP: interfaces they run on, and the LSPs this router heads."""

    interfaces: frozenset[str]
    rsvp_interfaces: frozenset[str]
    lsps: tuple[Lsp, ...] = ()
    enabled: bool = True
    rsvp_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Sdp:
    """A service distribution path: a tunnel to a far end for pseudowires (SR OS)."""

    sdp_id: int
    far_end: IPv4Address | None = None
    lsps: tuple[str, ...] = ()
    enabled: bool = True
    signaling: Literal["tldp", "off"] = "tldp"
    path_mtu: int = 0
    """Bytes of frame that it may take at most, 0 for what the port leaves."""


@dataclass(frozen=True, slots=True)
class Sap:
    """A service access point: a port with null encapsulation that belongs to a service."""

    port: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class SpokeSdp:
    """A pseudowire `sdp_id:vc_id` that belongs to a service."""

    sdp_id: int
    vc_id: int
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Vpls:
    """A VPLS instance: a bridge over SAPs, spoke SDPs and, if bound, routed interfaces."""

    service_id: int
    name: str = ""
    customer: int = 1
    saps: tuple[Sap, ...] = ()
    spokes: tuple[SpokeSdp, ...] = ()
    allow_ip_int_bind: bool = False
    enabled: bool = True
    mtu: int = 1514
    """Bytes of frame that the service promises to carry: both ends must promise the same."""


@dataclass(frozen=True, slots=True)
class MirrorDest:
    """Where mirrored frames go: a SAP here, or a spoke SDP to a remote mirror service."""

    service_id: int
    sap: Sap | None = None
    spoke: SpokeSdp | None = None
    remote_far_ends: tuple[IPv4Address, ...] = ()
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class MirrorSource:
    """What a mirror copies.  Debug state on SR OS, not configuration: given beside the facts."""

    service_id: int
    ports: tuple[tuple[str, frozenset[Literal["ingress", "egress"]]], ...] = ()
    enabled: bool = True
