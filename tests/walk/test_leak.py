"""LAB §4 step 8, typed by hand: the route that leaks over the second uplink, found and closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.walk import shark
from tests.walk.reading import A, B, counters, loss, marks
from tests.walk.served import Served

Serve = Callable[..., Served]

LEAKY = """\
no ip route 192.168.1.0 255.255.255.0 198.51.100.1
ip route 192.168.1.0 255.255.255.0 192.0.2.28
"""
PINNED = """\
no ip route 192.168.1.0 255.255.255.0 192.0.2.28
ip route 192.168.1.0 255.255.255.0 198.51.100.1
ip route 192.0.2.28 255.255.255.255 198.51.100.1
"""
SECOND_MIRROR_R5 = """\
configure mirror mirror-dest 200 create
spoke-sdp 51:200 create
no shutdown
exit
no shutdown
exit all
"""
SECOND_MIRROR_R1 = "configure mirror mirror-dest 200 remote-source far-end 10.10.10.5\nexit all"
SECOND_SOURCE = "debug mirror-source 200 port 1/1/3 egress ingress"
PCS = "icmp && ip.src == 172.16.1.10 && ip.dst == 192.168.1.10"
GATEWAYS = "ping 192.168.1.1 source GigabitEthernet0/0"


@pytest.mark.needs("tshark")
def test_a_capture_on_the_backup_finds_the_leak_and_pinned_routes_close_it(serve: Serve) -> None:
    """The gateways' flow is in the tunnel, the PCs' leaves by Gi0/2 in the clear; R5 drops it."""
    lab = serve("--checkpoint", "tunnel")
    lab.configure(B, LEAKY)
    assert loss(lab, "PC-B", "192.168.1.10") == 100
    assert marks(lab, B, GATEWAYS) == "!!!!!"
    assert shark.count(lab.capture("b-backup"), PCS) == 3
    for link in ("sniffer", "b-primary", "r4-r5", "r5-r6", "a-access"):
        assert shark.count(lab.capture(link), PCS) == 0, f"R5 passed it on, to {link}"
    path = "show ip cef exact-route {} {}"
    assert "GigabitEthernet0/2" in lab.type(B, path.format("172.16.1.10", "192.168.1.10"))
    assert "GigabitEthernet0/1" in lab.type(B, path.format("172.16.1.1", "192.168.1.1"))
    lab.configure(B, PINNED)
    assert loss(lab, "PC-B", "192.168.1.10") == 0
    assert loss(lab, "PC-A", "172.16.1.10") == 0
    assert shark.count(lab.capture("b-backup"), PCS) == 3
    assert shark.count(lab.capture("b-backup"), "esp") == 0


@pytest.mark.needs("tshark")
def test_a_second_mirror_shows_what_the_first_cannot(serve: Serve) -> None:
    """`mirror-dest` on R5 over SDP 51 brings the leak to the same sniffer, beside R6's copies."""
    lab = serve("--checkpoint", "tunnel")
    lab.configure(B, LEAKY)
    assert loss(lab, "PC-B", "192.168.1.10") == 100
    assert shark.count(lab.capture("sniffer"), PCS) == 0
    lab.configure("R5", SECOND_MIRROR_R5)
    lab.configure("R5", SECOND_SOURCE)
    assert loss(lab, "PC-B", "192.168.1.10") == 100
    assert shark.count(lab.capture("sniffer"), PCS) == 0, "R1 does not accept R5's copies yet"
    lab.configure("R1", SECOND_MIRROR_R1)
    page = lab.type("R1", "show mirror mirror-dest 200")
    assert "10.10.10.5" in page
    assert "10.10.10.6" in page
    assert loss(lab, "PC-B", "192.168.1.10") == 100
    sniffer = lab.capture("sniffer")
    assert shark.count(sniffer, PCS) == 3
    before = shark.count(sniffer, "esp")
    assert marks(lab, B, GATEWAYS) == "!!!!!"
    assert shark.count(sniffer, "esp") == before + 10, "R6's mirror still works"


@pytest.mark.needs("tshark")
def test_the_reply_to_a_leaked_flow_is_encrypted_and_answers_nothing(serve: Serve) -> None:
    """From A the PCs' requests arrive inside ESP; the answers leave B in the clear and die."""
    lab = serve("--checkpoint", "tunnel")
    lab.configure(B, LEAKY)
    sent, received = counters(lab, A)
    assert loss(lab, "PC-A", "172.16.1.10") == 100
    assert counters(lab, A) == (sent + 3, received)
    replies = "icmp.type == 0 && ip.src == 172.16.1.10"
    assert shark.count(lab.capture("b-backup"), replies) == 3
