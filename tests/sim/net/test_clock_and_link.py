"""Virtual time and cables."""

from __future__ import annotations

import pytest

from labkit.sim.model.topology import LinkSpec, PortRef
from labkit.sim.net.clock import Clock
from labkit.sim.net.link import Link, LinkChange
from labkit.sim.net.network import stream

LEFT, RIGHT = PortRef("left", "eth0"), PortRef("right", "eth0")
FRAME = bytes(60)


class End:
    """One end of a cable that remembers what it got."""

    def __init__(self, ref: PortRef, clock: Clock) -> None:
        self.ref = ref
        self.enabled = True
        self.clock = clock
        self.got: list[tuple[int, bytes]] = []
        self.changes = 0

    def receive(self, frame: bytes) -> None:
        self.got.append((self.clock.now, frame))

    def carrier_changed(self) -> None:
        self.changes += 1


def cable(randbytes=bytes) -> tuple[Clock, Link, End, End]:
    clock = Clock(1000)
    link = Link(clock, LinkSpec("wan", LEFT, RIGHT, "wan", delay=500, mtu=1500), randbytes)
    left, right = End(LEFT, clock), End(RIGHT, clock)
    link.attach(left)
    link.attach(right)
    return clock, link, left, right


def test_what_is_due_together_happens_in_the_order_it_was_asked_for() -> None:
    clock = Clock()
    done: list[str] = []
    clock.after(5, lambda: done.append("second"))
    clock.at(3, lambda: done.append("first"))
    clock.after(5, lambda: done.append("third"))
    cancelled = clock.after(4, lambda: done.append("never"))
    cancelled.cancel()
    assert clock.next_time() == 3
    clock.run_until(5)
    assert done == ["first", "second", "third"]
    assert clock.now == 5
    assert clock.next_time() is None


def test_time_does_not_run_backwards() -> None:
    clock = Clock(10)
    with pytest.raises(ValueError, match="ago"):
        clock.at(9, lambda: None)


def test_what_is_asked_for_while_running_still_happens_if_it_is_due() -> None:
    clock = Clock()
    done: list[int] = []
    clock.after(1, lambda: clock.after(1, lambda: done.append(clock.now)))
    clock.run(2)
    assert done == [2]


def test_a_frame_arrives_after_the_delay_and_every_tap_sees_it_leave() -> None:
    clock, link, _, right = cable()
    seen: list[tuple[int, bytes, PortRef]] = []
    link.taps.append(lambda *what: seen.append(what))
    link.transmit(LEFT, FRAME)
    clock.run(1000)
    assert seen == [(1000, FRAME, LEFT)]
    assert right.got == [(1500, FRAME)]


def test_a_frame_on_a_cable_that_is_cut_is_gone_even_if_it_is_mended_in_time() -> None:
    clock, link, left, right = cable()
    link.transmit(LEFT, FRAME)
    clock.run(100)
    link.set(LinkChange(up=False))
    link.set(LinkChange(up=True))
    clock.run(1000)
    assert right.got == []
    assert left.changes == right.changes == 2


def test_a_tap_sees_a_frame_that_gets_lost_but_none_on_a_cut_cable() -> None:
    clock, link, _, right = cable()
    seen: list[bytes] = []
    link.taps.append(lambda time, frame, end: seen.append(frame))
    link.set(LinkChange(loss=1.0))
    link.transmit(LEFT, FRAME)
    link.set(LinkChange(loss=0.0, up=False))
    link.transmit(LEFT, FRAME)
    clock.run(1000)
    assert seen == [FRAME]
    assert right.got == []


def test_a_cable_loses_the_share_it_was_told_to() -> None:
    counter = iter(range(1000))
    draw = lambda n: (next(counter) * 2**32 // 1000).to_bytes(4, "big")  # noqa: E731
    clock, link, _, right = cable(draw)
    link.set(LinkChange(loss=0.25))
    for _ in range(1000):
        link.transmit(LEFT, FRAME)
    clock.run(1000)
    assert len(right.got) == 750


def test_a_cable_brings_the_share_it_was_told_to_twice_and_taps_see_each_once() -> None:
    counter = iter(range(1000))
    draw = lambda n: (next(counter) * 2**32 // 1000).to_bytes(4, "big")  # noqa: E731
    clock, link, _, right = cable(draw)
    seen: list[bytes] = []
    link.taps.append(lambda time, frame, end: seen.append(frame))
    link.set(LinkChange(duplicate=0.25))
    for _ in range(1000):
        link.transmit(LEFT, FRAME)
    clock.run(1000)
    assert (len(right.got), len(seen)) == (1250, 1000)


def test_a_cable_swallows_frames_beyond_its_mtu() -> None:
    clock, link, _, right = cable()
    link.set(LinkChange(mtu=1400))
    link.transmit(LEFT, bytes(14 + 1400))
    link.transmit(LEFT, bytes(14 + 1401))
    clock.run(1000)
    assert [len(frame) for _, frame in right.got] == [1414]


def test_a_port_has_carrier_while_the_cable_is_whole_and_the_far_port_is_on() -> None:
    _, link, _, right = cable()
    assert link.carrier(LEFT)
    right.enabled = False
    assert not link.carrier(LEFT)
    right.enabled = True
    link.set(LinkChange(up=False))
    assert not link.carrier(LEFT)


@pytest.mark.parametrize("wrong", [{"loss": 1.5}, {"loss": -0.1}, {"duplicate": 2}, {"delay": -1}])
def test_impairments_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    _, link, _, _ = cable()
    with pytest.raises(ValueError):  # noqa: PT011
        link.set(LinkChange(**wrong))  # type: ignore[arg-type]


def test_an_injected_frame_arrives_where_it_is_sent_to() -> None:
    clock, link, left, right = cable()
    link.inject(FRAME, towards=LEFT)
    clock.run(1000)
    assert [frame for _, frame in left.got] == [FRAME]
    assert right.got == []


def test_a_stream_of_entropy_follows_from_its_name_however_it_is_read() -> None:
    whole, pieces = stream("seed"), stream("seed")
    assert whole(100) == b"".join(pieces(n) for n in (1, 31, 0, 32, 36))
    assert whole(32) != stream("other")(32)
    assert len({whole(8) for _ in range(100)}) == 100
