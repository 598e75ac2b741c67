"""Driving a served lab: pooled connections, the quicker driver, refusals to change what is real."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from netmiko import ConnectHandler

from labkit.course.checking import apply
from labkit.course.exercise import PromptLines
from labkit.course.observer import OverSsh, configure
from labkit.drive import inventory
from labkit.drive.connections import Connections, Unanswered, Unconfirmed
from labkit.sim import Lab


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, Any]]:
    with Lab() as lab:
        yield lab.serve()


@pytest.fixture(scope="module")
def connections(served: dict[str, Any]) -> Iterator[Connections]:
    with closing(Connections(inventory.parse(served))) as connections:
        yield connections


@pytest.mark.parametrize(
    ("name", "command", "expected"),
    [
        ("Site-B-GW-Router", "ping 10.15.15.15 source Loopback0", "!!!!!"),
        ("R2", "show router 100 route-table", "No. of Routes: 5"),
        ("PC-A", "ping -c 1 192.168.1.1", "1 received"),
        ("lab", "status", "Checkpoint  baseline"),
    ],
)
def test_a_command_returns_its_output_without_echo_and_prompt(
    connections: Connections, name: str, command: str, expected: str
) -> None:
    text = connections.run(name, command)
    assert expected in text
    assert command not in text
    assert not text.rstrip().endswith(("#", "$"))


def test_a_device_has_one_connection_and_gets_another_when_it_is_lost(
    connections: Connections,
) -> None:
    first = connections._connection("R3")
    assert connections._connection("R3") is first
    first.disconnect()
    assert "R3" in connections.run("R3", "show system information")
    assert connections._connection("R3") is not first


def test_the_quicker_driver_connects_five_times_faster_than_the_plain_one(
    served: dict[str, Any], connections: Connections
) -> None:
    plain = dict(connections.inventory["R4"].netmiko)
    began = time.perf_counter()
    ConnectHandler(**plain).disconnect()
    slow = time.perf_counter() - began
    began = time.perf_counter()
    connections.run("R4", "show uptime")
    assert time.perf_counter() - began < slow / 5


def test_nothing_configures_a_real_device(
    served: dict[str, Any],
) -> None:
    """Neither a call with lines, nor a solution, nor a question's: nothing connects even."""
    devices = [{**each, "real": True} for each in served["devices"]]
    observer = OverSsh.of({"devices": devices})
    step = PromptLines("Site-A-GW-Router", ("hostname X",), "configure")
    with pytest.raises(Unconfirmed, match="Site-A-GW-Router is a real device"):
        observer._connections.configure("Site-A-GW-Router", ["hostname X"])
    with pytest.raises(Unconfirmed, match="Site-A-GW-Router is a real device"):
        configure(observer, "Site-A-GW-Router", ["hostname X"])
    with pytest.raises(Unconfirmed, match="Site-A-GW-Router: real devices"):
        apply(observer, [step])
    assert observer._connections._open == {}


def test_a_command_that_asks_is_told_in_words_and_nothing_is_answered(
    connections: Connections,
) -> None:
    """A minute's silence would tell nobody what the device wants; the next command works."""
    with pytest.raises(Unanswered, match=r"asks: Clear logging buffer \[confirm\]"):
        connections.run("Site-A-GW-Router", "clear logging")
    assert "UTC" in connections.run("Site-A-GW-Router", "show clock")
