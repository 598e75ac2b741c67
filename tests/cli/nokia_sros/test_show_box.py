"""The router's own processor, ports and files."""

from __future__ import annotations

import re

from ntc_templates.parse import parse_output

from tests.cli.nokia_sros.bench import Bench


def test_the_processors_page_parses_and_adds_up(quiet: Bench) -> None:
    text = quiet.terminal("R6")("show system cpu")
    rows = parse_output(platform="alcatel_sros", command="show system cpu", data=text)
    found = {row["name"]: row["cpu_time"] for row in rows}
    assert {"BGP", "IS-IS", "MPLS/RSVP", "VRRP"} <= set(found)
    assert int(found["Total"].replace(",", "")) == 1_000_000
    assert found["Idle"] == found["Total"]


def test_port_statistics_are_the_counters_of_the_port_page(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6("ping router 100 198.51.100.2 count 2")
    page = r6("show port 1/1/1")
    totals = re.findall(r"^(?:Packets|Octets) +(\d+) +(\d+)$", page, re.MULTILINE)
    (row,) = re.findall(r"^1/1/1 +(.*)$", r6("show port 1/1/1 statistics"), re.MULTILINE)
    (octets_in, octets_out), (packets_in, packets_out) = totals
    assert row.split() == [packets_in, octets_in, packets_out, octets_out]
    assert int(packets_in) > 0
    whole = r6("show port statistics")
    assert len(re.findall(r"^1/1/\d ", whole, re.MULTILINE)) == 5
