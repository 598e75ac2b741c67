"""What BGP needs of TCP: one listener for all VRFs, and connections that tell what happens.

Must not know: segments, timers, ports of our own.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Protocol


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
