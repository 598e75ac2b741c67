"""Inbound policy typed at site B: it holds after `clear ip bgp … soft in`, and sessions stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.sim.lab.lab import Lab
from tests.walk import shark

B = "Site-B-GW-Router"
MAP = "route-map PREFER permit 10"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab("baseline", capture_dir=tmp_path) as started:
        yield started


def configure(lab: Lab, *lines: str) -> None:
    for line in ("configure terminal", *lines, "end"):
        assert "%" not in lab.run(B, line), line


def paths(lab: Lab) -> dict[str, tuple[str, str, str]]:
    """Next hop: marks, local preference and weight of site A's prefix in `show ip bgp`."""
    page = lab.run(B, "show ip bgp").partition("Network  ")[2].splitlines()
    start = next(n for n, line in enumerate(page) if "10.15.15.0/24" in line)
    rows = {}
    for line in page[start : start + 2]:
        columns = line[1:4].strip(), line[48:56].strip(), line[56:63].strip()
        rows[re.search(r" ([\d.]+) +", line[20:])[1]] = columns  # type: ignore[index]
    return rows


def test_a_neighbors_weight_decides_once_its_routes_came_again(lab: Lab) -> None:
    configure(lab, "router bgp 65116", "neighbor 203.0.113.1 weight 77")
    assert {row[2] for row in paths(lab).values()} == {"0"}, "not before the routes came again"
    lab.run(B, "clear ip bgp 203.0.113.1 soft in")
    lab.advance(1)
    assert paths(lab) == {"203.0.113.1": ("*>", "", "77"), "198.51.100.1": ("*", "", "0")}
    assert "weight 77" in lab.run(B, "show ip bgp 10.15.15.0")
    assert " neighbor 203.0.113.1 weight 77" in lab.run(B, "show running-config")
    configure(lab, "router bgp 65116", "no neighbor 203.0.113.1 weight")
    lab.run(B, "clear ip bgp * in")
    lab.advance(1)
    assert {row[2] for row in paths(lab).values()} == {"0"}


@pytest.mark.needs("tshark")
def test_a_route_map_inbound_holds_after_a_route_refresh_and_no_session_ends(lab: Lab) -> None:
    configure(
        lab,
        *(MAP, "set local-preference 200", "set weight 5", "exit"),
        *("router bgp 65116", "neighbor 198.51.100.1 route-map PREFER in"),
    )
    assert paths(lab)["198.51.100.1"][1:] == ("", "0")
    lab.run(B, "clear ip bgp * soft in")
    lab.advance(1)
    assert paths(lab)["198.51.100.1"] == ("*>", "200", "5")
    assert paths(lab)["203.0.113.1"] == ("*", "", "0")
    assert "ADJCHANGE" not in lab.run(B, "show logging | include Down")
    counts = lab.run(B, "show ip bgp neighbors 198.51.100.1 | include Route Refresh:")
    assert counts.split()[-2:] == ["1", "0"]
    asked = shark.fields(
        Path(lab.description()["captures"]["b-primary"]), ["ip.src"], "bgp.type == 5"
    )
    assert asked == [["198.51.100.2"]]


def test_a_hard_clear_ends_every_session_and_brings_it_back(lab: Lab) -> None:
    configure(lab, "router bgp 65116", "neighbor 198.51.100.1 weight 9")
    lab.run(B, "clear ip bgp *")
    assert lab.run(B, "show logging | include Down").count("User reset") >= 2
    lab.advance(30)
    assert paths(lab)["198.51.100.1"] == ("*>", "", "9")


def test_soft_out_sends_again_what_the_neighbour_knows(lab: Lab) -> None:
    def updates() -> int:
        page = lab.run(B, "show ip bgp neighbors 198.51.100.1 | include Updates:")
        return int(page.split()[1])

    before = updates()
    lab.run(B, "clear ip bgp 198.51.100.1 soft out")
    assert updates() == 2 * before > 0
