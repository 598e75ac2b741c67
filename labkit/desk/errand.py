"""What takes its time: work beside the caller's own, with how far it is and a way to stop it.

A widget's message handler must only post and return, so it gives such work away:

    self.errand("Advancing an hour", lambda errand: …)   # errand.tell(done, total), errand.stopped

The widget's frame shows a progress bar while it lasts.  Knows threads only as the
runner's; must not know what is done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from labkit.runner import default

Show = Callable[[dict[str, Any]], None]
"""Shows {what, done, total, stoppable}, or {} when all is over; total 0: nobody knows."""


class Errand:
    """One piece of work; `task` runs at once and should look at `stopped`."""

    def __init__(
        self,
        what: str,
        task: Callable[[Errand], None],
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
        default().start(f"labkit errand: {what}", self._run)

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
