"""The choice among equal paths."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from labkit.sim.model import topology
from labkit.sim.net.tables import Fib, NextHop, Route, choose

R6 = NextHop("GigabitEthernet0/1", IPv4Address("198.51.100.1"))
R5 = NextHop("GigabitEthernet0/2", IPv4Address("203.0.113.1"))


@pytest.mark.parametrize(
    ("source", "destination", "hop"),
    [
        ("198.51.100.2", "192.0.2.28", R6),
        ("10.16.16.16", "10.15.15.15", R6),
        ("172.16.1.1", "192.168.1.1", R6),
        ("172.16.1.10", "192.168.1.10", R5),
        ("203.0.113.2", "10.15.15.15", R5),
        ("0.0.0.0", "10.15.15.15", R5),
        ("0.0.0.0", "192.0.2.28", R6),
    ],
)
@pytest.mark.parametrize("hops", [(R5, R6), (R6, R5)])
def test_the_flows_that_the_course_names_go_by_the_ports_it_names(
    source: str, destination: str, hop: NextHop, hops: tuple[NextHop, ...]
) -> None:
    salt = topology.load().facts["cef_salt"]
    assert choose(hops, IPv4Address(source), IPv4Address(destination), salt) == hop


def test_flows_spread_about_evenly_and_depend_on_both_addresses() -> None:
    targets = [IPv4Address("10.0.0.0") + n for n in range(400)]
    by_target = [choose((R5, R6), IPv4Address("10.1.1.1"), t, 7) is R5 for t in targets]
    by_source = [choose((R5, R6), t, IPv4Address("10.1.1.1"), 7) is R5 for t in targets]
    assert 140 < sum(by_target) < 260
    assert 140 < sum(by_source) < 260


def test_the_longest_prefix_wins() -> None:
    def route(text: str) -> Route:
        return Route(IPv4Network(text), "static", 1, 0, (R5,))

    fib = Fib([route("0.0.0.0/0"), route("10.0.0.0/8"), route("10.1.0.0/16"), route("10.1.1.1/32")])

    def found(text: str) -> str:
        match = fib.lookup(IPv4Address(text))
        return str(match.prefix) if match else "none"

    assert found("10.1.1.1") == "10.1.1.1/32"
    assert found("10.1.1.2") == "10.1.0.0/16"
    assert found("10.2.0.1") == "10.0.0.0/8"
    assert found("11.0.0.1") == "0.0.0.0/0"
    assert Fib().lookup(IPv4Address("11.0.0.1")) is None
