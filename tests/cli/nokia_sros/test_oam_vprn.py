"""`oam vprn-ping` and `vprn-trace`: the VPN is asked, and what is broken in it is not hidden."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from labkit.capture.pcap import PcapWriter
from tests.cli.nokia_sros.bench import Bench

PING = "oam vprn-ping 100 source 192.0.2.26 destination "
TRACE = "oam vprn-trace 100 source 192.0.2.26 destination "


def nodes(text: str) -> list[str]:
    """The routers that answered."""
    return re.findall(r"^\d+ +(\S+):cpm +In-Band", text, re.M)


def test_the_pe_that_has_the_address_answers_in_the_vpn(quiet: Bench) -> None:
    r2 = quiet.terminal("R2")
    assert nodes(r2(PING + "198.51.100.1")) == ["10.10.10.6"]
    assert nodes(r2(PING + "203.0.113.1 count 2")) == ["10.10.10.5", "10.10.10.5"]
    assert nodes(r2(PING + "10.16.16.16")) == ["10.10.10.6"], "the PE of a customer's route"
    assert nodes(r2(PING + "192.0.2.28")) == ["10.10.10.2"], "its own"


def test_what_the_vpn_has_no_route_to_times_out(quiet: Bench) -> None:
    assert "Request timed out." in quiet.terminal("R2")(PING + "192.168.1.1")


def test_a_vprn_ping_needs_a_vprn_and_a_source_of_its_own(quiet: Bench) -> None:
    r2 = quiet.terminal("R2")
    refused = r2("oam vprn-ping 100 source 192.0.2.99 destination 198.51.100.1")
    assert refused == "Send failed. Source IP address is not local to the system"
    assert "not a VPRN" in r2("oam vprn-ping 101 source 192.0.2.26 destination 198.51.100.1")
    assert "Invalid service id" in r2("oam vprn-ping 9 source 192.0.2.26 destination 198.51.100.1")
    assert r2("oam vprn-ping 100 source 192.0.2.26") == "Error: Missing parameter"


def test_a_wrong_target_on_the_far_pe_lets_the_answer_not_come_back(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6("configure service vprn 100 vrf-target export target:65000:100 import target:65000:9")
    bench.network.run(1_000_000)
    assert "Request timed out." in bench.terminal("R2")(PING + "198.51.100.1")


def test_a_trace_tells_both_ends_routes(quiet: Bench) -> None:
    text = quiet.terminal("R6")("oam vprn-trace 100 source 198.51.100.1 destination 10.15.15.15")
    assert re.search(r"^1 +1 +1 +10\.10\.10\.2 +cpm +In-Band", text, re.M)
    requestor, responder = text.split("Requestor")[1].split("Responder")
    assert "10.10.10.6 Route: 10.15.15.0/24" in requestor and "rsvp tunnel" in requestor
    assert "Owner static" in responder and "nextHopIp 192.0.2.28" in responder
    label = re.search(r"Vpn Label: (\d+)", requestor)
    assert label and f"{label[1]}" in quiet.terminal("R6")("show router bgp routes vpn-ipv4")


@pytest.mark.needs("tshark")
def test_tshark_reads_the_prefix_that_is_asked_about(tmp_path: Path, bench: Bench) -> None:
    writer = PcapWriter(tmp_path / "core.pcap")
    bench.network.links["r2-r6"].taps.append(lambda time, frame, port: writer.write(time, frame))
    bench.terminal("R2")(PING + "198.51.100.1 size 200 ttl 7")
    writer.close()
    fields = ["mpls_echo.msg_type", "mpls_echo.return_code", "mpls_echo.tlv.fec.vpn_route_dist"]
    fields += [
        "mpls_echo.tlv.fec.vpn_ipv4",
        "mpls_echo.tlv.fec.vpn_len",
        "mpls.ttl",
        "ip.len",
        "udp.checksum.status",
    ]
    command = ["tshark", "-r", str(writer.path), "-o", "udp.check_checksum:TRUE", "-Y", "mpls-echo"]
    command += ["-T", "fields", *(word for field in fields for word in ("-e", field))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    request, reply = (line.split("\t") for line in done.stdout.splitlines())
    distinguisher = "0000fde800000064"  # type 0, 65000:100
    assert request == ["1", "0", distinguisher, "198.51.100.0", "24", "255,7", "200", "1"]
    assert reply[:2] == ["2", "3"] and reply[5] == "255,255"
