"""`login block-for`: too many failed Telnet logins, and nobody gets in for a while."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.course.observer import InProcess
from labkit.lab.lab import Lab
from tests.cli.cisco_ios.conftest import A, B

TELNET = "telnet 10.15.15.15 /source-interface Loopback0"


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A shuts its door for a minute after two failures within half a minute."""
    with Lab("baseline") as lab:
        for line in (
            "configure terminal",
            "login block-for 60 attempts 2 within 30",
            "login on-failure log",
            "login on-success log",
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
    log = lab.run(A, "show logging | include SEC_LOGIN")
    words = ("LOGIN_FAILED", "LOGIN_FAILED", "QUIET_MODE_ON", "QUIET_MODE_OFF", "LOGIN_SUCCESS")
    assert [line.split(":")[3].split("-")[-1] for line in log.splitlines()] == list(words)


def test_failures_far_apart_do_not_count_together(lab: Lab) -> None:
    said = knock(lab, "bob", "wrong", "netadmin", "Telnet-Clear-1", "exit")
    assert "Site-A-GW-Router#" in said
    lab.advance(31)
    knock(lab, "eve", "wrong", "netadmin", "Telnet-Clear-1", "exit")
    assert "Normal-Mode" in lab.run(A, "show login")
    failures = lab.run(A, "show login failures").splitlines()
    assert failures[0] == "Total failed logins: 2"
    assert [line.split()[:4] for line in failures[-2:]] == [
        [name, "10.16.16.16", "23", "1"] for name in ("bob", "eve")
    ]


def test_whom_the_quiet_mode_list_permits_may_log_in_nevertheless(lab: Lab) -> None:
    for line in (
        "configure terminal",
        "access-list 9 permit 10.16.16.16",
        "login quiet-mode access-class 9",
        "end",
    ):
        lab.run(A, line)
    knock(lab, "bob", "wrong", "eve", "wrong")
    assert "filtered by applied ACL 9" in lab.run(A, "show login")
    assert "Site-A-GW-Router#" in knock(lab, "netadmin", "Telnet-Clear-1", "exit")
