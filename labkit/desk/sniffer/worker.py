"""A loop of one's own for what takes longer than a moment: tasks first, then portions of work.

Knows threads only as the runner's; must not know what is done.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from labkit.runner import Runner, default

LOG = logging.getLogger("labkit.desk")


class Worker:
    """Runs what is posted, in order; between that, `portion` as long as it says there is more."""

    def __init__(self, portion: Callable[[], bool], runner: Runner | None = None) -> None:
        self._portion = portion
        self._tasks: deque[Callable[[], None]] = deque()
        self._closed = False
        self._loop = (runner or default()).loop("labkit sniffer", self._step)
        self._loop.wake()

    def post(self, task: Callable[[], None]) -> None:
        """Do this soon; from any thread."""
        self._tasks.append(task)
        self._loop.wake()

    def wake(self) -> None:
        """There is work to be done in portions."""
        self._loop.wake()

    def close(self) -> None:
        """End; what was posted and not begun is forgotten."""
        self._closed = True
        self._loop.close()

    def _step(self) -> float | None:
        more = False
        try:
            if self._closed:
                pass
            elif self._tasks:
                more = True
                self._tasks.popleft()()
            else:
                more = self._portion()
        except Exception:
            LOG.exception("the sniffer failed")
        return 0 if more else None
