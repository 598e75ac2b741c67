"""What a running command may wait for.

A command is a plain function, or a generator that yields one of these and is resumed by
whoever owns the lab's time: after a `Wait` with None, after an `Ask` or a `Key` with what was
typed.  Ctrl-C reaches it as `Interrupt` at its `yield`.  Nothing here knows a clock or a
terminal (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

NEVER = 1 << 62
"""As `until`: lab time does not move for this wait, somebody else must make it come true."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Wait:
    """Until lab time `until` (microseconds), or sooner, as soon as `done()` holds.

    A `paced` wait belongs to a command without end (a ping without a count): lab time moves for
    it no faster than the wall's.
    """

    until: int
    done: Callable[[], bool] = _never
    paced: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A question answered with a line; a `secret` answer is not echoed."""

    prompt: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A question answered with one key, as a pager asks; `prompt` is wiped afterwards."""

    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """Everything typed goes to the command as it comes (a Telnet client does this); the
    command is resumed with the keys, or with None once `until` passed or `done()` holds."""

    until: int
    done: Callable[[], bool] = _never


class Interrupt(Exception):
    """The person pressed the escape sequence while the command ran."""


Job = Generator[Wait | Ask | Key | Keys, str | None, None]
