"""`monitor`: counters that move while somebody looks."""

from __future__ import annotations

import re

import pytest

from labkit.cli.jobs import Wait
from tests.cli.nokia_sros.bench import Bench, Terminal


def seen(text: str, label: str) -> list[tuple[str, str]]:
    """A line of every screen, input and output."""
    return re.findall(rf"^{label} +(\S+) +(\S+)$", text, re.M)


def wait(bench: Bench, terminal: Terminal) -> str:
    """Let a screen's interval go by."""
    pause = terminal.shell.waiting()
    assert isinstance(pause, Wait) and pause.paced
    bench.network.clock.run_until(pause.until)
    terminal.shell.resume()
    return terminal.read()


@pytest.mark.parametrize(
    ("mode", "second"), [("", ("10", "10")), ("rate", ("2", "2")), ("absolute", None)]
)
def test_a_screen_shows_what_has_passed_since_the_one_before(
    bench: Bench, mode: str, second: tuple[str, str] | None
) -> None:
    r1 = bench.terminal("R1")
    r1.shell.feed(f"monitor port 1/1/3 interval 5 repeat 1 {mode}\r")
    first = seen(r1.read(), "Packets")
    port = bench.devices["R1"].router.ports["1/1/3"]
    for _ in range(10):
        port.counters.in_packets += 1
        port.counters.out_packets += 1
    after = seen(wait(bench, r1), "Packets")
    expected = (str(int(first[0][0]) + 10), str(int(first[0][1]) + 10))
    assert after == [second or expected]
    assert r1.type("").endswith("# "), "one screen was asked for"


def test_real_packets_move_the_counters_of_the_sap_and_its_pseudowire(bench: Bench) -> None:
    r2 = bench.terminal("R2")
    for command, counter in (
        ("sap 1/1/2", r"^For\. OutProf +: (\d+) "),
        ("sdp 12:101", r"^I\. Fwd\. Pkts\. +: (\d+) "),
    ):
        r1 = bench.terminal("R1")
        r1.shell.feed(f"monitor service id 101 {command} repeat 1\r")
        r1.read()
        r2("ping router 100 192.0.2.28 rapid count 50")
        counted = [int(each) for each in re.findall(counter, wait(bench, r1), re.M)]
        assert max(counted) >= 50, command


def test_ctrl_c_ends_it_and_a_port_that_is_not_there_is_refused(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6.shell.feed("monitor port 1/1/1\r")
    assert "At time t = 0 sec (Base Statistics)" in r6.read()
    assert r6.type("\x03").endswith("A:R6# ")
    assert r6("monitor port 9/1/1") == "Error: Invalid parameter."
    assert "Invalid SAP" in r6("monitor service id 100 sap 1/1/2")
    assert "Invalid SDP" in r6("monitor service id 100 sdp 61:1")
