"""What a BGP session and those around it say to each other.

A session has actions for its caller to carry out on the TCP connection, and events that the caller
should know.  `Transport` and `Connection` are what BGP needs of TCP: one listener for all VRFs, and
connections that tell what happens.

Must not know: the state machine, routers, segments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

from labkit.wire import bgp as wire


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


class Connection(Protocol):
    """One TCP connection; the callbacks are set by whoever uses it."""

    on_connect: Callable[[], None]
    on_data: Callable[[bytes], None]
    on_close: Callable[[str], None]
    vrf: str
    remote: IPv4Address

    def send(self, data: bytes) -> None: ...

    def close(self) -> None:
        """Send what is queued, then FIN."""

    def abort(self) -> None:
        """Send RST."""


class Transport(Protocol):
    """The router's TCP, port 179."""

    def listen(self, accept: Callable[[Connection], None]) -> None:
        """Call `accept` for every connection a neighbour opens, before its `on_connect`."""

    def connect(self, vrf: str, source: IPv4Address, destination: IPv4Address) -> Connection | None:
        """Open a connection; `on_connect` or `on_close` tells how it went.  None: no route."""
