"""What a BGP session and its caller say to each other: actions, events, and counts of messages.

Actions are for the caller to carry out on the TCP connection; events are what it should know.
Must not know: the state machine, routers.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.protocols.wire import bgp as wire


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a TCP connection to the neighbour."""


@dataclass(frozen=True, slots=True)
class Send:
    data: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close the TCP connection, or give up opening it."""


@dataclass(frozen=True, slots=True)
class Established:
    """The session is up: routes may flow."""


@dataclass(frozen=True, slots=True)
class Down:
    """The session went down; its routes are void."""

    reason: str


@dataclass(frozen=True, slots=True)
class Learned:
    """An UPDATE arrived."""

    update: wire.Update


@dataclass(frozen=True, slots=True)
class RefreshAsked:
    """The neighbour wants to hear every route again (RFC 2918)."""


@dataclass(frozen=True, slots=True)
class Notified:
    """A NOTIFICATION went out or came in: what IOS logs as %BGP-3-NOTIFICATION."""

    sent: bool
    code: int
    subcode: int
    data: bytes = b""


Action = Connect | Send | Close
SessionEvent = Established | Down | Learned | RefreshAsked | Notified


@dataclass
class MessageCounts:
    """By direction, as the summaries count them."""

    opens: int = 0
    updates: int = 0
    keepalives: int = 0
    notifications: int = 0
    refreshes: int = 0

    @property
    def total(self) -> int:
        parts = (self.opens, self.updates, self.keepalives, self.notifications, self.refreshes)
        return sum(parts)

    def count(self, message: wire.Message) -> None:
        match message:
            case wire.Open():
                self.opens += 1
            case wire.Update():
                self.updates += 1
            case wire.Keepalive():
                self.keepalives += 1
            case wire.Notification():
                self.notifications += 1
            case wire.RouteRefresh():
                self.refreshes += 1


@dataclass(frozen=True, slots=True)
class Local:
    """Our side of a session."""

    asn: int
    router_id: IPv4Address
    remote_as: int | None
    active: bool
    """We open the connection; the other side waits for it."""
    hold_time: int = 90
    keepalive: int = 30
