"""LAB §4 step 9, typed by hand: what breaks with the primary link or the VRRP master, and both
repairs of the tunnel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.walk import shark
from tests.walk.reading import A, B, alive, counters, loss, marks, moment, spis
from tests.walk.served import Served

Serve = Callable[..., Served]

FLOATING = "ip route 192.168.1.0 255.255.255.0 203.0.113.1 10\n"
SECOND_MAP_B = "interface GigabitEthernet0/2\ncrypto map VPN-MAP\nexit\n" + FLOATING
DPD = "crypto isakmp keepalive 10 periodic\n"
SECOND_KEY_A = "crypto isakmp key WowWhatAPassword! address 203.0.113.2\n"
SECOND_PEER_A = "crypto map VPN-MAP 100 ipsec-isakmp\nset peer 203.0.113.2\n"
SECOND_ENTRY_A = """\
crypto map VPN-MAP 110 ipsec-isakmp
set peer 203.0.113.2
set transform-set TSET
match address VPN-TRAFFIC
"""
LOOPBACK_A = """\
no crypto isakmp key WowWhatAPassword! address 198.51.100.2
crypto isakmp key WowWhatAPassword! address 10.16.16.16
crypto map VPN-MAP 100 ipsec-isakmp
no set peer 198.51.100.2
set peer 10.16.16.16
"""
LOOPBACK_B = "crypto map VPN-MAP local-address Loopback0\n" + SECOND_MAP_B
DPD_SECONDS = 10 + 5 * 2
"""A silence of ten seconds, then five questions two seconds apart."""
CLEAR = "icmp && (ip.addr == 192.168.1.0/24 || ip.addr == 172.16.1.0/24)"


@pytest.mark.needs("tshark")
def test_without_dpd_the_tunnel_dies_and_nobody_notices(serve: Serve) -> None:
    """The prefix is withdrawn, 10.16.16.0/24 moves to R5, QM_IDLE stays, encaps rise, decaps
    freeze; every packet of A's ends inside the provider."""
    lab = serve("--checkpoint", "tunnel")
    assert "198.51.100.0/24" in lab.type("R2", "show router 100 route-table")
    lab.type("lab", "link b-primary down")
    lab.type("lab", "advance 5")
    table = lab.type("R2", "show router 100 route-table")
    assert "198.51.100.0/24" not in table
    route = lab.type("R2", "show router 100 route-table 10.16.16.0/24")
    assert "10.10.10.5" in route
    assert "10.10.10.6" not in route
    sent, received = counters(lab, A)
    assert loss(lab, "PC-A", "172.16.1.10") == 100
    assert counters(lab, A) == (sent + 3, received)
    assert [row[2] for row in alive(lab, A)] == [row[2] for row in alive(lab, B)] == ["QM_IDLE"]
    lab.type("lab", "advance 600")
    assert [row[2] for row in alive(lab, A)] == ["QM_IDLE"]
    assert marks(lab, B, "ping 10.15.15.15 source Loopback0") == "!!!!!", "R5 works"
    assert "203.0.113.1" in lab.type(B, "show ip route 10.15.15.0")
    neighbour = [
        line for line in lab.type(B, "show ip bgp summary").splitlines() if "198.51.100.1 " in line
    ]
    assert neighbour[0].split()[-1] in ("Idle", "Active")


@pytest.mark.needs("tshark")
def test_repair_by_a_second_peer_and_dpd(serve: Serve) -> None:
    """The tunnel comes back by itself, to 203.0.113.2, as soon as DPD has given the first peer
    up: five questions on the wire and no answer."""
    lab = serve("--checkpoint", "tunnel")
    lab.configure(A, DPD + SECOND_KEY_A + SECOND_PEER_A)
    lab.configure(B, SECOND_MAP_B)
    assert loss(lab, "PC-A", "172.16.1.10", count=5) == 20, "the edit made a new tunnel"
    lab.type("lab", "link b-primary down")
    cut = moment(lab)
    while loss(lab, "PC-A", "172.16.1.10", count=1):
        assert moment(lab) < cut + DPD_SECONDS + 6
    assert moment(lab) > cut + DPD_SECONDS - 10
    (row,) = alive(lab, A)
    assert row[:3] == ("203.0.113.2", "192.0.2.28", "QM_IDLE")
    assert "current_peer 203.0.113.2 port 500" in lab.type(A, "show crypto ipsec sa")
    assert loss(lab, "PC-B", "192.168.1.10") == 0
    asked = "isakmp.exchangetype == 5 && ip.src == 192.0.2.28 && ip.dst == 198.51.100.2"
    notes = shark.fields(lab.capture("a-access"), ["isakmp.notify.msgtype"], asked, lab.keys)
    unanswered = [note for (note,) in notes if note == "36136"]
    assert len(unanswered) >= 5, "R-U-THERE, five times"
    assert shark.count(lab.capture("b-backup"), "esp && ip.addr == 203.0.113.2") > 0
    assert shark.count(lab.capture("b-backup"), CLEAR) == 0


