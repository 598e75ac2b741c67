"""Counters, captures and pings tell one story: what a page counts is what went over the wire."""

from __future__ import annotations

import re

import pytest

from tests.sim.routers.sros.bench import Bench


@pytest.fixture
def mirrored() -> Bench:
    bench = Bench("mirror")
    bench.terminal("R6")("debug mirror-source 200 port 1/1/1 egress ingress")
    return bench


def counted(page: str, name: str, after: str = "") -> int:
    """The first figure behind `name :` on a page."""
    found = re.search(rf"{re.escape(name)} *: (\d+)", page.partition(after)[2] if after else page)
    assert found is not None, page
    return int(found[1])


def test_a_spoke_sdp_counts_octets_of_the_customers_frames_without_its_labels(bench: Bench) -> None:
    r1, r6 = bench.terminal("R1"), bench.terminal("R6")
    page = "show service id 101 sdp 12:101 detail"
    before = r1(page)
    r6("ping 192.0.2.28 router 100 rapid count 4 size 56")
    after = r1(page)
    assert counted(after, "E. Fwd. Pkts.") - counted(before, "E. Fwd. Pkts.") == 4
    assert counted(after, "E. Fwd. Octets") - counted(before, "E. Fwd. Octets") == 4 * 98


def test_no_line_of_a_page_is_wider_than_the_screen(mirrored: Bench) -> None:
    r6 = mirrored.terminal("R6")
    for command in ("mirror mirror-dest 200", "service id 200 sdp detail", "service id 100 base"):
        assert max(map(len, r6(f"show {command}").splitlines())) < 80, command
