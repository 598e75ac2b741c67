"""BGP peer groups: made first, inherited from, left and unmade."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.sim.lab.lab import Lab
from tests.sim.routers.ios.conftest import B

GROUP = """configure terminal
route-map PREPEND permit 10
set as-path prepend 65116 65116
router bgp 65116
neighbor CARRIERS peer-group
neighbor CARRIERS remote-as 65000
neighbor CARRIERS route-map PREPEND out
no neighbor 198.51.100.1 remote-as 65000
neighbor 198.51.100.1 peer-group CARRIERS
neighbor 198.51.100.1 weight 7
end"""


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab("baseline") as lab:
        yield lab


def give(lab: Lab, text: str) -> str:
    return "".join(lab.run(B, line) for line in text.splitlines())


def test_a_member_takes_its_as_and_route_map_from_the_group(lab: Lab) -> None:
    give(lab, GROUP)
    lab.advance(60)
    page = lab.run(B, "show ip bgp neighbors 198.51.100.1")
    assert "remote AS 65000, external link" in page and "BGP state = Established" in page
    assert " Member of peer-group CARRIERS for session parameters" in page
    told = lab.run("R6", "show router 100 bgp routes 10.16.16.0/24")
    assert "65116 65116 65116" in told
    assert "198.51.100.1" in lab.run(B, "show ip bgp peer-group")


def test_groups_stand_before_neighbours_and_load_again(lab: Lab) -> None:
    give(lab, GROUP)
    config = lab.run(B, "show running-config | section router bgp").splitlines()
    at = config.index(" neighbor CARRIERS peer-group")
    assert config[at + 1 : at + 5] == [
        " neighbor CARRIERS remote-as 65000",
        " neighbor CARRIERS route-map PREPEND out",
        " neighbor 198.51.100.1 peer-group CARRIERS",
        " neighbor 198.51.100.1 weight 7",
    ]


def test_a_group_must_exist_and_a_member_needs_an_as(lab: Lab) -> None:
    give(lab, "configure terminal\nrouter bgp 65116")
    assert "% Create the peer-group first" in give(lab, "neighbor 192.0.2.9 peer-group NONE")
    give(lab, "neighbor EMPTY peer-group")
    said = give(lab, "neighbor 192.0.2.9 peer-group EMPTY")
    assert "% Specify remote-as or peer-group remote AS first" in said
    give(lab, "end")


def test_a_group_that_goes_takes_its_members_along(lab: Lab) -> None:
    give(lab, GROUP)
    give(lab, "configure terminal\nrouter bgp 65116\nno neighbor CARRIERS peer-group\nend")
    config = lab.run(B, "show running-config | section router bgp")
    assert "CARRIERS" not in config and "198.51.100.1" not in config
    assert "198.51.100.1" not in lab.run(B, "show ip bgp summary")