@pytest.mark.needs("tshark")
def test_a_second_map_entry_with_the_same_list_is_never_reached(serve: Serve) -> None:
    """The first match wins: with everything else of the repair in place, entry 110 does nothing."""
    lab = serve("--checkpoint", "tunnel")
    lab.configure(A, DPD + SECOND_KEY_A + SECOND_ENTRY_A)
    lab.configure(B, SECOND_MAP_B)
    assert "203.0.113.2" in lab.type(A, "show crypto map")
    lab.type("lab", "link b-primary down")
    for _ in range(10):
        assert loss(lab, "PC-A", "172.16.1.10") == 100
        lab.type("lab", "advance 10")
    assert shark.count(lab.capture("a-access"), "ip.dst == 203.0.113.2") == 0
    tried = shark.count(
        lab.capture("a-access"), "isakmp.exchangetype == 2 && ip.dst == 198.51.100.2"
    )
    assert tried > 0, "entry 100 goes on with its only peer"


@pytest.mark.needs("tshark")
def test_repair_by_a_peer_that_is_a_loopback(serve: Serve) -> None:
    """The tunnel ends at 10.16.16.16, which either uplink reaches: the SAs survive the cut."""
    lab = serve("--checkpoint", "tunnel")
    lab.configure(A, LOOPBACK_A)
    lab.configure(B, LOOPBACK_B)
    assert loss(lab, "PC-B", "192.168.1.10", count=5) == 20
    before = spis(lab, A, "inbound")
    page = lab.type(B, "show crypto ipsec sa")
    assert "Crypto map tag: VPN-MAP, local addr 10.16.16.16" in page
    assert loss(lab, "PC-A", "172.16.1.10") == 0
    lab.type("lab", "link b-primary down")
    for host, other in (("PC-B", "192.168.1.10"), ("PC-A", "172.16.1.10")):
        assert loss(lab, host, other, count=5) == 0
    assert spis(lab, A, "inbound") == before
    assert shark.count(lab.capture("b-backup"), "esp && ip.addr == 10.16.16.16") == 20
    assert shark.count(lab.capture("b-backup"), CLEAR) == 0
    lab.type("lab", "link b-primary up")
    lab.type("lab", "advance 120")
    assert loss(lab, "PC-B", "192.168.1.10", count=5) == 0
    assert spis(lab, A, "inbound") == before


@pytest.mark.needs("tshark")
def test_the_gateway_moves_to_r3_after_three_point_six_seconds(serve: Serve) -> None:
    """R2's last advertisement to R3's first is 3 + (256-100)/256 s; the tunnel lives on."""
    lab = serve("--checkpoint", "tunnel")
    before = spis(lab, B, "inbound")
    lab.type("lab", "advance 3")
    lab.configure("R2", 'configure service vprn 100 interface "toCustomerSiteA" shutdown')
    lab.type("lab", "advance 5")
    assert "Master" in lab.type("R3", "show router 100 vrrp instance")
    said = shark.fields(lab.capture("a-access"), ["frame.time_epoch", "ip.src"], "vrrp")
    last = max(float(time) for time, source in said if source == "192.0.2.26")
    first = min(float(time) for time, source in said if source == "192.0.2.27")
    assert first - last == pytest.approx(3.609, abs=0.01)
    assert marks(lab, B, "ping 192.168.1.1 source GigabitEthernet0/0") == "!!!!!"
    assert loss(lab, "PC-A", "172.16.1.10") == 0
    assert spis(lab, B, "inbound") == before
    assert shark.count(lab.capture("r1-r3"), "ip.proto == 50") > 0


@pytest.mark.needs("tshark")
def test_cutting_r1_r2_does_not_move_the_gateway(serve: Serve) -> None:
    """The LSP of the pseudowire takes another way, and VRRP hears nothing of it."""
    lab = serve("--checkpoint", "tunnel")
    lab.type("lab", "link r1-r2 down")
    lab.type("lab", "advance 10")
    assert "Master" in lab.type("R2", "show router 100 vrrp instance")
    assert "Master" not in lab.type("R3", "show router 100 vrrp instance")
    assert loss(lab, "PC-B", "192.168.1.10") == 0
    sources = {row[0] for row in shark.fields(lab.capture("a-access"), ["ip.src"], "vrrp")}
    assert sources == {"192.0.2.26"}
