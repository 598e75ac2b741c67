"""The router's own processor, ports and files."""

from __future__ import annotations

import re

import pytest
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


def test_the_card_holds_what_was_saved(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    assert "config.cfg" not in r6("file dir")
    r6("admin save")
    r6("admin rollback save")
    page = r6("file dir")
    sizes = {name: int(size) for size, name in re.findall(r" (\d+) (\S+\.\w+)$", page, re.M)}
    saved = bench.devices["R6"].saved
    assert saved is not None and sizes["config.cfg"] == len(saved.encode())
    assert {"bof.cfg", "config.cfg", "rollback.rb"} == set(sizes)
    assert re.search(rf"3 File\(s\) +{sum(sizes.values())} bytes", page)
    assert r6("file dir cf3:\\") == page
    assert "1970" not in page
    text = r6("file type cf3:\\config.cfg")
    assert all(line in text for line in saved.splitlines())
    assert "CLI Could not access file" in r6("file type cf3:\\none.cfg")


@pytest.mark.parametrize("url", ["cf1:", "ftp://x/y", "nothing"])
def test_another_card_cannot_be_read(bench: Bench, url: str) -> None:
    assert "CLI Could not access file" in bench.terminal("R6")(f"file dir {url}")


def test_the_boot_options_name_the_file_that_save_writes(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    assert "    primary-config   cf3:\\config.cfg\n" in r6("show bof")
    assert "cf3:\\config.cfg" in r6("admin save")
