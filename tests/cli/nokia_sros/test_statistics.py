"""Counters, captures and pings tell one story: what a page counts is what went over the wire."""

from __future__ import annotations

import re

import pytest

from labkit.cli.nokia_sros import show
from tests.cli.nokia_sros.bench import Bench

SAP_OUT = ("Egress QoS", "For. OutProf")


@pytest.fixture
def mirrored() -> Bench:
    bench = Bench("mirror")
    bench.terminal("R6")("debug mirror-source 200 port 1/1/1 egress ingress")
    return bench


def page(bench: Bench, router: str, name: str, **values: str) -> str:
    """A page of this very moment: typing its command would let a second pass."""
    return "\n".join(show.COMMANDS[name](bench.devices[router], values))


def counted(page: str, name: str, after: str = "") -> int:
    """The first figure behind `name :` on a page."""
    found = re.search(rf"{re.escape(name)} *: (\d+)", page.partition(after)[2] if after else page)
    assert found is not None, page
    return int(found[1])


def watched(bench: Bench, router: str, port: str) -> dict[str, list[bytes]]:
    """From now on: the frames of a port, each way."""
    frames: dict[str, list[bytes]] = {"ingress": [], "egress": []}
    live = bench.devices[router].router.ports[port]
    live.watchers.append(lambda frame, way: frames[way].append(frame))
    return frames


def test_a_sap_and_its_port_count_the_frames_that_pass_and_their_octets(bench: Bench) -> None:
    sap = {"service": "100", "sap": "1/1/1", "stats": "stats"}
    before = page(bench, "R6", "service_sap", **sap)
    frames = watched(bench, "R6", "1/1/1")
    bench.terminal("R6")("ping 198.51.100.2 router 100 rapid count 7")
    after = page(bench, "R6", "service_sap", **sap)
    assert len(frames["ingress"]) >= 7
    for name, part, way in (
        ("Off. LowPrio", "Forwarding", "ingress"),
        (SAP_OUT[1], "Egress", "egress"),
    ):
        grown = counted(after, name, part) - counted(before, name, part)
        assert grown == len(frames[way]), name
    row = next(
        line
        for line in page(bench, "R6", "port_statistics", port="1/1/1").splitlines()
        if line.startswith("1/1/1")
    )
    assert int(row.split()[1]) == counted(after, "Off. LowPrio")


def test_a_mirror_counts_at_its_spoke_and_its_sap_what_the_sniffer_hears(mirrored: Bench) -> None:
    spoke = {"service": "200", "spoke": "61:200", "detail": "detail"}
    sap = {"service": "200", "sap": "1/1/3", "stats": "stats"}

    def figures() -> tuple[int, int]:
        there = page(mirrored, "R6", "service_sdp", **spoke)
        here = page(mirrored, "R1", "service_sap", **sap)
        return counted(there, "E. Fwd. Pkts."), counted(here, SAP_OUT[1], SAP_OUT[0])

    before, frames = figures(), mirrored.sniffed()
    mirrored.terminal("R6")("ping 198.51.100.2 router 100 rapid count 5")
    after = figures()
    assert len(frames) >= 10
    assert (after[0] - before[0], after[1] - before[1]) == (len(frames), len(frames))


def test_a_spoke_sdp_counts_octets_of_the_customers_frames_without_its_labels(bench: Bench) -> None:
    r1, r6 = bench.terminal("R1"), bench.terminal("R6")
    page = "show service id 101 sdp 12:101 detail"
    before = r1(page)
    r6("ping 192.0.2.28 router 100 rapid count 4 size 56")
    after = r1(page)
    assert counted(after, "E. Fwd. Pkts.") - counted(before, "E. Fwd. Pkts.") == 4
    assert counted(after, "E. Fwd. Octets") - counted(before, "E. Fwd. Octets") == 4 * 98


def test_no_line_of_a_page_is_wider_than_the_screen(mirrored: Bench) -> None:
    r6 = mirrored.terminal("R6")
    for command in ("mirror mirror-dest 200", "service id 200 sdp detail", "service id 100 base"):
        assert max(map(len, r6(f"show {command}").splitlines())) < 80, command


def test_cleared_port_statistics_count_from_then_on(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6("clear port 1/1/1 statistics")
    text = r6("show port 1/1/1 detail")
    assert re.search(r"^Packets +0 +0$", text, re.M)
    assert re.search(r"^Last Cleared Time +: 03/02/2026", text, re.M)
    r6("ping router 100 198.51.100.2 rapid count 7")
    found = re.search(r"^Packets +(\d+) +(\d+)$", r6("show port 1/1/1 detail"), re.M)
    assert found and int(found[1]) >= 7 and int(found[2]) >= 7
    assert "N/A" in r6("show port 1/1/2 detail | match Cleared")
    assert r6("clear port 9/9/9 statistics") == "Error: Invalid parameter."


def test_a_port_names_what_is_on_it(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")
    assert re.search(
        r"^Service: 100 +toCustomerSiteB-SideB +0$", r6("show port 1/1/1 associations"), re.M
    )
    assert re.search(r"^Router: Base +toR2 +0$", r6("show port 1/1/4 associations"), re.M)
    assert r6("show port 9/9/9 associations") == "Error: Invalid parameter."


def test_a_log_is_read_by_application_and_so_many_lines(quiet: Bench) -> None:
    r6 = quiet.terminal("R6")

    def numbers(command: str) -> list[int]:
        return [int(each) for each in re.findall(r"^(\d+) 2026/", r6(command), re.M)]

    newest = numbers("show log log-id 99")
    assert numbers("show log log-id 99 count 3") == newest[:3]
    assert numbers("show log log-id 99 ascending count 2") == newest[::-1][:2]
    text = r6("show log log-id 99 application bgp")
    assert text.count(" BGP #") == 4 and " SNMP #" not in text
