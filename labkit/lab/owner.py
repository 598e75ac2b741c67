"""The one thread that owns the lab.

Everybody else posts to its queue.  It runs what waits (shells, errands) in slices of a few
milliseconds, so that Ctrl-C and the other prompts are served while a long command runs.  Lab
time moves only while something waits for it, and then straight to the next event; with
`realtime` it follows the wall instead.  Knows queues, threads and the wall clock, which nothing
below this floor does; must not know SSH or any device.  (ADR 0007)
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from labkit.cli.jobs import NEVER, Job, Wait
from labkit.net.clock import Clock

SLICE = 0.002
"""Seconds that one slice may take before the queue is looked at again."""
LOG = logging.getLogger("labkit.lab")

T = TypeVar("T")


class LabClock(Protocol):
    """Virtual time, as the network keeps it, in microseconds."""

    @property
    def now(self) -> int: ...
    def next_time(self) -> int | None: ...
    def run_until(self, time: int) -> None: ...


class Task(Protocol):
    """Something that waits for lab time: a shell's session or an errand."""

    def waiting(self) -> Wait | None: ...
    def resume(self) -> None: ...
    def push(self) -> None:
        """Hand on what it wrote; called when a slice ends."""

    def fail(self, error: Exception) -> None:
        """What it did raised an error."""


class Owner:
    """Runs posted work, tasks and lab time, all in its own thread."""

    def __init__(self, *, realtime: bool = False) -> None:
        self.clock: LabClock = Clock()
        """The clock of the network in use; set in the owner's thread."""
        self.tasks: list[Task] = []
        self._inbox: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._realtime = realtime
        self._pace = Pace()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="lab owner", daemon=True)
        self._thread.start()

    # ---- from any thread

    def post(self, work: Callable[[], object]) -> None:
        """Have `work` done soon; returns at once."""
        self._inbox.put(work)

    def call(self, work: Callable[[], T]) -> T:
        """Have `work` done and return its result, or raise what it raised."""
        if threading.current_thread() is self._thread:
            return work()
        future: Future[T] = Future()
        self.post(lambda: _settle(future, work))
        return self._result(future)

    def finish(self, job: Job) -> None:
        """Run a job to its end, lab time moving as it asks; raises what it raised."""
        future: Future[None] = Future()
        self.post(lambda: self.tasks.append(Errand(self, job, future)))
        self._result(future)

    def close(self) -> None:
        """End the thread; what still waits is abandoned."""
        self.post(self._close)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    # ---- in the owner's thread

    def _close(self) -> None:
        self._closing = True

    def _result(self, future: Future[T]) -> T:
        if threading.current_thread() is self._thread:
            raise RuntimeError("the owner of the lab cannot wait for itself")
        while not future.done() and self._thread.is_alive():
            try:
                return future.result(timeout=1.0)
            except TimeoutError:
                continue
        if not future.done():
            raise RuntimeError("the lab is closed")
        return future.result()

    def _run(self) -> None:
        idle: float | None = None
        while not self._closing:
            self._do_posted(idle)
            idle = self._slice()
            for task in list(self.tasks):
                self._guard(task, task.push)

    def _do_posted(self, idle: float | None) -> None:
        """Everything in the queue; waits for something for `idle` seconds (None: for ever)."""
        try:
            work = self._inbox.get(timeout=idle) if idle != 0 else self._inbox.get_nowait()
            self._catch_up()
            while True:
                try:
                    work()
                except Exception:
                    LOG.exception("work posted to the lab failed")
                work = self._inbox.get_nowait()
        except queue.Empty:
            pass

    def _slice(self) -> float | None:
        """Run what is ready and move time for what waits; returns how long to wait then."""
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
            if not self._inbox.empty() or time.perf_counter() > deadline:
                return 0

    def _catch_up(self) -> None:
        """In real time, what happened while nobody typed happens before the next command."""
        if self._realtime:
            limit = self._pace.limit(self.clock)
            while self.clock.now < limit and self._move(limit):
                pass

    def _run_ready(self) -> tuple[int, int]:
        """Resume every task whose time or event has come; the next time that one waits for,
        of those that time moves for freely and of those that are paced."""
        free = paced = NEVER
        for task in list(self.tasks):
            wait = task.waiting()
            if wait is None:
                continue
            if self.clock.now >= wait.until or wait.done():
                self._guard(task, task.resume)
                wait = task.waiting()
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
            for task in [task for task in self.tasks if task.waiting() is not None]:
                task.fail(error)
        return True

    def _guard(self, task: Task, work: Callable[[], None]) -> None:
        """A task's error is its own: reported there, logged, and nobody else's trouble."""
        try:
            work()
        except Exception as error:
            LOG.exception("a command failed")
            task.fail(error)


class Errand:
    """A job without a terminal, whose end somebody in another thread waits for."""

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
        self._owner.tasks.remove(self)
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
