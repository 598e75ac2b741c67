"""What happens in Phase 2 (RFC 2409 §5.5): quick modes and the ESP SAs they make and unmake.

The router acts on those that say so.  Must not know: how any vendor prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from labkit.protocols.ike.events.messages import Event
from labkit.protocols.ike.values import ChildSa, EspTransform, Refusal, Role, Selector


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
