"""Virtual time: a number of microseconds, and what is to happen when it gets there.

Nothing moves but by `run_until` and `step`.  What is due at the same microsecond happens in the
order in which it was asked for, so a run is the same on every machine.

Must not know: the wall clock, packets, routers.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime

MILLISECOND = 1_000
SECOND = 1_000_000
EPOCH = int(datetime(2026, 3, 2, 9, 0, tzinfo=UTC).timestamp()) * SECOND
"""When a booted lab's clock stands at its first prompt."""
BOOT_TIME = 60 * SECOND

Action = Callable[[], None]


class Timer:
    """Something that is to happen at `time`, unless it is cancelled before."""

    __slots__ = ("_action", "time")

    def __init__(self, time: int, action: Action) -> None:
        self.time = time
        self._action: Action | None = action

    def cancel(self) -> None:
        """Have it not happen; harmless if it has happened already."""
        self._action = None

    @property
    def pending(self) -> bool:
        """Whether it is still to happen."""
        return self._action is not None

    def fire(self) -> None:
        """Do it now, once."""
        action, self._action = self._action, None
        if action is not None:
            action()


class Clock:
    """Microseconds since the Unix epoch, from `epoch` on."""

    def __init__(self, epoch: int = 0) -> None:
        self.now = epoch
        self._queue: list[tuple[int, int, Timer]] = []
        self._count = 0

    def at(self, time: int, action: Action) -> Timer:
        """Have `action` happen at `time`; raises ValueError if that is past."""
        if time < self.now:
            raise ValueError(f"{time} is {self.now - time} us ago")
        timer = Timer(time, action)
        self._count += 1
        heapq.heappush(self._queue, (time, self._count, timer))
        return timer

    def after(self, delay: int, action: Action) -> Timer:
        """Have `action` happen `delay` microseconds from now (0: after all that is due now)."""
        return self.at(self.now + delay, action)

    def next_time(self) -> int | None:
        """When the next thing happens, None if nothing is to."""
        while self._queue and not self._queue[0][2].pending:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def step(self) -> bool:
        """Let the next thing happen, moving time to it; false if there is none."""
        if self.next_time() is None:
            return False
        time, _, timer = heapq.heappop(self._queue)
        self.now = time
        timer.fire()
        return True

    def run_until(self, time: int) -> None:
        """Let everything happen that is due up to and including `time`; it is `time` then."""
        queue = self._queue
        while queue and queue[0][0] <= time:
            due, _, timer = heapq.heappop(queue)
            if timer.pending:
                self.now = due
                timer.fire()
        self.now = max(self.now, time)

    def run(self, duration: int) -> None:
        """Let `duration` microseconds go by."""
        self.run_until(self.now + duration)
