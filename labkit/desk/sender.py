"""The one loop that talks to the browser, and the one that looks at the lab for it.

Everybody else only says that a widget has news (`touch`); the sender asks the widget for them, so
that a flood in the lab becomes one message a beat and not a million.  After a quiet time news
leave at once, because a typed key wants its echo; under load they leave a beat apart.  Knows
time, and threads only as the runner's; must not know Jupyter or what the news are.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet

from labkit.sim import Loop, LoopStep, Runner, default_runner

BEAT = 0.03
"""Seconds between two messages under load."""
BURST = 16.0
"""Beats that may follow each other at once after a quiet time."""
PERIOD = 0.2
"""Seconds between two looks at the lab."""
LOG = logging.getLogger("labkit.desk")


class Newsworthy(Protocol):
    """What the sender knows of a widget."""

    def beat(self) -> None:
        """Send what is new to the browser."""


class Watcher(Protocol):
    """What the pulse knows of a widget."""

    def look(self) -> None:
        """See whether the lab has changed, and `touch` if it has."""


class Sender:
    """Lets each touched widget send its news, a beat apart."""

    def __init__(self, runner: Runner | None = None) -> None:
        self._lock = threading.Lock()
        self._touched: dict[Newsworthy, None] = {}
        self._credit = BURST
        self._last = time.monotonic()
        self._loop = _Lazy(runner, "labkit sender", self._send)

    def touch(self, widget: Newsworthy) -> None:
        """This widget has news; callable from any thread, and waits for nobody."""
        with self._lock:
            first = not self._touched
            self._touched[widget] = None
        if first:
            self._loop.wake()

    def _send(self) -> float | None:
        with self._lock:
            if not self._touched:
                return None
        now = time.monotonic()
        self._credit = min(BURST, self._credit + (now - self._last) / BEAT)
        self._last = now
        if self._credit < 1:
            return (1 - self._credit) * BEAT
        self._credit -= 1
        with self._lock:
            touched, self._touched = self._touched, {}
        for widget in touched:
            _guard(widget.beat)
        return None


class Pulse:
    """Has widgets look at their lab a few times a second, as long as there are any."""

    def __init__(self, runner: Runner | None = None) -> None:
        self._watchers: WeakSet[Watcher] = WeakSet()
        self._lock = threading.Lock()
        self._next = 0.0
        self._loop = _Lazy(runner, "labkit pulse", self._beat)

    def watch(self, widget: Watcher) -> None:
        """Call `widget.look()` regularly from now on."""
        with self._lock:
            if not self._watchers:
                self._next = time.monotonic() + PERIOD
            self._watchers.add(widget)
        self._loop.wake()

    def forget(self, widget: Watcher) -> None:
        with self._lock:
            self._watchers.discard(widget)

    def _beat(self) -> float | None:
        with self._lock:
            watchers = list(self._watchers)
        if not watchers:
            return None
        rest = self._next - time.monotonic()
        if rest > 0:
            return rest
        for widget in watchers:
            _guard(widget.look)
        self._next = time.monotonic() + PERIOD
        return PERIOD


class _Lazy:
    """A loop that is made when it is first woken: importing the desk starts no thread."""

    def __init__(self, runner: Runner | None, name: str, step: LoopStep) -> None:
        self._runner = runner
        self._name = name
        self._step = step
        self._lock = threading.Lock()
        self._loop: Loop | None = None

    def wake(self) -> None:
        with self._lock:
            if self._loop is None:
                self._loop = (self._runner or default_runner()).loop(self._name, self._step)
        self._loop.wake()


def _guard(work: Callable[[], None]) -> None:
    """A widget's trouble is its own."""
    try:
        work()
    except Exception:
        LOG.exception("a widget failed")


SENDER = Sender()
PULSE = Pulse()
