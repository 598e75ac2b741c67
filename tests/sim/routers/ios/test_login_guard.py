"""`login block-for`: too many failed Telnet logins, and nobody gets in for a while."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.course.observer import InProcess
from labkit.sim.lab.lab import Lab
from tests.sim.routers.ios.conftest import A, B

TELNET = "telnet 10.15.15.15 /source-interface Loopback0"


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A shuts its door for a minute after two failures within half a minute."""
    with Lab("baseline") as lab:
        for line in (
            "configure terminal",
            "login block-for 60 attempts 2 within 30",
            "end",
        ):
            lab.run(A, line)
        yield lab


def knock(lab: Lab, *answers: str) -> str:
    return InProcess(lab).converse(B, [TELNET, *answers])


def test_too_many_failures_shut_the_door_for_a_while(lab: Lab) -> None:
    said = knock(lab, "bob", "wrong", "eve", "wrong")
    assert said.count("% Login invalid") == 2
    assert "closed by foreign host" in said
    assert "Router presently in Quiet-Mode." in lab.run(A, "show login")
    assert "User Access" not in lab.run(B, TELNET)
    lab.advance(60)
    assert "Router presently in Normal-Mode." in lab.run(A, "show login")
    assert "Site-A-GW-Router#" in knock(lab, "netadmin", "Telnet-Clear-1", "exit")


def test_failures_far_apart_do_not_count_together(lab: Lab) -> None:
    said = knock(lab, "bob", "wrong", "netadmin", "Telnet-Clear-1", "exit")
    assert "Site-A-GW-Router#" in said
    lab.advance(31)
    knock(lab, "eve", "wrong", "netadmin", "Telnet-Clear-1", "exit")
    assert "Normal-Mode" in lab.run(A, "show login")
    assert "Total login failures: 2." in lab.run(A, "show login")
