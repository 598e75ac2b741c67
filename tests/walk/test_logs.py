"""What the gateways log on the right side only, as often as they should, typed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from labkit.sim.lab.lab import Lab
from tests.walk import shark
from tests.walk.reading import A, B

TO_A = "ping 10.15.15.15 source Loopback0 repeat {}"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab("tunnel", capture_dir=tmp_path) as started:
        yield started


def configure(lab: Lab, gateway: str, *lines: str) -> None:
    for line in ("configure terminal", *lines, "end"):
        lab.run(gateway, line)


def logged(lab: Lab, gateway: str, what: str) -> list[str]:
    """The messages of one kind in a gateway's log, without their time stamps."""
    page = lab.run(gateway, f"show logging | include {what}")
    return [line.partition(": ")[2] for line in page.splitlines() if "%" in line]


def times(lab: Lab, gateway: str, what: str) -> list[float]:
    """Seconds of the day at which such messages were logged."""
    page = lab.run(gateway, f"show logging | include {what}")
    found = re.findall(r"(\d\d):(\d\d):(\d\d\.\d{3})[^%]*%", page)
    return [int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in found]


def test_clear_packets_that_a_list_names_are_dropped_and_logged_once_a_minute(lab: Lab) -> None:
    """Only A has the loopbacks in its list: B's pings come in the clear."""
    configure(
        lab,
        A,
        "ip access-list extended VPN-TRAFFIC",
        "permit ip 10.15.15.0 0.0.0.255 10.16.16.0 0.0.0.255",
    )
    assert "Success rate is 0 percent (0/5)" in lab.run(B, TO_A.format(5))
    assert logged(lab, A, "NOT_IPSEC") == [
        "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. "
        "(ip) vrf/dest_addr= /10.15.15.15, src_addr= 10.16.16.16, prot= 1"
    ]
    assert "Success rate is 0 percent (0/90)" in lab.run(B, TO_A.format(90))
    told = times(lab, A, "NOT_IPSEC")
    assert 3 <= len(told) <= 4, "95 packets in a little over three minutes"
    assert all(60 <= later - before <= 64 for before, later in pairwise(told))
    assert logged(lab, B, "NOT_IPSEC") == []


def test_sas_of_before_a_reload_are_an_invalid_spi_where_they_are_gone(lab: Lab) -> None:
    lab.run("PC-B", "ping -c 2 192.168.1.10")
    lab.run(B, "write memory")
    lab.run(B, "reload", "")
    lab.advance(60)
    assert "100% packet loss" in lab.run("PC-A", "ping -c 5 -W 1 172.16.1.10")
    (line,) = logged(lab, B, "INV_SPI")
    spi, number = re.findall(r"spi=0x([0-9A-F]+)\((\d+)\)", line)[0]
    assert int(spi, 16) == int(number)
    assert line.startswith(
        "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for "
        "destaddr=198.51.100.2, prot=50,"
    )
    assert line.endswith("srcaddr=192.0.2.28")
    assert f"0x{spi}({number})" in lab.run(A, "show crypto ipsec sa | include outbound spi")
    assert logged(lab, A, "INV_SPI") == []


@pytest.mark.needs("tshark")
def test_a_captured_esp_frame_that_comes_again_is_a_replay(lab: Lab) -> None:
    lab.run("PC-B", "ping -c 3 192.168.1.10")
    capture = lab.records.captures["a-access"]
    seen = shark.fields(capture, ["frame.number", "esp.sequence"], "esp && ip.dst == 192.0.2.28")
    number, sequence = seen[-1]
    before = lab.run(A, "show crypto ipsec sa | include decaps")
    lab.run("lab", f"inject a-access {capture} {number} to {A}")
    lab.advance(1)
    page = lab.run(A, "show logging | section REPLAY_ERR")
    assert "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed" in page
    assert f"sequence number={sequence}" in page
    assert lab.run(A, "show crypto ipsec sa | include decaps") == before
    assert "##pkts replay failed (rcv): 1" in lab.run(A, "show crypto ipsec sa detail")
    assert logged(lab, B, "REPLAY") == []


def test_a_wrong_key_is_logged_by_who_was_called(lab: Lab) -> None:
    configure(
        lab,
        B,
        "no crypto isakmp key WowWhatAPassword! address 192.0.2.28",
        "crypto isakmp key AnotherOne address 192.0.2.28",
    )
    for gateway in (A, B):
        lab.run(gateway, "clear crypto session")
    lab.run("PC-B", "ping -c 3 -W 1 192.168.1.10")
    assert logged(lab, A, "BAD_MESSAGE")[0] == (
        "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 198.51.100.2 "
        "failed its sanity check or is malformed"
    )
    assert logged(lab, B, "BAD_MESSAGE") == []


def debugged(lab: Lab, *settings: str) -> list[str]:
    """The buffer of B after a negotiation with its debug on."""
    configure(lab, B, *settings)
    lab.run(B, "debug crypto isakmp")
    lab.run(B, "clear crypto session")
    lab.run(B, "clear logging", "")
    lab.run(B, "ping 192.168.1.1 source GigabitEthernet0/0")
    return lab.run(B, "show logging").partition("bytes):\n")[2].strip("\n").splitlines()


def test_the_buffer_keeps_the_newest_lines_that_fit_its_size(lab: Lab) -> None:
    small = debugged(lab, "logging buffered 4096")
    size = sum(len(line) + 1 for line in small)
    assert 4096 - 200 < size <= 4096
    large = debugged(lab, "logging buffered 100000")
    assert any("beginning Main Mode exchange" in line for line in large)
    assert not any("beginning Main Mode exchange" in line for line in small)
    assert small[-1].partition(": ")[2].startswith("ISAKMP")


def test_a_rate_limit_counts_debug_output_only_with_all(lab: Lab) -> None:
    free = debugged(lab, "logging buffered 100000", "logging rate-limit 3")
    assert len(free) > 50
    held = debugged(lab, "logging rate-limit all 3")
    assert 0 < len(held) <= 12
    page = lab.run(B, "show logging | include rate-limited")
    limited = int(re.findall(r"(\d+) messages rate-limited", page)[0])
    assert limited > 30
    assert " logging rate-limit all 3\n" in " " + lab.run(B, "show running-config | include rate")
