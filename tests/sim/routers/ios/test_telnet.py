"""Telnet from gateway to gateway, over TCP of the lab's own network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.sim.lab.lab import Lab
from labkit.sim.routers.ios.login.vty import strip_commands
from labkit.sim.routers.ios.telnet import answers

A, B = "Site-A-GW-Router", "Site-B-GW-Router"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab("baseline") as lab:
        yield lab


FAILURES = [
    ("telnet 10.15.15.15 81 /source-interface Loopback0", "% Connection refused by remote host"),
    ("telnet 192.168.1.77", "% Destination unreachable; gateway or host down"),
    ("telnet 10.15.15.15 /source-interface Loopback9", "% Invalid source interface"),
    ("telnet nowhere", "% Unrecognized host or address"),
    ("ssh -l x 10.15.15.15", "% Connection refused by remote host"),
]


@pytest.mark.parametrize(("command", "words"), FAILURES)
def test_a_failing_connection_says_why(lab: Lab, command: str, words: str) -> None:
    """Refused, unreachable, and what cannot even begin."""
    assert words in lab.run(B, command)


def test_commands_are_taken_out_of_the_text() -> None:
    """Negotiation is invisible, an escaped 255 is text, and half a command waits."""
    assert strip_commands(b"a\xff\xfb\x01b\r\0\xff\xff") == ("ab\r\xff", b"")
    assert strip_commands(b"a\xff\xfa\x18\x01\xff\xf0b\xff\xfb") == ("ab", b"\xff\xfb")


def test_the_client_lets_the_server_echo_and_refuses_the_rest() -> None:
    """DO for ECHO and SGA, WONT for terminal type and window size (RFC 855)."""
    offered = bytes.fromhex("fffb01 fffb03 fffd18 fffd1f")
    assert answers(offered) == bytes.fromhex("fffd01 fffd03 fffc18 fffc1f")
