"""What a router has been told, in words that belong to no vendor.

`cli/<platform>/apply` compiles a configuration tree into one frozen `DeviceFacts`; `net`
forwards by it and knows nothing of the commands behind it.  Facts hold what was
*configured*; what is *happening* (sessions, counters, tables) lives in `net`.

Names follow the RFCs: VRF and route target (RFC 4364), LSP and LFIB (RFC 3031),
pseudowire (RFC 4448), VRRP (RFC 3768), proposal and transform (RFC 2408, 2409).
Unknown here: time, packets, prompts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Literal

BASE = ""
"""The name of the global routing table (IOS: default VRF; SR OS: router Base)."""

# --------------------------------------------------------------------------- interfaces


@dataclass(frozen=True, slots=True)
class VrrpGroup:
    """A virtual router on an interface (RFC 3768)."""

    vrid: int
    addresses: tuple[IPv4Address, ...]
    priority: int = 100
    preempt: bool = True
    advertisement_interval: int = 1
    """Seconds."""
    ping_reply: bool = False
    traceroute_reply: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Interface:
    """A layer-3 interface: on a port, on a VPLS (routed VPLS), or on nothing (loopback)."""

    name: str
    port: str | None = None
    """The physical port below it; None for a loopback, a system or a routed-VPLS interface."""
    vpls: str | None = None
    """The VPLS service *name* it is bound to (routed VPLS)."""
    address: IPv4Interface | None = None
    loopback: bool = False
    enabled: bool = True
    description: str = ""
    vrf: str = BASE
    ip_mtu: int = 1500
    """Bytes of IP the interface carries."""
    crypto_map: str | None = None
    acl_in: str | None = None
    acl_out: str | None = None
    adjust_mss: int | None = None
    nat: Literal["inside", "outside"] | None = None
    proxy_arp: bool = True
    unreachables: bool = True
    vrrp: tuple[VrrpGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Port:
    """A physical port's own settings."""

    name: str
    enabled: bool = True
    mtu: int = 1514
    """Bytes of frame without FCS (SR OS counts so: 1514 is 1500 bytes of IP)."""
    mode: Literal["network", "access"] = "network"
    description: str = ""


# --------------------------------------------------------------------------- routing


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


# --------------------------------------------------------------------------- MPLS and services


@dataclass(frozen=True, slots=True)
class Igp:
    """IS-IS level 2: which interfaces take part, and at which metric."""

    metrics: dict[str, int]
    passive: frozenset[str] = frozenset()
    area: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Lsp:
    """A signalled LSP (RSVP-TE, RFC 3209) to a system address."""

    name: str
    to: IPv4Address | None
    path: str | None = None
    enabled: bool = True


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


# --------------------------------------------------------------------------- filters


@dataclass(frozen=True, slots=True)
class Wildcard:
    """An address with a wildcard mask: a set bit in `mask` means "do not care"."""

    address: IPv4Address
    mask: IPv4Address

    def matches(self, address: IPv4Address) -> bool:
        """Whether `address` agrees with ours in every bit that the mask cares for."""
        return (int(address) ^ int(self.address)) & ~int(self.mask) & 0xFFFFFFFF == 0


ALL_ONES = IPv4Address("255.255.255.255")
"""As a netmask: this host; as a wildcard: any address."""
ANY = Wildcard(IPv4Address(0), ALL_ONES)


@dataclass(frozen=True, slots=True)
class PortMatch:
    """A TCP or UDP port condition: eq, neq, lt, gt take one value, range takes two."""

    operator: Literal["eq", "neq", "lt", "gt", "range"]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ace:
    """One access-control entry; `protocol` None means any IP."""

    sequence: int
    permit: bool
    protocol: int | None = None
    source: Wildcard = ANY
    destination: Wildcard = ANY
    source_port: PortMatch | None = None
    destination_port: PortMatch | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None
    established: bool = False
    log: bool = False


@dataclass(frozen=True, slots=True)
class Acl:
    name: str
    entries: tuple[Ace, ...] = ()
    extended: bool = True


# --------------------------------------------------------------------------- IPsec


