"""The port to threads and timers: whoever must do something by itself asks a runner for it.

A `Loop` is a step that is done again whenever somebody wakes it, or when the time that it asked
for has passed: the lab's owner is one, so are the desk's sender, pulse and workers.  Threaded
gives every loop a thread of its own.  Inline has none: waking a loop turns it until nothing is
left to do, in whatever thread that is, for where threads cannot start (a browser's tab) or where
a test wants none.  Knows the wall's clock; must not know what is done (docs/adr/0007).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from math import inf
from typing import Protocol, TypeVar

T = TypeVar("T")

LoopStep = Callable[[], float | None]
"""Does what is to be done now and returns soon; says after how many seconds it wants to be called
again without being woken (0: at once, None: never).  Keeps its errors to itself."""


class Loop(Protocol):
    """One step, done again and again, never twice at a time."""

    @property
    def here(self) -> bool:
        """Whether the caller is in the step."""

    def wake(self) -> None:
        """Have the step done soon; from anywhere, and never waits for another's step."""

    def wait(self, future: Future[T]) -> T:
        """What the step will put there.  Raises it, or RuntimeError where nothing can come."""

    def close(self) -> None:
        """One last step, so that what was posted before is done, and no more."""

    def join(self) -> None:
        """Wait for the end of the last step."""


class Runner(Protocol):
    """Gives loops and starts errands."""

    @property
    def threaded(self) -> bool:
        """Whether anything may block, as who serves sockets must."""

    def loop(self, name: str, step: LoopStep) -> Loop:
        """A loop that sleeps until it is woken."""

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Have `work` done once: beside the caller's own, or before this returns."""


@cache
def default_runner() -> Runner:
    """The process's runner: threaded where threads can start."""
    try:
        threading.Thread(target=int, name="labkit tries a thread").start()
    except RuntimeError:
        return Inline()
    return Threaded()


class Threaded:
    """Every loop and every errand has a thread of its own."""

    threaded = True

    def loop(self, name: str, step: LoopStep) -> Loop:
        return _Thread(name, step)

    def start(self, name: str, work: Callable[[], None]) -> None:
        threading.Thread(target=work, name=name, daemon=True).start()


class _Thread:
    def __init__(self, name: str, step: LoopStep) -> None:
        self._step = step
        self._woken = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def here(self) -> bool:
        return threading.current_thread() is self._thread

    def wake(self) -> None:
        self._woken.set()

    def wait(self, future: Future[T]) -> T:
        while not future.done() and self._thread.is_alive():
            try:
                return future.result(timeout=1.0)
            except TimeoutError:
                continue
        if not future.done():
            raise RuntimeError(f"the {self._thread.name} is closed")
        return future.result()

    def close(self) -> None:
        self._closed = True
        self.wake()

    def join(self) -> None:
        if not self.here:
            self._thread.join()

    def _run(self) -> None:
        delay: float | None = None
        closed = False
        while not closed:
            if delay != 0:
                self._woken.wait(delay)
            self._woken.clear()
            closed = self._closed  # before the step, which does what was posted before
            delay = self._step()


class Inline:
    """No threads: whoever wakes a loop turns it until nothing is left to do; within a step that
    is left to whoever began.  What is to be done later is done by the next `turn`."""

    threaded = False

    def __init__(self) -> None:
        self._loops: list[_Inline] = []
        self._turning = False

    def loop(self, name: str, step: LoopStep) -> Loop:
        loop = _Inline(name, step, self.turn)
        self._loops.append(loop)
        return loop

    def start(self, name: str, work: Callable[[], None]) -> None:
        work()

    def turn(self) -> None:
        """Do what is due; a host with a timer calls this every few hundredths of a second."""
        if self._turning:
            return
        self._turning = True
        try:
            while due := [loop for loop in self._loops if loop.due and not loop.here]:
                due[0].turn()
        finally:
            self._turning = False
            self._loops = [loop for loop in self._loops if not loop.ended]


class _Inline:
    def __init__(self, name: str, step: LoopStep, turn_all: Callable[[], None]) -> None:
        self.here = False
        self.ended = False
        self._name = name
        self._step = step
        self._turn_all = turn_all
        self._when = inf
        self._closed = False

    @property
    def due(self) -> bool:
        return self._when <= time.monotonic()

    def turn(self) -> None:
        closed = self._closed
        self._when, self.here = inf, True
        try:
            delay = self._step()
        finally:
            self.here = False
        if closed:
            self.ended, self._when = True, inf
        elif delay is not None:
            self._when = min(self._when, time.monotonic() + delay)

    def wake(self) -> None:
        if not self.ended:
            self._when = 0.0
            self._turn_all()

    def wait(self, future: Future[T]) -> T:
        while not future.done():
            if self._when == inf:
                why = "is closed" if self.ended else "waits for what nobody does"
                raise RuntimeError(f"the {self._name} {why}")
            time.sleep(max(0.0, self._when - time.monotonic()))
            self.turn()
        return future.result()

    def close(self) -> None:
        self._closed = True
        self.wake()

    def join(self) -> None:
        if not self.here and not self.ended:
            self.turn()
