"""The state of IKE SAs and of the exchanges under them: plain mutable records.

`Conversation` remembers what RFC 2408 §5.1 needs for retransmission: the last message each way.

Must not know: what to do with any of it (`main_mode`, `quick_mode`, `informational`), time
except as numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.protocols.ike.algorithms import CIPHER_BY_FACT, HASH_BY_FACT, Cipher, Hash
from labkit.protocols.ike.dh import GROUPS, Group
from labkit.protocols.ike.keys import SkeyId
from labkit.protocols.ike.proposal import EspOffer
from labkit.protocols.ike.values import ChildSa, Phase2Terms, Request, Role, Selector, Suite
from labkit.protocols.wire.isakmp import MAIN_MODE, Identification, SecurityAssociation

SECOND = 1_000_000
RETRANSMIT_AFTER = 10 * SECOND
RETRANSMIT_LIMIT = 5
PURGE_AFTER = 60 * SECOND
"""How long IOS keeps what is deleted, to recognise late messages."""


ANYTHING = Selector(IPv4Address(0), IPv4Address(0))
"""Stands for a selector that is not known yet."""


@dataclass(slots=True, eq=False)
class Conversation:
    """The last message each way of one exchange, and when ours is due again."""

    sent: bytes = b""
    sent_at: int = 0
    received: bytes = b""
    older: set[bytes] = field(default_factory=set)
    """Messages that `received` followed: duplicates of them are late, and ignored."""
    attempts: int = 0
    due: int | None = None

    def heard(self, data: bytes) -> None:
        """A message moved the exchange on: nothing is due until we send again."""
        self.older.add(self.received)
        self.received = data
        self.due = None
        self.attempts = 0


@dataclass(slots=True, eq=False)
class Life:
    """How a pair of ESP SAs ends."""

    ends: int
    used: bool = False
    """A packet has passed: who protects nothing needs no successor."""
    renewing: bool = False
    """Its end is near, and has been told."""
    last: int = 0
    """When a packet last passed, or it was made."""
    idle: int | None = None
    """Microseconds without a packet after which it ends, None for never."""


@dataclass(slots=True, eq=False)
class QuickMode:
    """One quick mode; IOS calls it a node."""

    message_id: int
    role: Role
    state: str = "IKE_QM_READY"
    conversation: Conversation = field(default_factory=Conversation)
    iv: bytes = b""
    request: Request | None = None
    """What the initiator wants."""
    entry: Phase2Terms | None = None
    """What the responder's crypto map allows."""
    local_selector: Selector = ANYTHING
    remote_selector: Selector = ANYTHING
    offered: SecurityAssociation | None = None
    chosen: EspOffer | None = None
    spi: bytes = b""
    """Ours: of the inbound SA."""
    nonce_i: bytes = b""
    nonce_r: bytes = b""
    private: bytes = b""
    public: bytes = b""
    shared: bytes = b""
    lifetimes: tuple[int, int] = (0, 0)
    """Seconds and kilobytes agreed."""
    child: ChildSa | None = None
    purge_at: int | None = None
    """Set when the exchange is over."""

    @property
    def over(self) -> bool:
        return self.purge_at is not None

    @property
    def peer_spi(self) -> bytes | None:
        """The outbound SPI, once it is known."""
        return self.chosen.proposal.spi if self.chosen else None

    @property
    def agreed(self) -> EspOffer:
        """The offer that was chosen, once there is one."""
        assert self.chosen is not None, f"{self.state}: nothing chosen"
        return self.chosen


@dataclass(slots=True, eq=False)
class IkeSa:
    """One ISAKMP SA, from its first message until a minute after its end."""

    local: IPv4Address
    local_port: int
    peer: IPv4Address
    peer_port: int
    role: Role
    initiator_cookie: bytes
    responder_cookie: bytes = bytes(8)
    created: int = 0
    exchange: int = MAIN_MODE
    """Of Phase 1: main or aggressive mode."""
    state: str = "IKE_READY"
    """The row of its table."""
    show: str = "MM_NO_STATE"
    """What `show crypto isakmp sa` calls it."""
    connection: int = 0
    conversation: Conversation = field(default_factory=Conversation)
    psk: bytes = b""
    suite: Suite | None = None
    offered: SecurityAssociation | None = None
    """The initiator's SA payload; its body is SAi_b."""
    answered: SecurityAssociation | None = None
    private: bytes = b""
    public_i: bytes = b""
    public_r: bytes = b""
    nonce_i: bytes = b""
    nonce_r: bytes = b""
    nat_traversal: bool = False
    """Both ends can do it."""
    local_behind_nat: bool = False
    peer_behind_nat: bool = False
    dead_peer_detection: bool = False
    """The peer announced DPD."""
    heard_at: int = 0
    """When the peer last proved to be there."""
    questions: int = 0
    """R-U-THERE sent since then, the last of them at `asked_at`."""
    asked_at: int = 0
    dpd_sequence: int = -1
    """The number of the last question; -1 before the first."""
    own_identity: Identification | None = None
    """What aggressive mode has told the peer."""
    peer_identity: Identification | None = None
    shared: bytes = b""
    keys: SkeyId | None = None
    cipher_key: bytes = b""
    iv: bytes = b""
    """The last cipher block of Phase 1; from it follow all IVs of Phase 2."""
    established_at: int | None = None
    expires_at: int | None = None
    renewed: bool = False
    """Its end is near; a successor was made if one is needed."""
    purge_at: int | None = None
    """Set when the SA is deleted."""
    nodes: dict[int, QuickMode] = field(default_factory=dict)
    used_ids: set[int] = field(default_factory=set)
    """Every message ID ever seen: none may be used again (RFC 2409 §5.5)."""
    waiting: list[Request] = field(default_factory=list)
    """Requests that wait for Phase 1."""

    @property
    def nat(self) -> bool:
        """Whether a NAT was found on the way: ESP travels in UDP then."""
        return self.local_behind_nat or self.peer_behind_nat

    def heard(self, now: int) -> None:
        """The peer proved to be there (RFC 3706 §5.5)."""
        self.heard_at, self.questions = now, 0

    @property
    def deleted(self) -> bool:
        return self.purge_at is not None

    @property
    def established(self) -> bool:
        return self.established_at is not None and not self.deleted

    @property
    def cookies(self) -> tuple[bytes, bytes]:
        return self.initiator_cookie, self.responder_cookie

    @property
    def own_cookie(self) -> bytes:
        return self.cookies[self.role is Role.RESPONDER]

    @property
    def peer_cookie(self) -> bytes:
        return self.cookies[self.role is Role.INITIATOR]

    @property
    def agreed(self) -> Suite:
        """The suite, once there is one."""
        assert self.suite is not None, f"{self.state}: no suite agreed"
        return self.suite

    @property
    def skeyid(self) -> SkeyId:
        """The keys, once there are any."""
        assert self.keys is not None, f"{self.state}: no keys derived"
        return self.keys

    @property
    def hash(self) -> Hash:
        return HASH_BY_FACT[self.agreed.hash]

    @property
    def cipher(self) -> Cipher:
        return CIPHER_BY_FACT[self.agreed.encryption]

    @property
    def group(self) -> Group:
        return GROUPS[self.agreed.group]
