"""An LSP goes where its path says: strict hops one by one, loose ones by the IGP."""

from __future__ import annotations

import re

import pytest

from labkit.sim.net.link import LinkChange
from tests.sim.routers.sros.bench import Bench, Terminal


def routed(bench: Bench, *hops: str) -> Terminal:
    """R6 after its LSP to R2 has got a path of these hops."""
    r6 = bench.terminal("R6")
    for index, hop in enumerate(hops, start=1):
        assert r6(f"configure router mpls path way hop {index} {hop}") == ""
    for line in ("path way no shutdown", "lsp to-R2 shutdown", "lsp to-R2 no primary loose",
                 "lsp to-R2 primary way", "lsp to-R2 no shutdown"):  # fmt: skip
        assert r6(f"configure router mpls {line}") in ("",), line
    bench.network.run(1_000_000)
    return r6


def traced(terminal: Terminal) -> list[str]:
    """The routers that answer a trace: what the labels really do."""
    text = terminal("oam lsp-trace to-R2")
    return re.findall(r"^\d+  10\.10\.10\.(\d)", text, re.M)


@pytest.mark.parametrize(
    ("hops", "way"),
    [
        (("10.10.10.5 loose",), ["5", "4", "2"]),
        (("10.10.10.5 strict",), ["5", "4", "2"]),
        (("10.0.56.1 strict", "10.0.45.1 strict", "10.10.10.3 strict"), ["5", "4", "3", "1", "2"]),
        (("10.10.10.3 loose", "10.10.10.1 loose"), None),
        (("10.10.10.2 strict",), ["2"]),
    ],
)
def test_packets_take_the_way_that_the_path_names(
    bench: Bench, hops: tuple[str, ...], way: list[str] | None
) -> None:
    r6 = routed(bench, *hops)
    if way is None:  # R6's way to R3 by the IGP is its way to R2, which it would meet again
        assert "Failure Code     : badNode" in r6("show router mpls lsp to-R2 path detail")
        return
    assert traced(r6) == way
    page = r6("show router mpls lsp to-R2 path detail")
    assert " -> ".join(h.split()[0] + f"({h.split()[1][0].upper()})" for h in hops) in page
    assert page.count("Record Label") == len(way) + 1


def test_a_strict_hop_that_is_no_neighbour_takes_the_lsp_down(bench: Bench) -> None:
    r6 = routed(bench, "10.10.10.4 strict")
    page = r6("show router mpls lsp to-R2 path detail")
    assert re.search(r"Failure Code +: badNode", page)
    assert r6("oam lsp-ping to-R2") == 'MINOR: CLI LSP "to-R2" is not operationally up.'


def test_a_path_around_is_not_repaired_by_the_igp_if_it_is_strict(bench: Bench) -> None:
    r6 = routed(bench, "10.10.10.5 strict", "10.10.10.4 strict")
    assert traced(r6) == ["5", "4", "2"]
    bench.network.set_link("r4-r5", LinkChange(up=False))
    bench.network.run(1_000_000)
    assert re.search(r"Failure Code +: ", r6("show router mpls lsp to-R2 path detail"))
    assert "not operationally up" in r6("oam lsp-ping to-R2")
