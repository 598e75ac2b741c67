"""The one loop that owns the lab.

Everybody else posts to its queue.  It runs what waits (shells, jobs) in slices of a few
milliseconds, so that Ctrl-C and the other prompts are served while a long command runs.  Lab
time moves only while something waits for it, and then straight to the next event; with
`realtime` it follows the wall instead.  Knows the wall's clock, which nothing in the simulator
below this floor does; must not know threads, SSH or any device.  (ADR 0007)
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from labkit.sim.net.clock import Clock
from labkit.sim.routers.jobs import NEVER, Job, Wait
from labkit.sim.runner import Runner

SLICE = 0.002
"""Seconds that one slice may take before the queue is looked at again."""
LOG = logging.getLogger("labkit.sim.lab")

T = TypeVar("T")


class LabClock(Protocol):
    """Virtual time, as the network keeps it, in microseconds."""

    @property
    def now(self) -> int: ...
    def next_time(self) -> int | None: ...
    def run_until(self, time: int) -> None: ...


class Waiter(Protocol):
    """Something that waits for lab time: a shell's session or a posted job."""

    def waiting(self) -> Wait | None: ...
    def resume(self) -> None: ...
    def push(self) -> None:
        """Hand on what it wrote; called when a slice ends."""

    def fail(self, error: Exception) -> None:
        """What it did raised an error."""


class Owner:
    """Runs posted work, whatever waits, and lab time, all in its own loop."""

    def __init__(self, runner: Runner, *, realtime: bool = False) -> None:
        self.clock: LabClock = Clock()
        """The clock of the network in use; set in the owner's loop."""
        self.waiters: list[Waiter] = []
        self._inbox: deque[Callable[[], object]] = deque()
        self._realtime = realtime
        self._pace = Pace()
        self._loop = runner.loop("lab owner", self._step)

    # ---- from any thread

    def post(self, work: Callable[[], object]) -> None:
        """Have `work` done soon; never waits for it."""
        self._inbox.append(work)
        self._loop.wake()

    def call(self, work: Callable[[], T]) -> T:
        """Have `work` done and return its result, or raise what it raised."""
        if self._loop.here:
            return work()
        future: Future[T] = Future()
        self.post(lambda: _settle(future, work))
        return self._loop.wait(future)

    def finish(self, job: Job) -> None:
        """Run a job to its end, lab time moving as it asks; raises what it raised."""
        if self._loop.here:
            raise RuntimeError("the owner of the lab cannot wait for itself")
        future: Future[None] = Future()
        self.post(lambda: self.waiters.append(PostedJob(self, job, future)))
        self._loop.wait(future)

    def close(self) -> None:
        """End the loop, after what was posted; what still waits is abandoned."""
        self._loop.close()
        self._loop.join()

    # ---- in the owner's loop

    def _step(self) -> float | None:
        """What was posted, a slice of what waits, and what was written is handed on."""
        if self._inbox:
            self._catch_up()
        while self._inbox:
            work = self._inbox.popleft()
            try:
                work()
            except Exception:
                LOG.exception("work posted to the lab failed")
        idle = self._slice()
        for waiter in list(self.waiters):
            self._guard(waiter, waiter.push)
        return idle

    def _slice(self) -> float | None:
        """Run what is ready and move time for what waits; how long there is nothing to do then."""
        deadline = time.perf_counter() + SLICE
        while True:
            free, paced = self._run_ready()
            if free < NEVER and not self._realtime:
                self._move(free)
                self._pace.synchronise(self.clock)
            elif self._realtime or paced < NEVER:
                horizon = min(free, paced)
                self._move(min(horizon, self._pace.limit(self.clock)))
                delay = self._pace.delay(self.clock, horizon)
                if delay != 0:
                    return delay
            else:
                self._pace.forget()
                return None
            if self._inbox or time.perf_counter() > deadline:
                return 0

    def _catch_up(self) -> None:
        """In real time, what happened while nobody typed happens before the next command."""
        if self._realtime:
            limit = self._pace.limit(self.clock)
            while self.clock.now < limit and self._move(limit):
                pass

    def _run_ready(self) -> tuple[int, int]:
        """Resume every waiter whose time or event has come; the next time that one waits for,
        of those that time moves for freely and of those that are paced."""
        free = paced = NEVER
        for waiter in list(self.waiters):
            wait = waiter.waiting()
            if wait is None:
                continue
            if self.clock.now >= wait.until or wait.done():
                self._guard(waiter, waiter.resume)
                wait = waiter.waiting()
            if wait is None:
                continue
            until = self.clock.now if wait.done() else wait.until  # it may wait for what is there
            if wait.paced:
                paced = min(paced, until)
            else:
                free = min(free, until)
        return free, paced

    def _move(self, horizon: int) -> bool:
        """Move time to the next event, at most to `horizon`; whether it could move."""
        clock = self.clock
        following = clock.next_time()
        target = horizon if following is None else min(following, horizon)
        if target < clock.now or (target == clock.now and following != target):
            return False
        try:
            clock.run_until(target)
        except Exception as error:
            LOG.exception("an event in the network failed")
            for waiter in [each for each in self.waiters if each.waiting() is not None]:
                waiter.fail(error)
        return True

    def _guard(self, waiter: Waiter, work: Callable[[], None]) -> None:
        """A waiter's error is its own: reported there, logged, and nobody else's trouble."""
        try:
            work()
        except Exception as error:
            LOG.exception("a command failed")
            waiter.fail(error)


class PostedJob:
    """A job without a terminal, whose end somebody waits for."""

    def __init__(self, owner: Owner, job: Job, future: Future[None]) -> None:
        self._owner = owner
        self._job = job
        self._future = future
        self._wait: Wait | None = Wait(0)

    def waiting(self) -> Wait | None:
        return self._wait

    def resume(self) -> None:
        try:
            wait = next(self._job)
            if not isinstance(wait, Wait):
                raise RuntimeError(f"{wait} asks a question and nobody is there to answer")
            self._wait = wait
        except StopIteration:
            self._end(None)
        except Exception as error:
            self._end(error)

    def push(self) -> None:
        pass

    def fail(self, error: Exception) -> None:
        self._end(error)

    def _end(self, error: Exception | None) -> None:
        self._wait = None
        self._owner.waiters.remove(self)
        if error is None:
            self._future.set_result(None)
        else:
            self._future.set_exception(error)


class Pace:
    """Lab time tied to the wall: a lab second is a second."""

    def __init__(self) -> None:
        self._clock: LabClock | None = None
        self._offset = 0

    def forget(self) -> None:
        """Nothing is paced now; the next to be starts from its own present."""
        self._clock = None

    def synchronise(self, clock: LabClock) -> None:
        """Lab time has moved by itself: go on from here."""
        self._clock, self._offset = clock, clock.now - time.monotonic_ns() // 1000

    def limit(self, clock: LabClock) -> int:
        """The lab time that the wall allows now."""
        if clock is not self._clock:
            self.synchronise(clock)
        return time.monotonic_ns() // 1000 + self._offset

    def delay(self, clock: LabClock, horizon: int) -> float | None:
        """Seconds until the next event or `horizon`; None if nothing will ever happen."""
        following = clock.next_time()
        when = horizon if following is None else min(following, horizon)
        return None if when >= NEVER else max(0, when - self.limit(clock)) / 1e6


def _settle(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:
        future.set_exception(error)
