"""The lab at one moment as plain values: what a map, a packet's way and a ladder are drawn from.

Read from a live network it stands still from then on; made by hand, or from what real routers say,
it is drawn all the same.  Must not know how it is drawn, nor where it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from labkit.capture.ike_reader import IkeKey

ROLES = (
    ("customer gateway", "gateway"),
    ("access bridge", "access"),
    ("provider edge", "pe"),
    ("provider core", "p"),
    ("sniffer", "sniffer"),
    ("customer host", "host"),
)
"""How a role in the topology's file begins, and the kind that it makes."""


@dataclass(frozen=True, slots=True)
class Address:
    """An interface with an address; `up` if it carries IP."""

    interface: str
    address: str
    up: bool
    port: str = ""
    """The port below it, "" for a loopback or an interface on a bridge."""


@dataclass(frozen=True, slots=True)
class NodeState:
    name: str
    kind: str
    """host, gateway, access, pe, p or sniffer."""
    role: str
    platform: str
    site: str
    at: tuple[float, float]
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class LinkState:
    name: str
    kind: str
    """lan, access, core or tap."""
    a: str
    a_port: str
    b: str
    b_port: str
    state: str
    """up, cut, down (an end is shut) or impaired."""
    why: str
    """What is not as it should be, "" where all is."""
    frames: int
    """Put on the link since the lab started."""
    a_mac: bytes = b""
    b_mac: bytes = b""
    """The MAC addresses of its ends."""

    @property
    def ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Node and port of both ends."""
        return (self.a, self.a_port), (self.b, self.b_port)


@dataclass(frozen=True, slots=True)
class BgpSession:
    """A BGP session, once for both ends."""

    a: str
    b: str
    family: str
    """eBGP or VPN-IPv4."""
    state: str
    up: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """How a router reaches a prefix that BGP brought: `via` the routers at the next hops."""

    node: str
    prefix: str
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Virtual:
    """One router's part in a virtual router."""

    node: str
    vrid: int
    address: str
    state: str
    """Master, Backup or Init."""


@dataclass(frozen=True, slots=True)
class Lsp:
    """An LSP: the routers from head to tail, empty if it is down."""

    name: str
    head: str
    tail: str
    hops: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Service:
    """VPRN, VPLS or mirror, with its (router, up) members."""

    kind: str
    number: int
    members: tuple[tuple[str, bool], ...]

    @property
    def title(self) -> str:
        return f"{self.kind} {self.number}"


@dataclass(frozen=True, slots=True)
class TunnelEnd:
    """One gateway's view: IKE's state as it says it, ESP SAs, packets each way."""

    node: str
    peer: str
    ike: str
    """MM_NO_STATE … QM_IDLE, "" without an SA."""
    spis: tuple[int, ...]
    """Inbound SPIs."""
    encaps: int
    decaps: int
    applied: bool
    """A crypto map is applied somewhere."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """The IPsec between the gateways as their own SAs tell it."""

    state: str
    """none, ready (maps applied, no SA), negotiating, ike, up, or half (one end only)."""
    ends: tuple[TunnelEnd, ...]

    @property
    def sentence(self) -> str:
        return {
            "none": "no crypto map is applied",
            "ready": "crypto maps are applied, no SA yet",
            "negotiating": "IKE is negotiating",
            "ike": "Phase 1 is complete, no ESP SAs",
            "up": "up, ESP SAs at both ends",
            "half": "ESP SAs at one end only",
        }[self.state]


@dataclass(frozen=True, slots=True)
class Label:
    """What a router does with a label: swap it for `label` and send it out of `port`; pop it and
    look at the next one or at the packet; or pop it and hand the frame to a pseudowire."""

    action: Literal["swap", "pop", "route", "pseudowire"]
    label: int = 0
    port: str = ""
    mirror: bool = False
    """The pseudowire is a mirror's: what it carries is a copy."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A packet ended here; `reason` is a short phrase, `time` in microseconds since 1970."""

    time: int
    node: str
    source: str
    destination: str
    reason: str


Kind = Literal["", "sending", "sent", "received", "accepted", "IKE up", "IKE down", "ESP up",
               "ESP down"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class IpsecEvent:
    """What IKE or ESP did at a gateway, as bytes and in words."""

    time: int
    """Microseconds since 1970."""
    node: str
    kind: Kind = ""
    """sending: a message is about to leave; sent, received: its bytes; accepted: of several
    policies one fits; up and down: an SA begins, ends; "": anything else."""
    local: IPv4Address | None = None
    peer: IPv4Address | None = None
    payload: bytes = b""
    """A message from ISAKMP's header on."""
    attempt: int = 0
    """Not 0: the last message is sent again, for the n-th time."""
    state: str = ""
    """MM_NO_STATE … QM_IDLE, "" where it stays."""
    step: str = ""
    """The row of the state table that was entered: IKE_R_MM2."""
    spi: int = 0
    """Inbound, of the ESP SAs that begin or end."""
    lines: tuple[str, ...] = ()
    """What `debug crypto isakmp` and `debug crypto ipsec` print of it."""
    reason: str = ""
    """What went wrong, in a sentence."""
    note: str = ""
    """What it is where no message tells of it, "" if that is not worth telling."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment; `time` in microseconds since 1970."""

    checkpoint: str
    time: int
    nodes: tuple[NodeState, ...]
    links: tuple[LinkState, ...]
    sessions: tuple[BgpSession, ...]
    reach: tuple[Reach, ...]
    virtuals: tuple[Virtual, ...]
    paths: tuple[Lsp, ...]
    services: tuple[Service, ...]
    tunnel: Tunnel
    mirrored: tuple[str, ...] = ()
    """Links whose frames a mirror copies."""
    labels: Mapping[str, Mapping[int, Label]] = field(default_factory=dict, repr=False)
    """By router: what it does with each label."""
    drops: tuple[Drop, ...] = field(default=(), repr=False)
    """The last packets that ended somewhere, oldest first."""
    ipsec: tuple[IpsecEvent, ...] = field(default=(), repr=False)
    """The last that IKE and ESP did, oldest first."""
    ike_keys: tuple[IkeKey, ...] = field(default=(), repr=False)
    """What each gateway encrypts IKE with: two keys for one SA if their secrets differ."""
    start: int = 0
    """How often the lab had started again."""

    @property
    def gateways(self) -> tuple[str, str]:
        """The two routers that speak IKE."""
        left, right = self.tunnel.ends
        return left.node, right.node

    @property
    def esp(self) -> dict[str, tuple[int, int]]:
        """Packets encapsulated and decapsulated by each gateway, all its flows together."""
        return {end.node: (end.encaps, end.decaps) for end in self.tunnel.ends}

    def link(self, name: str) -> LinkState:
        """Raises LookupError."""
        return _named(self.links, name, "link")

    def node(self, name: str) -> NodeState:
        """Raises LookupError."""
        return _named(self.nodes, name, "device")


T = TypeVar("T", LinkState, NodeState)


def _named(members: tuple[T, ...], name: str, what: str) -> T:
    for each in members:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in members)
    raise LookupError(f"there is no {what} {name!r}; there are: {known}")


def kind_of(role: str) -> str:
    """The kind that a role in the topology's file makes."""
    return next((kind for start, kind in ROLES if role.startswith(start)), "host")
