"""The lab at one moment as plain values: what a map shows and a report says.

Everything here is read from the live network in the owner's thread and then stands still.
Must not know how it is drawn, and must not change anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

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
