"""The router's own processor, ports and files."""

from __future__ import annotations

from ntc_templates.parse import parse_output

from tests.sim.routers.sros.bench import Bench


def test_the_processors_page_parses_and_adds_up(quiet: Bench) -> None:
    text = quiet.terminal("R6")("show system cpu")
    rows = parse_output(platform="alcatel_sros", command="show system cpu", data=text)
    found = {row["name"]: row["cpu_time"] for row in rows}
    assert {"BGP", "IS-IS", "MPLS/RSVP", "VRRP"} <= set(found)
    assert int(found["Total"].replace(",", "")) == 1_000_000
    assert found["Idle"] == found["Total"]