@dataclass(frozen=True, slots=True)
class IsakmpPolicy:
    """A Phase 1 protection suite (RFC 2409 §5, attributes of its appendix A).

    The defaults are those of IOS 15.x for an attribute that was not typed.
    """

    priority: int
    encryption: Literal["des", "3des", "aes"] = "des"
    key_bits: int | None = None
    """128, 192 or 256 for AES, None for the ciphers with one key length."""
    hash: Literal["md5", "sha", "sha256", "sha384", "sha512"] = "sha"
    authentication: Literal["pre-share", "rsa-sig", "rsa-encr"] = "rsa-sig"
    group: int = 1
    lifetime: int = 86400
    """Seconds."""


@dataclass(frozen=True, slots=True)
class IsakmpKey:
    """A pre-shared key for every peer that agrees with `address` under `mask` (a netmask)."""

    key: str
    address: IPv4Address
    mask: IPv4Address = ALL_ONES

    def covers(self, peer: IPv4Address) -> bool:
        """Whether this key is for `peer`."""
        return int(peer) & int(self.mask) == int(self.address) & int(self.mask)


@dataclass(frozen=True, slots=True)
class Dpd:
    """Dead peer detection (RFC 3706)."""

    interval: int
    retry: int = 2
    periodic: bool = False


@dataclass(frozen=True, slots=True)
class TransformSet:
    """A Phase 2 proposal: what ESP does to a packet (RFC 2407 §4.4.4, §4.5)."""

    name: str
    cipher: Literal["esp-aes", "esp-gcm", "esp-3des", "esp-des", "esp-null"] = "esp-aes"
    key_bits: int | None = 128
    integrity: (
        Literal[
            "esp-sha-hmac", "esp-sha256-hmac", "esp-sha384-hmac", "esp-sha512-hmac", "esp-md5-hmac"
        ]
        | None
    ) = None
    mode: Literal["tunnel", "transport"] = "tunnel"
    require_mode: bool = False
    """`mode transport require`: refuse anything else."""


@dataclass(frozen=True, slots=True)
class CryptoMapEntry:
    """One sequence number of a crypto map; without a peer or an ACL it protects nothing."""

    sequence: int
    peers: tuple[IPv4Address, ...] = ()
    transform_sets: tuple[str, ...] = ()
    acl: str | None = None
    pfs_group: int | None = None
    lifetime_seconds: int | None = None
    lifetime_kilobytes: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class CryptoMap:
    name: str
    entries: tuple[CryptoMapEntry, ...] = ()
    local_interface: str | None = None
    """`crypto map NAME local-address INTERFACE`."""


@dataclass(frozen=True, slots=True)
class Ipsec:
    """Everything a gateway was told about IKE and ESP."""

    policies: tuple[IsakmpPolicy, ...] = ()
    """In order of priority, lowest number first."""
    keys: tuple[IsakmpKey, ...] = ()
    transform_sets: tuple[TransformSet, ...] = ()
    maps: tuple[CryptoMap, ...] = ()
    dpd: Dpd | None = None
    lifetime_seconds: int = 3600
    lifetime_kilobytes: int = 4_608_000
    replay_window: int | None = 64
    isakmp_enabled: bool = True
    nat_keepalive: int | None = None


# --------------------------------------------------------------------------- access


@dataclass(frozen=True, slots=True)
class LocalUser:
    name: str
    secret: str
    privilege: int = 1


@dataclass(frozen=True, slots=True)
class Vty:
    """Who may open a terminal line from the network, and how they prove it."""

    login: Literal["none", "line", "local"] = "line"
    password: str | None = None
    transports: frozenset[str] = frozenset({"telnet", "ssh"})
    acl_in: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    users: tuple[LocalUser, ...] = ()
    vty: Vty | None = None
    enable_secret: str | None = None


# --------------------------------------------------------------------------- the device


@dataclass(frozen=True, slots=True)
class NatRule:
    """`ip nat inside source`: addresses that match `acl` leave as `interface`'s (overload)."""

    acl: str | None = None
    interface: str | None = None
    static: tuple[IPv4Address, IPv4Address] | None = None
    overload: bool = False


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
