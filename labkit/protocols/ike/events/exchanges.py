"""What happens in the exchanges of RFC 2409, §5: Phase 1, from the request for an SA to the end of
the IKE SA, then Phase 2, quick modes and the ESP SAs they make and unmake.

The packet's path begins it with `SaRequested`; the router acts on those that say so.
Must not know: how any vendor prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from labkit.protocols.ike.events.messages import Event
from labkit.protocols.ike.values import (
    ChildSa,
    EspTransform,
    Refusal,
    Request,
    Role,
    Selector,
    Suite,
)


@dataclass(frozen=True, slots=True)
class SaRequested(Event):
    """The forwarding path asked for an IPsec SA (IOS: IPSEC(sa_request))."""

    request: Request


@dataclass(frozen=True, slots=True)
class RequestFailed(Event):
    """That request came to nothing."""

    request: Request
    reason: str


@dataclass(frozen=True, slots=True)
class PeerCreated(Event):
    """A first IKE SA with this peer is being made."""

    peer_port: int
    role: Role


@dataclass(frozen=True, slots=True)
class KeyFound(Event):
    """There is a pre-shared key for the peer."""

    offered: bool = False
    """Looked for because a suite is offered, which is held against the policies next."""


@dataclass(frozen=True, slots=True)
class KeyMissing(Event):
    """There is none: `No pre-shared key with …!`, then `Can not start Main mode` if we began."""

    role: Role


@dataclass(frozen=True, slots=True)
class NatVendorIdSent(Event):
    """A vendor ID of NAT traversal goes into a message: rfc3947, 07, 03 or 02."""

    version: str


@dataclass(frozen=True, slots=True)
class PolicyMissing(Event):
    """No Phase 1 policy is configured at all."""


@dataclass(frozen=True, slots=True)
class ExchangeStarted(Event):
    """We begin an exchange."""

    exchange: Literal["main", "aggressive", "quick"]
    message_id: int


@dataclass(frozen=True, slots=True)
class StateChanged(Event):
    """One step of a table.  `origin` and `input` are IOS's, as in
    `Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH`."""

    origin: str
    input: str
    old: str
    new: str
    message_id: int = 0
    """Not 0: the quick mode that it happened in (IOS: `Node …`)."""


@dataclass(frozen=True, slots=True)
class PolicyChecked(Event):
    """An offered transform was held against a policy."""

    transform: int
    priority: int
    offer: Suite
    verdict: (
        Literal["encryption", "key length", "hash", "authentication", "group", "lifetime"] | None
    )
    """The first attribute that differs; None: acceptable."""
    next_payload: int
    """3 if another transform follows in the offer, 0 after the last."""


@dataclass(frozen=True, slots=True)
class NoPolicyAccepted(Event):
    """No offered transform fits any policy: `phase 1 SA policy not acceptable!`."""


@dataclass(frozen=True, slots=True)
class LifetimeAgreed(Event):
    """The shorter of the offered and the configured lifetime of Phase 1, in seconds."""

    offered: int
    configured: int
    seconds: int


@dataclass(frozen=True, slots=True)
class NatChecked(Event):
    """The NAT-D payloads were compared (RFC 3947 §3.2)."""

    local_behind_nat: bool
    peer_behind_nat: bool


@dataclass(frozen=True, slots=True)
class PortsChanged(Event):
    """Act on it: IKE, and ESP in UDP, go between other ports now; `nat_path`s are changed."""

    old: tuple[int, int]
    """Ours and the peer's."""
    new: tuple[int, int]


@dataclass(frozen=True, slots=True)
class KeysDerived(Event):
    """SKEYID and what follows from it exist; from here the SA has a connection id."""


@dataclass(frozen=True, slots=True)
class IdentitySent(Event):
    """Our Phase 1 ID payload."""

    id_type: int
    data: bytes
    protocol: int
    port: int
    next_payload: int


@dataclass(frozen=True, slots=True)
class IdentityReceived(Event):
    """The peer's Phase 1 ID payload."""

    id_type: int
    data: bytes
    protocol: int
    port: int
    next_payload: int


@dataclass(frozen=True, slots=True)
class Authenticated(Event):
    """The peer's HASH_I or HASH_R is right: it knows the pre-shared key."""


@dataclass(frozen=True, slots=True)
class AuthenticationFailed(Event):
    """A HASH is wrong in a message that otherwise reads well."""

    phase: int
    message_id: int


@dataclass(frozen=True, slots=True)
class IkeSaEstablished(Event):
    """Phase 1 is complete; `local_port` and `peer_port` as in use."""

    role: Role
    suite: Suite
    peer_port: int


@dataclass(frozen=True, slots=True)
class IkeSaDeleted(Event):
    """An IKE SA ends: `deleting SA reason "…" state (I) MM_NO_STATE`."""

    role: Role
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class PeerDead(Event):
    """Five R-U-THERE went unanswered: `peer … not responding!`; its SAs end."""


@dataclass(frozen=True, slots=True)
class IkeSaPurged(Event):
    """A deleted IKE SA leaves the table, a minute later."""


# --------------------------------------------------------------------------- Phase 2


@dataclass(frozen=True, slots=True)
class SpiAllocated(Event):
    """A quick mode has its inbound SPI: `QM Initiator gets spi`."""

    role: Role
    spi: int
    message_id: int


@dataclass(frozen=True, slots=True)
class NodeCreated(Event):
    """The peer has begun an exchange under the IKE SA: `set new node …`."""

    message_id: int


@dataclass(frozen=True, slots=True)
class ProposalChecked(Event):
    """An offered ESP transform was looked at, with its attributes and, as seen from here, for
    which proxies."""

    proposal: int
    transform: int
    offer: EspTransform
    lifetime_seconds: int | None
    lifetime_kilobytes: int | None
    group: int | None
    acceptable: bool
    local_selector: Selector
    remote_selector: Selector


@dataclass(frozen=True, slots=True)
class ProposalRefused(Event):
    """Phase 2 is refused: `phase 2 SA policy not acceptable!`."""

    refusal: Refusal
    message_id: int
    offers: tuple[EspTransform, ...]
    local_selector: Selector
    remote_selector: Selector


@dataclass(frozen=True, slots=True)
class NodeDeleted(Event):
    """A quick mode or informational exchange is over: `deleting node …`."""

    message_id: int
    error: bool
    reason: str


@dataclass(frozen=True, slots=True)
class NodePurged(Event):
    """An exchange is forgotten: our own notification as it leaves, a quick mode a minute later."""

    message_id: int


@dataclass(frozen=True, slots=True)
class SasCreated(Event):
    """The keys of `child` exist: `Creating IPSec SAs`."""

    child: ChildSa


@dataclass(frozen=True, slots=True)
class SaInstalled(Event):
    """Act on it: this direction of `child` may carry packets from now on.

    The responder installs inbound when it has answered, outbound when the third message is
    there; the initiator both at once, inbound first.
    """

    child: ChildSa
    direction: Literal["inbound", "outbound"]


@dataclass(frozen=True, slots=True)
class RekeyDue(Event):
    """Act on it: the end of `child` is near; request a successor to the same peer."""

    child: ChildSa


@dataclass(frozen=True, slots=True)
class SaDeleted(Event):
    """Act on it: both directions of `child` are gone."""

    child: ChildSa
    reason: str
