"""What takes its time: work beside the caller's own, with how far it is and a way to stop it.

A widget's message handler must only post and return, so it gives such work away:

    self.errand("Advancing an hour", lambda errand: …)   # errand.tell(done, total), errand.stopped

The widget's frame shows a progress bar while it lasts.  A `Worker` is there for a widget that has
such work all the time.  Knows threads only as the runner's; must not know what is done.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from labkit.sim import Runner, default_runner

LOG = logging.getLogger("labkit.desk")
Show = Callable[[dict[str, Any]], None]
"""Shows {what, done, total, stoppable}, or {} when all is over; total 0: nobody knows."""


class Errand:
    """One piece of work; `task` runs at once and should look at `stopped`."""

    def __init__(
        self,
        what: str,
        task: Callable[[Errand], object],
        show: Show,
        failed: Callable[[Exception], None],
        *,
        stoppable: bool = False,
    ) -> None:
        self.what = what
        self._task = task
        self._show = show
        self._failed = failed
        self._stoppable = stoppable
        self._stop = threading.Event()
        self._over = threading.Event()
        self.tell(0, 0)
        default_runner().start(f"labkit errand: {what}", self._run)

    @property
    def stopped(self) -> bool:
        """Somebody wants no more of it."""
        return self._stop.is_set()

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def stop(self) -> None:
        """Ask it to end; returns at once."""
        self._stop.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Until it is over; whether it is."""
        return self._over.wait(timeout)

    def tell(self, done: float, total: float) -> None:
        """How far it is, in whatever unit."""
        self._show({"what": self.what, "done": done, "total": total, "stoppable": self._stoppable})

    def _run(self) -> None:
        try:
            self._task(self)
        except Exception as error:
            self._failed(error)
        finally:
            self._over.set()
            self._show({})


class Worker:
    """Runs what is posted, in order; between that, `portion` as long as it says there is more."""

    def __init__(self, portion: Callable[[], bool], runner: Runner | None = None) -> None:
        self._portion = portion
        self._tasks: deque[Callable[[], None]] = deque()
        self._closed = False
        self._loop = (runner or default_runner()).loop("labkit sniffer", self._step)
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
