"""The one thread that owns the lab: what moves time, and what does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from labkit.sim import Threaded
from labkit.sim.lab.owner import Owner
from labkit.sim.net.clock import Clock
from labkit.sim.routers.jobs import NEVER, Ask, Job, Wait

SECOND = 1_000_000


@pytest.fixture
def owner() -> Iterator[Owner]:
    owner = Owner(Threaded())
    yield owner
    owner.close()


def clock(owner: Owner) -> Clock:
    assert isinstance(owner.clock, Clock)
    return owner.clock


def waiting(*waits: Wait) -> Job:
    yield from waits


def test_a_job_moves_time_to_what_it_waits_for_and_no_further(owner: Owner) -> None:
    owner.finish(waiting(Wait(3 * SECOND), Wait(5 * SECOND)))
    assert clock(owner).now == 5 * SECOND


def test_an_event_ends_a_wait_at_its_own_time(owner: Owner) -> None:
    seen: list[int] = []
    clock(owner).at(2 * SECOND, lambda: seen.append(1))
    owner.finish(waiting(Wait(9 * SECOND, lambda: bool(seen))))
    assert clock(owner).now == 2 * SECOND


def test_a_wait_for_others_does_not_move_time_but_sees_what_they_do(owner: Owner) -> None:
    seen: list[int] = []
    done = threading.Event()

    def watcher() -> Job:
        yield Wait(NEVER, lambda: bool(seen))
        done.set()

    thread = threading.Thread(target=lambda: owner.finish(watcher()))
    thread.start()
    owner.call(lambda: None)
    assert clock(owner).now == 0
    clock(owner).at(SECOND, lambda: seen.append(1))
    owner.finish(waiting(Wait(4 * SECOND)))
    assert done.wait(5)
    thread.join()


def test_a_paced_wait_keeps_to_the_walls_pace(owner: Owner) -> None:
    began = time.monotonic()
    owner.finish(waiting(Wait(60_000, paced=True)))
    assert 0.05 < time.monotonic() - began < 2
    assert clock(owner).now >= 60_000


def test_a_free_wait_takes_a_paced_one_along(owner: Owner) -> None:
    thread = threading.Thread(target=lambda: owner.finish(waiting(Wait(3600 * SECOND, paced=True))))
    thread.start()
    began = time.monotonic()
    owner.finish(waiting(Wait(7200 * SECOND)))
    thread.join(5)
    assert not thread.is_alive()
    assert time.monotonic() - began < 5


def test_in_real_time_events_happen_while_nobody_types() -> None:
    owner = Owner(Threaded(), realtime=True)
    happened = threading.Event()
    owner.call(lambda: clock(owner).at(50_000, happened.set))
    assert happened.wait(5)
    owner.close()


def test_the_owner_serves_calls_while_a_job_runs(owner: Owner) -> None:
    running = True

    def endless() -> Job:
        while running:
            yield Wait(clock(owner).now + 1)

    thread = threading.Thread(target=lambda: owner.finish(endless()))
    thread.start()
    began = time.monotonic()
    assert owner.call(lambda: 42) == 42
    assert time.monotonic() - began < 1
    running = False
    thread.join(5)
    assert not thread.is_alive()


def failing() -> Job:
    yield Wait(1)
    raise ZeroDivisionError("gone wrong")


def asking() -> Job:
    yield Ask("Who is there? ")


@pytest.mark.parametrize(("job", "error"), [(failing, "gone wrong"), (asking, "nobody is there")])
def test_an_error_reaches_who_asked_and_the_owner_lives(
    owner: Owner, job: Callable[[], Job], error: str
) -> None:
    with pytest.raises((ZeroDivisionError, RuntimeError), match=error):
        owner.finish(job())
    with pytest.raises(KeyError):
        owner.call(lambda: {}["nothing"])
    assert owner.call(lambda: "alive") == "alive"


def test_a_failing_network_event_is_told_to_who_waits(owner: Owner) -> None:
    clock(owner).at(SECOND, lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        owner.finish(waiting(Wait(2 * SECOND)))
    owner.finish(waiting(Wait(3 * SECOND)))
    assert clock(owner).now == 3 * SECOND


def test_the_owner_may_not_wait_for_itself(owner: Owner) -> None:
    with pytest.raises(RuntimeError, match="cannot wait for itself"):
        owner.call(lambda: owner.finish(waiting(Wait(1))))


def test_a_closed_owner_does_not_leave_its_callers_waiting(owner: Owner) -> None:
    owner.close()
    with pytest.raises(RuntimeError, match="closed"):
        owner.call(lambda: None)
