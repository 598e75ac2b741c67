"""The port to threads: both runners do the same steps, one of them without a thread."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future

import pytest

from labkit.sim.runner import Inline, Runner, Threaded, default_runner

RUNNERS = pytest.mark.parametrize("runner", [Threaded(), Inline()], ids=["threaded", "inline"])


@RUNNERS
def test_a_loop_sleeps_until_it_is_woken_and_again_until_its_time(runner: Runner) -> None:
    began: list[float] = []
    done: Future[int] = Future()

    def step() -> float | None:
        began.append(time.monotonic())
        if len(began) == 1:
            return 0.05
        if not done.done():
            done.set_result(len(began))
        return None

    loop = runner.loop("probe", step)
    time.sleep(0.01)
    assert not began
    loop.wake()
    assert loop.wait(done) == 2
    assert 0.04 < began[1] - began[0] < 5
    loop.close()
    loop.join()


@RUNNERS
def test_a_wake_within_the_step_asks_for_one_more_and_never_for_one_inside(runner: Runner) -> None:
    depths: list[bool] = []
    done: Future[None] = Future()

    def step() -> float | None:
        depths.append(loop.here)
        if len(depths) < 3:
            loop.wake()
            assert len(depths) < 4
        else:
            done.set_result(None)
        return None

    loop = runner.loop("probe", step)
    loop.wake()
    loop.wait(done)
    assert depths == [True, True, True]
    assert not loop.here


@RUNNERS
def test_what_was_posted_before_the_end_is_done_and_nothing_after(runner: Runner) -> None:
    posted, done = [1, 2], list[int]()

    def step() -> float | None:
        done.extend(posted)
        posted.clear()
        return None

    loop = runner.loop("probe", step)
    loop.close()
    loop.join()
    assert done == [1, 2]
    posted.append(3)
    loop.wake()
    with pytest.raises(RuntimeError, match="probe is closed"):
        loop.wait(Future())
    assert done == [1, 2]


def test_inline_does_what_wakes_what_in_the_caller_s_thread_and_in_turn() -> None:
    runner, done = Inline(), list[tuple[str, threading.Thread]]()

    def first() -> float | None:
        second_loop.wake()
        done.append(("first", threading.current_thread()))
        return None

    def second() -> float | None:
        done.append(("second", threading.current_thread()))
        return None

    first_loop, second_loop = runner.loop("first", first), runner.loop("second", second)
    first_loop.wake()
    assert done == [(name, threading.current_thread()) for name in ("first", "second")]


def test_inline_says_so_where_a_threaded_one_would_wait_for_ever() -> None:
    loop = Inline().loop("probe", lambda: None)
    with pytest.raises(RuntimeError, match="waits for what nobody does"):
        loop.wait(Future())


def test_the_process_s_runner_is_inline_where_no_thread_can_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    assert default_runner().threaded
    default_runner.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        assert not default_runner().threaded
    default_runner.cache_clear()
