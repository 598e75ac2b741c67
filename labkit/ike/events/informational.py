"""Notifications and deletes (RFC 2409 §5.7), sent and received.

Must not know: what follows from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.ike.events.event import Event


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
