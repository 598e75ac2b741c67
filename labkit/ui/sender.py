"""The one thread that talks to the browser, and the one that looks at the lab for it.

Everybody else only says that a widget has news (`touch`); the sender asks the widget for them, so
that a flood in the lab becomes one message a beat and not a million.  After a quiet time news
leave at once, because a typed key wants its echo; under load they leave a beat apart.  Knows
threads and time; must not know Jupyter or what the news are.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet

BEAT = 0.03
"""Seconds between two messages under load."""
BURST = 16.0
"""Beats that may follow each other at once after a quiet time."""
PERIOD = 0.2
"""Seconds between two looks at the lab."""
LOG = logging.getLogger("labkit.ui")


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

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._touched: dict[Newsworthy, None] = {}
        self._thread: threading.Thread | None = None

    def touch(self, widget: Newsworthy) -> None:
        """This widget has news; returns at once, callable from any thread."""
        with self._changed:
            self._touched[widget] = None
            if self._thread is None:
                self._thread = _daemon("labkit sender", self._run)
            self._changed.notify()

    def _run(self) -> None:
        credit, last = BURST, time.monotonic()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._touched)
            now = time.monotonic()
            credit, last = min(BURST, credit + (now - last) / BEAT), now
            if credit < 1:
                time.sleep((1 - credit) * BEAT)
            credit -= 1
            with self._changed:
                touched, self._touched = self._touched, {}
            for widget in touched:
                _guard(widget.beat)
            touched.clear()  # a widget that is closed meanwhile is not kept by us


class Pulse:
    """Has widgets look at their lab a few times a second, as long as there are any."""

    def __init__(self) -> None:
        self._watchers: WeakSet[Watcher] = WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, widget: Watcher) -> None:
        """Call `widget.look()` regularly from now on."""
        with self._lock:
            self._watchers.add(widget)
            if self._thread is None:
                self._thread = _daemon("labkit pulse", self._run)

    def forget(self, widget: Watcher) -> None:
        with self._lock:
            self._watchers.discard(widget)

    def _run(self) -> None:
        while True:
            time.sleep(PERIOD)
            with self._lock:
                watchers = list(self._watchers)
                if not watchers:
                    self._thread = None
                    return
            for widget in watchers:
                _guard(widget.look)
            watchers.clear()


def _guard(work: Callable[[], None]) -> None:
    """A widget's trouble is its own."""
    try:
        work()
    except Exception:
        LOG.exception("a widget failed")


def _daemon(name: str, work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread


SENDER = Sender()
PULSE = Pulse()
