"""The snapshot says what the routers themselves say, at every moment."""

from __future__ import annotations

import re

import pytest

from labkit.desk.map import text as map_text
from labkit.sim.lab.lab import Lab

A, B = "Site-A-GW-Router", "Site-B-GW-Router"


def test_the_baseline_is_as_LAB_has_it() -> None:
    with Lab("baseline") as lab:
        snapshot = lab.snapshot()
        summary = lab.run(B, "show ip bgp summary")
    assert {each.node: each.state for each in snapshot.virtuals} == {"R2": "Master", "R3": "Backup"}
    assert all(each.up for each in snapshot.sessions)
    assert all(link.state == "up" for link in snapshot.links)
    assert snapshot.tunnel.state == "none"
    at_b = [each for each in snapshot.sessions if B in (each.a, each.b)]
    assert len(re.findall(r"^\d+\.\d+\.\d+\.\d+ ", summary, re.MULTILINE)) == len(at_b) == 2


def test_cutting_the_primary_link_moves_bgp_to_the_backup_and_back() -> None:
    with Lab("baseline") as lab:
        lab.link("b-primary", up=False)
        cut = lab.snapshot()
        lab.link("b-primary", up=True)
        lab.advance(120)
        mended = lab.snapshot()

    def via(snapshot) -> tuple[str, ...]:
        return next(r.via for r in snapshot.reach if (r.node, r.prefix) == ("R2", "10.16.16.0/24"))

    assert (via(cut), via(mended)) == (("R5",), ("R6",))
    assert cut.link("b-primary").state == "cut"
    assert [each.up for each in cut.sessions if {each.a, each.b} == {B, "R6"}] == [False]


def test_shutting_r2s_interface_moves_the_virtual_address_to_r3() -> None:
    with Lab("baseline") as lab:
        lab.run("R2", 'configure service vprn 100 interface "toCustomerSiteA" shutdown')
        lab.advance(5)
        states = {each.node: each.state for each in lab.snapshot().virtuals}
    assert states["R3"] == "Master" and states["R2"] != "Master"


def test_impairments_and_shut_ports_are_told_apart_from_a_cut() -> None:
    with Lab("baseline") as lab:
        lab.link("r1-r2", loss=0.25, delay_ms=40)
        for line in ("configure terminal", "interface GigabitEthernet0/0", "shutdown", "end"):
            lab.run(A, line)
        snapshot = lab.snapshot()
    link = snapshot.link("r1-r2")
    assert (link.state, link.why) == ("impaired", "loss 25%, delay 40 ms")
    assert snapshot.link("lan-a").state == "down"
    with pytest.raises(LookupError, match="no link 'x'"):
        snapshot.link("x")


def test_the_tunnel_is_what_the_gateways_sas_say() -> None:
    with Lab("tunnel") as lab:
        assert lab.snapshot().tunnel.state == "up"
        lab.run(A, "clear crypto sa")
        lab.run(A, "clear crypto isakmp")
        lab.advance(2)
        assert lab.snapshot().tunnel.state == "ready"


def test_looking_changes_nothing_and_the_text_is_the_same_in_every_run() -> None:
    texts = []
    for _ in range(2):
        with Lab("tunnel") as lab:
            before = lab.status()
            texts.append(map_text.text(lab.snapshot()))
            assert lab.status() == before
    assert texts[0] == texts[1]
    row = next(line for line in texts[0].splitlines() if line.startswith("IPsec"))
    assert row.endswith("up, ESP SAs at both ends")
