"""The link state database follows the links, and counts how often a router had to speak."""

from __future__ import annotations

import re

from labkit.net.link import LinkChange
from tests.cli.nokia_sros.bench import Bench


def database(bench: Bench, router: str) -> dict[str, tuple[int, str]]:
    """By LSP ID: sequence number and checksum."""
    text = bench.terminal(router)("show router isis database")
    rows = re.findall(r"^(R\d)\.00-00 +0x(\w+) +(0x\w+) +\d+ +L1L2$", text, re.M)
    return {name: (int(sequence, 16), checksum) for name, sequence, checksum in rows}


def test_every_router_has_the_same_database(quiet: Bench) -> None:
    first = database(quiet, "R1")
    assert sorted(first) == ["R1", "R2", "R3", "R4", "R5", "R6"]
    assert database(quiet, "R6") == first


def test_a_lost_link_makes_its_two_ends_speak_again_and_nobody_else(bench: Bench) -> None:
    before = database(bench, "R6")
    bench.network.set_link("r1-r2", LinkChange(up=False))
    after = database(bench, "R6")
    spoke = {name for name in after if after[name] != before[name]}
    assert spoke == {"R1", "R2"}
    assert all(after[name][0] == before[name][0] + 1 for name in spoke)
    detail = bench.terminal("R6")("show router isis database R1 detail")
    assert "Neighbor      : R3.00" in detail and "Neighbor      : R2.00" not in detail


def test_an_lsp_is_refreshed_after_ten_minutes(bench: Bench) -> None:
    before = database(bench, "R6")
    bench.network.run(600_000_000)
    assert {name: number for name, (number, _) in database(bench, "R6").items()} == {
        name: number + 1 for name, (number, _) in before.items()
    }


def test_the_topology_names_the_first_step_to_each_router(quiet: Bench) -> None:
    text = quiet.terminal("R6")("show router isis topology")
    ways = dict(re.findall(r"^(R\d)\.00 +\S+ +(R\d)$", text, re.M))
    assert ways == {"R1": "R2", "R2": "R2", "R3": "R2", "R4": "R2", "R5": "R5"}
