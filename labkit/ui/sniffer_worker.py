"""A thread of one's own for what takes longer than a moment: tasks first, then portions of work.

Knows threads; must not know what is done.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

LOG = logging.getLogger("labkit.ui")


class Worker:
    """Runs what is posted, in order; between that, `portion` as long as it says there is more."""

    def __init__(self, portion: Callable[[], bool]) -> None:
        self._portion = portion
        self._tasks: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._more = True
        self._closed = False
        thread = threading.Thread(target=self._run, name="labkit sniffer", daemon=True)
        thread.start()

    def post(self, task: Callable[[], None]) -> None:
        """Do this soon; returns at once, from any thread."""
        with self._changed:
            self._tasks.append(task)
            self._more = True
            self._changed.notify()

    def wake(self) -> None:
        """There is work to be done in portions."""
        with self._changed:
            self._more = True
            self._changed.notify()

    def close(self) -> None:
        """End; what was posted and not begun is forgotten."""
        with self._changed:
            self._closed = True
            self._tasks.clear()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._tasks or self._more or self._closed)
                if self._closed:
                    return
                task = self._tasks.popleft() if self._tasks else None
                if task is None:
                    self._more = False
            try:
                if task is not None:
                    task()
                elif self._portion():
                    self.wake()
            except Exception:
                LOG.exception("the sniffer failed")
