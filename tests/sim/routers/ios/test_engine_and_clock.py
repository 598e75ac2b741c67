"""What a learner asks the box beside the tunnel: its engine, clock and packets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from labkit.sim.lab.lab import Lab
from tests.sim.routers.ios.conftest import B

PING = "ping 192.168.1.1 source Gi0/0 repeat 2"


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab("crypto-map") as lab:
        yield lab


def test_the_clock_goes_on_from_what_was_set_and_loses_its_star(b: Any) -> None:
    b.type("clock set 10:00:00 1 january 2026")
    assert b.type("show clock").startswith("10:00:01.000 UTC Thu Jan 1 2026")
    log = b.type("show logging | include CLOCKUPDATE")
    assert log.startswith("Jan  1 10:00:00.000: %SYS-6-CLOCKUPDATE: ")
    assert b.bench.network.clock.now > 0  # the lab's own time has not moved back
    b.lines("configure terminal\nhostname Late\nend")
    assert "10:00:0" in b.type("show running-config | include Last configuration change")


@pytest.mark.parametrize(
    "line",
    ["10:00 1 jan 2026", "24:00:00 1 jan 2026", "10:00:00 1 ju 2026", "10:00:00 30 feb 2026"],
)
def test_a_time_that_there_is_not_is_refused(b: Any, line: str) -> None:
    assert b.type(f"clock set {line}").lstrip(" ^\n").startswith("% Invalid")
    assert b.type("show clock").startswith("*09:00")


def test_engine_and_counts_follow_the_sas(lab: Lab) -> None:
    assert "total: 0," in lab.run(B, "show crypto ipsec sa count")
    assert "Active ISAKMP SA's: 0" in lab.run(B, "show crypto isakmp sa count")
    lab.run(B, "debug crypto engine")
    lab.run(B, PING)
    assert "total: 2, active: 2," in lab.run(B, "show crypto ipsec sa count")
    assert "Active ISAKMP SA's: 1" in lab.run(B, "show crypto isakmp sa count")
    assert "IPSec-Session :     2 active" in lab.run(B, "show crypto eli")
    said = lab.run(B, "show logging | include rypto.engine")
    assert said.count("Create IPSec SA") == 2
    # Main mode 5 and 6, quick mode 1 to 3: two messages of the five come from the peer.
    assert (said.count("Encrypt IKE"), said.count("Decrypt IKE")) == (3, 2)
    lab.run(B, "clear crypto session local 203.0.113.2")
    assert "total: 2," in lab.run(B, "show crypto ipsec sa count")
    lab.run(B, "clear crypto session local 198.51.100.2")
    assert "total: 0," in lab.run(B, "show crypto ipsec sa count")


def test_debug_ip_packet_shows_own_packets_that_the_list_permits(lab: Lab) -> None:
    assert lab.run(B, "debug ip packet detail VPN-TRAFFIC") == (
        "IP packet debugging is on (detailed) for access list VPN-TRAFFIC\n"
    )
    assert "for access list VPN-TRAFFIC" in lab.run(B, "show debugging")
    lab.run(B, PING)
    log = lab.run(B, "show logging")
    assert "s=172.16.1.1 (local), d=192.168.1.1 (GigabitEthernet0/1), len 100, sending" in log
    assert "ICMP type=8, code=0" in log
    assert "s=198.51.100.2" not in log  # IKE's packets are not in the list
    lab.run("PC-B", "ping -c 1 192.168.1.10")
    assert "172.16.1.10" not in lab.run(B, "show logging")  # that was only forwarded
    lab.run(B, "undebug ip packet")
    assert "packet debugging" not in lab.run(B, "show debugging")
