"""The values that pass between an IKE machine and the router it serves.

Addresses and selectors, what a crypto map entry asks for and answers, what a negotiation made,
and what `show` commands and key exports look at.  Algorithms are in the words of
`configuration`.

Must not know: messages, how anything is negotiated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Network

from labkit.protocols.ike.configuration import HOST_MASK, TransformSet


class Role(Enum):
    """Who sent the first message of an exchange; the value is how IOS abbreviates it."""

    INITIATOR = "I"
    RESPONDER = "R"


@dataclass(frozen=True, slots=True)
class Datagram:
    """A UDP datagram to be sent."""

    source: IPv4Address
    source_port: int
    destination: IPv4Address
    destination_port: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Selector:
    """One side of what a Phase 2 SA protects: a proxy identity (RFC 2407 §4.6.2).

    `mask` is a netmask, kept as typed because an ACL can make one that is no prefix; protocol
    and port 0 mean any.
    """

    address: IPv4Address
    mask: IPv4Address = HOST_MASK
    protocol: int = 0
    port: int = 0

    @classmethod
    def of(cls, network: IPv4Network, protocol: int = 0, port: int = 0) -> Selector:
        """The selector for a whole network."""
        return cls(network.network_address, network.netmask, protocol, port)

    def covers(self, address: IPv4Address) -> bool:
        """Whether `address` is on this side."""
        return (int(address) ^ int(self.address)) & int(self.mask) == 0

    def __str__(self) -> str:
        return f"{self.address}/{self.mask}/{self.protocol}/{self.port}"


@dataclass(frozen=True, slots=True)
class Suite:
    """A Phase 1 protection suite as it was offered or agreed.

    A number that this implementation has no word for is written as `#number`.
    """

    encryption: str
    key_bits: int | None
    hash: str
    authentication: str
    group: int
    lifetime: int
    """Seconds."""
    priority: int = 0
    """Of the local policy that it was checked against; 0 for an offer."""


@dataclass(frozen=True, slots=True)
class EspTransform:
    """What ESP does to a packet, as it was offered or agreed; words as in `TransformSet`."""

    cipher: str
    key_bits: int | None
    integrity: str | None
    mode: str
    """tunnel or transport."""
    in_udp: bool = False
    """ESP travels in UDP, for a NAT in between (RFC 3947 §5.1)."""


@dataclass(frozen=True, slots=True)
class Request:
    """The forwarding path wants an SA: what a matched crypto map entry says."""

    local: IPv4Address
    peer: IPv4Address
    local_selector: Selector
    remote_selector: Selector
    transform_sets: tuple[TransformSet, ...]
    """In order of preference."""
    pfs_group: int | None = None
    lifetime_seconds: int = 3600
    lifetime_kilobytes: int = 4_608_000


@dataclass(frozen=True, slots=True)
class Phase2Terms:
    """A crypto map entry that fits what a peer proposes."""

    transform_sets: tuple[TransformSet, ...]
    pfs_group: int | None = None
    lifetime_seconds: int = 3600
    lifetime_kilobytes: int = 4_608_000


class Refusal(Enum):
    """Why Phase 2 was refused."""

    NO_MATCHING_MAP = "no crypto map entry has this peer and these proxies"
    """IOS: `map_db_find_best did not find matching map`, error 32."""
    PROXY_IDENTITIES = "an entry has this peer, but other proxies"
    """IOS: `proxy identities not supported`, error 32."""
    INVALID_LOCAL_ADDRESS = "no crypto map where the peer speaks to"
    """IOS: `invalid local address`."""
    TRANSFORM = "no transform set in common"
    """IOS: `transform proposal not supported for identity`, error 256."""
    PFS = "perfect forward secrecy demanded, and not offered or with another group"


@dataclass(frozen=True, slots=True)
class NatPath:
    """The way to a peer through a NAT: ESP travels in UDP between these ports (RFC 3948)."""

    local_port: int
    peer_port: int
    """The NAT may change it later: `PortsChanged`."""
    local_behind_nat: bool
    peer_behind_nat: bool


@dataclass(frozen=True, slots=True)
class ChildSa:
    """A pair of ESP SAs made by one quick mode.  `inbound_spi` is its name in the machine."""

    local: IPv4Address
    peer: IPv4Address
    role: Role
    connection: int
    """The connection id of the IKE SA that made it."""
    message_id: int
    local_selector: Selector
    remote_selector: Selector
    transform: EspTransform
    inbound_spi: int
    outbound_spi: int
    inbound_key: bytes = field(repr=False)
    inbound_integrity_key: bytes = field(repr=False)
    outbound_key: bytes = field(repr=False)
    outbound_integrity_key: bytes = field(repr=False)
    lifetime_seconds: int
    lifetime_kilobytes: int
    pfs_group: int | None
    created: int
    """Microseconds; the SA expires hard `lifetime_seconds` later."""
    nat_path: NatPath | None = None
    flow: int = 1
    """IOS's `conn id` of the inbound SA; that of the outbound one is the next."""


@dataclass(frozen=True, slots=True)
class IkeSaStatus:
    """An IKE SA as `show crypto isakmp sa` sees it."""

    local: IPv4Address
    peer: IPv4Address
    local_port: int
    peer_port: int
    role: Role
    state: str
    """MM_NO_STATE, MM_SA_SETUP, MM_KEY_EXCH, MM_KEY_AUTH or QM_IDLE."""
    connection: int
    """0 until the keys are derived, then 1001 and up."""
    suite: Suite | None
    remaining: int | None
    """Seconds of lifetime left, None until established."""
    deleted: bool
    initiator_cookie: bytes
    responder_cookie: bytes
    peer_detects_dead_peers: bool
    established: int | None
    """Microseconds."""
    behind_nat: bool = False
    """There is a NAT on the way, at either end."""
    peer_identity: str | None = None
    """Who the peer says it is, in Phase 1."""

    @property
    def initiator(self) -> IPv4Address:
        return self.local if self.role is Role.INITIATOR else self.peer

    @property
    def responder(self) -> IPv4Address:
        return self.peer if self.role is Role.INITIATOR else self.local


@dataclass(frozen=True, slots=True)
class QuickModeSecrets:
    """What is needed to read one quick mode, beside its IKE SA's secrets."""

    message_id: int
    shared: bytes | None
    """g^xy of perfect forward secrecy."""


@dataclass(frozen=True, slots=True)
class IkeSaSecrets:
    """All secrets of an IKE SA, for key exports; kept after its deletion."""

    local: IPv4Address
    peer: IPv4Address
    role: Role
    initiator_cookie: bytes
    responder_cookie: bytes
    suite: Suite
    shared: bytes
    """g^xy."""
    skeyid: bytes
    skeyid_d: bytes
    skeyid_a: bytes
    skeyid_e: bytes
    cipher_key: bytes
    """Ka of RFC 2409 appendix B: what the messages are encrypted with."""
    quick_modes: tuple[QuickModeSecrets, ...] = ()
