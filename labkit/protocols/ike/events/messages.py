"""Messages that left, came, came again or were not understood, their payloads, and what these say.

One frozen dataclass a kind.  Every event names the two addresses and the connection id (0 before
the keys of Phase 1 exist).  State names are IOS's, since RFC 2409 has none.

Must not know: what a message was for, what follows from a notification.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.protocols.ike.values import Role


@dataclass(frozen=True, slots=True)
class Event:
    """The part that all events share."""

    local: IPv4Address
    peer: IPv4Address
    connection: int


@dataclass(frozen=True, slots=True)
class MessageSent(Event):
    """A message left; `state` is IOS's MM_* or QM_IDLE at that moment."""

    local_port: int
    peer_port: int
    role: Role
    state: str
    exchange: int
    """Exchange type: 2 main mode, 5 informational, 32 quick mode."""
    message_id: int
    length: int


@dataclass(frozen=True, slots=True)
class MessageReceived(Event):
    """A message came in; `role` is None and `state` is NEW SA if it opens an SA."""

    local_port: int
    peer_port: int
    role: Role | None
    state: str
    exchange: int
    message_id: int
    length: int


@dataclass(frozen=True, slots=True)
class Dropped(Event):
    """A message that belongs to no exchange of ours was ignored."""

    reason: str


@dataclass(frozen=True, slots=True)
class BadMessage(Event):
    """A message failed its sanity check (IOS: IKMP_BAD_MESSAGE); nothing changed."""

    reason: str


@dataclass(frozen=True, slots=True)
class DuplicateReceived(Event):
    """A message came again; `answered`: our reply went out again too."""

    phase: int
    message_id: int
    answered: bool


@dataclass(frozen=True, slots=True)
class Retransmitted(Event):
    """No answer in time: the last message went out again, `attempt` of `limit`."""

    phase: int
    state: str
    message_id: int
    attempt: int
    limit: int


@dataclass(frozen=True, slots=True)
class PayloadProcessed(Event):
    """A payload was looked at: SA, KE, NONCE, ID, HASH, NOTIFY, DELETE or VENDOR."""

    payload: str
    message_id: int


@dataclass(frozen=True, slots=True)
class VendorIdSeen(Event):
    """A vendor ID; `name` is one of the names in `payloads`, IOS, or unknown."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class NotifySent(Event):
    """A NOTIFY left; `name` as in `payloads.NOTIFY_NAMES`, `spi` empty or the SA's."""

    name: str
    protocol: int
    spi: bytes
    message_id: int


@dataclass(frozen=True, slots=True)
class NotifyReceived(Event):
    """A NOTIFY came; one that is not authenticated changes nothing."""

    name: str
    protocol: int
    spi: bytes
    message_id: int
    authenticated: bool


@dataclass(frozen=True, slots=True)
class DeleteSent(Event):
    """A DELETE left: protocol 1 is the IKE SA, 3 is ESP."""

    protocol: int
    spis: tuple[bytes, ...]
    message_id: int


@dataclass(frozen=True, slots=True)
class DeleteReceived(Event):
    """An authenticated DELETE came."""

    protocol: int
    spis: tuple[bytes, ...]
    message_id: int
