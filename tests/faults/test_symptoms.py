"""Rows of the fault table that take more than a look: waiting, repairing, another cut, the wire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.sim.lab.lab import Lab
from tests.walk import shark

A, B = "Site-A-GW-Router", "Site-B-GW-Router"
FROM_B = "ping 192.168.1.1 source GigabitEthernet0/0"
FROM_A = "ping 172.16.1.1 source GigabitEthernet0/0"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with Lab("tunnel", capture_dir=tmp_path / "lab") as lab:
        yield lab


def marks(lab: Lab, gateway: str, command: str) -> str:
    return "".join(re.findall(r"^[!.UM&]+$", lab.run(gateway, command), re.MULTILINE))


def configure(lab: Lab, gateway: str, *lines: str) -> None:
    for line in ("configure terminal", *lines, "end"):
        lab.run(gateway, line)


def capture(lab: Lab, link: str) -> Path:
    return Path(lab.description()["captures"][link])


def keys(lab: Lab) -> Path:
    return Path(lab.description()["keys"])


def states(lab: Lab, gateway: str) -> list[str]:
    page = lab.run(gateway, "show crypto isakmp sa")
    return re.findall(r"^[\d.]+ +[\d.]+ +(\w+) +\d+ ACTIVE$", page, re.MULTILINE)


def test_1_the_sa_that_cannot_be_finished_is_retried_and_then_deleted(lab: Lab) -> None:
    lab.fault("f01")
    lab.run(B, "debug crypto isakmp")
    assert marks(lab, B, FROM_B) == "....."
    assert states(lab, B) == ["MM_KEY_EXCH"]
    lab.advance(120)
    assert states(lab, B) == states(lab, A) == []
    log = lab.run(B, "show logging")
    assert "retransmitting phase 1 MM_KEY_EXCH" in log


def test_19_a_peer_that_is_not_there_is_tried_five_times_more(lab: Lab) -> None:
    lab.fault("f19a")
    lab.run(A, "debug crypto isakmp")
    assert marks(lab, A, FROM_A) == "....."
    lab.advance(70)
    log = lab.run(A, "show logging")
    tried = [int(n) for n in re.findall(r"attempt (\d) of 5: retransmit phase 1", log)]
    assert tried == [1, 2, 3, 4, 5]


@pytest.mark.needs("tshark")
def test_10_no_proposal_chosen_is_on_the_wire(lab: Lab) -> None:
    lab.fault("f10")
    assert marks(lab, B, FROM_B) == "....."
    where = "isakmp.notify.msgtype == 14 && ip.src == 192.0.2.28"
    assert shark.count(capture(lab, "a-access"), where, keys(lab)) == 5
    assert shark.count(capture(lab, "a-access"), "esp", keys(lab)) == 8, "those of before"


@pytest.mark.needs("tshark")
def test_28_who_asks_not_to_fragment_is_told_1422_and_others_are_fragmented_before(
    lab: Lab,
) -> None:
    assert "mtu = 1422" in lab.run("PC-B", "ping -c 1 -M do -s 1395 192.168.1.10")
    told = shark.fields(capture(lab, "lan-b"), ["icmp.mtu"], "icmp.type == 3 && icmp.code == 4")
    assert told == [["1422"]]
    assert marks(lab, B, f"{FROM_B} size 1422 df-bit") == "!!!!!"
    assert marks(lab, B, f"{FROM_B} size 1423 df-bit") == "M.M.M", "two a second at most"
    before = shark.count(capture(lab, "b-primary"), "esp")
    assert marks(lab, B, f"{FROM_B} size 1423") == "!!!!!"
    assert shark.count(capture(lab, "b-primary"), "esp") == before + 20
    assert shark.count(capture(lab, "b-primary"), "ip.flags.mf == 1 && ip.proto == 50") == 0


@pytest.mark.needs("tshark")
def test_28_adjust_mss_makes_the_page_arrive_without_any_unreachable(lab: Lab) -> None:
    lab.fault("f28")
    assert "timed out" in lab.run("PC-B", "curl http://192.168.1.10/5000")
    configure(lab, B, "interface GigabitEthernet0/0", "ip tcp adjust-mss 1360")
    assert len(lab.run("PC-B", "curl http://192.168.1.10/5000")) >= 5000
    offered = shark.fields(capture(lab, "lan-a"), ["tcp.options.mss_val"], "tcp.flags.syn == 1")
    assert offered[-2][0] == "1360"


def test_29_a_clear_at_a_or_a_packet_from_b_ends_it(lab: Lab) -> None:
    lab.fault("f29")
    assert marks(lab, A, FROM_A) == "....."
    assert "RECVD_PKT_INV_SPI" in lab.run(B, "show logging")
    lab.run(A, "clear crypto sa")
    lab.run(A, "clear crypto isakmp")
    assert marks(lab, A, FROM_A).endswith("!!!")
    lab.start("tunnel")
    lab.fault("f29")
    assert marks(lab, A, FROM_A) == "....."
    assert marks(lab, B, FROM_B).endswith("!!!"), "INITIAL-CONTACT has cleared A's SAs"
    assert marks(lab, A, FROM_A) == "!!!!!"


@pytest.mark.needs("tshark")
def test_30_esp_that_comes_too_late_is_a_replay_to_the_window(lab: Lab) -> None:
    access = capture(lab, "a-access")
    frames = shark.fields(access, ["frame.number"], "esp && ip.dst == 192.0.2.28")
    assert marks(lab, B, f"{FROM_B} repeat 70") == "!" * 70
    assert "PKT_REPLAY_ERR" not in lab.run(A, "show logging")
    lab.inject("a-access", access, [int(frames[-1][0])])
    assert "PKT_REPLAY_ERR" in lab.run(A, "show logging")
    assert "#recv errors 1" in lab.run(A, "show crypto ipsec sa")


@pytest.mark.parametrize("initiator", [A, B])
def test_31_pfs_is_missed_only_by_a_responder_that_wants_it(lab: Lab, initiator: str) -> None:
    lab.fault("f31")
    ping = FROM_A if initiator == A else FROM_B
    assert marks(lab, initiator, ping) == (".!!!!" if initiator == A else ".....")


def test_34_a_new_key_counts_when_both_phases_are_cleared(lab: Lab) -> None:
    lab.fault("f34")
    assert marks(lab, B, FROM_B) == "!!!!!"
    lab.run(B, "clear crypto sa")
    assert marks(lab, B, FROM_B) == ".!!!!", "Phase 1 is still that of before"
    lab.run(B, "clear crypto isakmp")
    assert marks(lab, B, FROM_B) == "!!!!!", "and ESP needs no Phase 1"
    lab.run(B, "clear crypto sa")
    assert marks(lab, B, FROM_B) == "....."
    assert states(lab, B) == ["MM_KEY_EXCH"]


def test_34_a_new_transform_set_counts_when_phase_2_is_cleared(lab: Lab) -> None:
    configure(lab, A, "crypto ipsec transform-set TSET esp-aes esp-sha-hmac")
    assert marks(lab, B, FROM_B) == "!!!!!"
    lab.run(B, "clear crypto sa")
    assert marks(lab, B, FROM_B) == "....."
    assert states(lab, B) == ["QM_IDLE"]


@pytest.mark.parametrize(
    "lines",
    [
        ("ip access-list extended VPN-TRAFFIC", "permit ip host 10.15.15.15 host 10.16.16.16"),
        ("crypto map VPN-MAP 100 ipsec-isakmp", "set peer 203.0.113.2"),
        ("interface GigabitEthernet0/1", "no crypto map VPN-MAP"),
    ],
    ids=["list", "peer", "map"],
)
def test_34_an_edit_of_list_peer_or_map_ends_the_sas_at_once(
    lab: Lab, lines: tuple[str, ...]
) -> None:
    configure(lab, A, *lines)
    lab.advance(1)
    for gateway in (A, B):
        assert "spi: 0x0(0)" in lab.run(gateway, "show crypto ipsec sa") or gateway == A
        assert not re.search(r"^ +spi: 0x", lab.run(gateway, "show crypto ipsec sa"), re.M)


@pytest.mark.parametrize("spoke", ["up", "down"])
def test_37_a_spoke_that_is_down_is_missed_when_r2_fails(lab: Lab, spoke: str) -> None:
    if spoke == "down":
        lab.fault("f37")
    assert marks(lab, B, FROM_B) == "!!!!!"
    lab.run("R2", 'configure service vprn 100 interface "toCustomerSiteA" shutdown')
    lab.advance(5)
    assert marks(lab, B, FROM_B) == ("!!!!!" if spoke == "up" else ".....")


@pytest.mark.needs("tshark")
def test_13_cleartext_is_logged_by_the_peer_only_if_it_gets_there(lab: Lab) -> None:
    """LAN packets end at R6; the loopbacks' pass, and A drops what its list protects."""
    lab.fault("f16")
    assert marks(lab, B, FROM_B) == "....."
    assert "RECVD_PKT_NOT_IPSEC" not in lab.run(A, "show logging")
    ace = "permit ip 10.15.15.0 0.0.0.255 10.16.16.0 0.0.0.255"
    configure(lab, A, "ip access-list extended VPN-TRAFFIC", ace)
    assert marks(lab, B, "ping 10.15.15.15 source Loopback0") == "....."
    log = lab.run(A, "show logging")
    assert "RECVD_PKT_NOT_IPSEC" in log
    assert "vrf/dest_addr= /10.15.15.15, src_addr= 10.16.16.16, prot= 1" in log
