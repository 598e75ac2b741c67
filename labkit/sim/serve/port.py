"""The port that the SSH servers are plugged into: what they ask of whoever runs the shells.

Knows only text in both directions.  The lab implements `Opener` and `Session`; an SSH channel
(or a widget, or a test) implements `Screen`.  No call here ever blocks on the other side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

HOST = "127.0.0.1"
"""Where the servers listen, and nowhere else."""

ANEW = "labkit: the lab has started again"
"""What a session is told of a start, since no device says it."""


class Screen(Protocol):
    """Where a session's output goes.  Both calls return at once, whatever the reader does."""

    def show(self, text: str) -> None:
        """Show text that the session wrote; line ends are CR LF."""

    def close(self, status: int) -> None:
        """The session is over; `status` is its exit status."""


class Session(Protocol):
    """One running session.  Every call may come from any thread and returns at once."""

    def feed(self, typed: str) -> None:
        """Characters that the person typed."""

    def resize(self, width: int, height: int) -> None:
        """The person's window has another size now, in characters."""

    def end_of_input(self) -> None:
        """Nothing more will be typed: end when what was typed is done."""

    def hang_up(self) -> None:
        """The connection is lost: end now."""


@dataclass(frozen=True, slots=True)
class Window:
    """The size of the person's window in characters."""

    width: int = 80
    height: int = 24


class Opener(Protocol):
    """Opens sessions on devices."""

    def open(
        self, device: str, screen: Screen, window: Window | None, command: str | None
    ) -> Session:
        """Open a session; with `command`, run that alone and end.  No window: no terminal."""


@dataclass(frozen=True, slots=True)
class Login:
    """The only user and password that the servers of a lab let in."""

    username: str
    password: str
