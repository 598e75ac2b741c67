"""BGP's pages count what a neighbour really sent: the routes we refuse too."""

from __future__ import annotations

import re

from tests.sim.routers.sros.bench import Bench

CUSTOMER = "198.51.100.2"


def test_routes_with_our_own_as_are_received_shown_invalid_and_counted(quiet: Bench) -> None:
    """SR OS keeps looped routes in the RIB-In (`loop-detect ignore-loop` is the default)."""
    r6 = quiet.terminal("R6")
    text = r6(f"show router 100 bgp neighbor {CUSTOMER} received-routes")
    used = re.findall(r"^u\*>i +(\S+)", text, re.M)
    looped = re.findall(r"^i +(\S+) .*\n.*\n +65116 65000 *$", text, re.M)
    assert used == ["10.16.16.0/24"] and "10.15.15.0/24" in looped
    assert f"Routes : {len(used) + len(looped)}" in text
    summary = r6("show router 100 bgp summary")
    assert f" {len(used) + len(looped)}/1/" in summary
    page = r6(f"show router 100 bgp neighbor {CUSTOMER}")
    assert f"IPv4 rejected        : {len(looped)}" in page


def test_vpn_routes_are_listed_by_prefix(quiet: Bench) -> None:
    text = quiet.terminal("R6")("show router bgp routes vpn-ipv4")
    prefixes = re.findall(r"65000:100:(\S+)", text)
    assert prefixes == sorted(prefixes, key=lambda each: [int(n) for n in re.findall(r"\d+", each)])


def test_a_session_that_was_reset_is_counted_and_logged(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6(f"clear router 100 bgp neighbor {CUSTOMER}")
    r6("clear router bgp neighbor 10.10.10.2")
    bench.network.run(60_000_000)
    page = r6(f"show router 100 bgp neighbor {CUSTOMER}")
    assert re.search(r"State +: Established ", page) and re.search(
        r"Fsm Est. Trans +: 2$", page, re.M
    )
    assert re.search(r"Fsm Est. Trans +: 2$", r6("show router bgp neighbor 10.10.10.2"), re.M)
    log = r6("show log log-id 99")
    for peer in ("Peer 2: " + CUSTOMER, "Peer 1: 10.10.10.2"):
        assert len(re.findall(rf"BGP #\d+ \S+ {re.escape(peer)}$", log, re.M)) == 3
