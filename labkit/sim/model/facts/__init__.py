"""What a router has been told, in words that belong to no vendor.

`routers/<platform>` compiles a configuration tree into one frozen `DeviceFacts`; `net`
forwards by it and knows nothing of the commands behind it.  Facts hold what was
*configured*; what is *happening* (sessions, counters, tables) lives in `net`.

Names follow the RFCs: VRF and route target (RFC 4364), LSP and LFIB (RFC 3031),
pseudowire (RFC 4448), VRRP (RFC 3768), proposal and transform (RFC 2408, 2409).
Unknown here: time, packets, prompts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from labkit.protocols.ike.configuration import (
    Dpd,
    IsakmpKey,
    IsakmpPeer,
    IsakmpPolicy,
    IsakmpProfile,
    TransformSet,
)
from labkit.sim.model.facts.access import (
    ALL_ONES,
    ANY,
    Access,
    Ace,
    Acl,
    LocalUser,
    NatRule,
    PortMatch,
    Vty,
    Wildcard,
)
from labkit.sim.model.facts.crypto_maps import CryptoMap, CryptoMapEntry, Ipsec, ReverseRoute
from labkit.sim.model.facts.interfaces import BASE, Interface, Port, VrrpGroup
from labkit.sim.model.facts.routing import (
    Bgp,
    BgpNeighbor,
    PolicyTerm,
    PrefixMatch,
    RoutePolicy,
    StaticRoute,
    Vrf,
)
from labkit.sim.model.facts.services import (
    Igp,
    Lsp,
    LspHop,
    MirrorDest,
    MirrorSource,
    Mpls,
    Sap,
    Sdp,
    SpokeSdp,
    Vpls,
)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """All facts of one device.  A PC uses `interfaces` and `static_routes` only."""

    hostname: str
    interfaces: tuple[Interface, ...] = ()
    ports: tuple[Port, ...] = ()
    vrfs: tuple[Vrf, ...] = ()
    static_routes: tuple[StaticRoute, ...] = ()
    bgp: tuple[Bgp, ...] = ()
    policies: tuple[RoutePolicy, ...] = ()
    igp: Igp | None = None
    mpls: Mpls | None = None
    sdps: tuple[Sdp, ...] = ()
    vpls: tuple[Vpls, ...] = ()
    mirrors: tuple[MirrorDest, ...] = ()
    acls: tuple[Acl, ...] = ()
    ipsec: Ipsec = field(default_factory=Ipsec)
    nat: tuple[NatRule, ...] = ()
    access: Access = field(default_factory=Access)
