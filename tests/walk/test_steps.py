"""LAB §4 beyond the happy path: the mirror's parts, the hash, the leak, and failures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.walk import lines, shark
from tests.walk.served import Served

A, B = "Site-A-GW-Router", "Site-B-GW-Router"
Serve = Callable[..., Served]

PARTS = {
    "the debug source": ("R6", "no debug mirror-source 200", lines.MIRROR_SOURCE),
    "the SDP": (
        "R6",
        "configure service sdp 61 shutdown",
        "configure service sdp 61 no shutdown",
    ),
    "the far end": (
        "R1",
        "configure mirror mirror-dest 200 remote-source no far-end 10.10.10.6",
        "configure mirror mirror-dest 200 remote-source far-end 10.10.10.6",
    ),
    "the SAP": (
        "R1",
        "configure mirror mirror-dest 200 no sap 1/1/3",
        "configure mirror mirror-dest 200 sap 1/1/3 create",
    ),
}


def heard(lab: Served) -> int:
    """ICMP frames on the sniffer so far."""
    return shark.count(lab.capture("sniffer"), "icmp")


@pytest.mark.needs("tshark")
def test_each_part_of_the_mirror_is_needed(serve: Serve) -> None:
    """Without the debug source, the SDP, the far end or the SAP the sniffer hears nothing."""
    lab = serve("--checkpoint", "mirror")
    ping = "ping 10.15.15.15 source Loopback0"
    for part, (node, take_away, put_back) in PARTS.items():
        before = heard(lab)
        lab.configure(node, take_away)
        assert "!!!!!" in lab.type(B, ping)
        assert heard(lab) == before, f"the sniffer still hears without {part}"
        lab.configure(node, put_back)
        assert "!!!!!" in lab.type(B, ping)
        assert heard(lab) == before + 10, f"the sniffer stays deaf after {part} is back"


@pytest.mark.needs("tshark")
def test_unsourced_ping_is_not_on_the_mirror(serve: Serve) -> None:
    """It takes Gi0/2's address and leaves by R5: the R6 mirror sees neither direction."""
    lab = serve("--checkpoint", "mirror")
    assert "!!!!!" in lab.type(B, "ping 10.15.15.15")
    assert heard(lab) == 0
    backup = lab.capture("b-backup")
    assert shark.count(backup, "icmp.type == 8 && ip.src == 203.0.113.2") == 5


@pytest.mark.parametrize(
    ("source", "destination", "port"),
    [
        ("198.51.100.2", "192.0.2.28", "GigabitEthernet0/1"),
        ("10.16.16.16", "10.15.15.15", "GigabitEthernet0/1"),
        ("203.0.113.2", "10.15.15.15", "GigabitEthernet0/2"),
    ],
)
def test_cef_pairs_leave_as_listed(
    walk_lab: Served, source: str, destination: str, port: str
) -> None:
    """`show ip cef exact-route` names the port that LAB §2 lists for the pair."""
    said = walk_lab.type(B, f"show ip cef exact-route {source} {destination}")
    assert port in said


@pytest.mark.needs("tshark")
def test_frame_sizes_in_the_core(serve: Serve) -> None:
    """A 100-byte ping is 122 bytes on r2-r6 (two labels) and 136 on r1-r2 (pseudowire)."""
    lab = serve()
    lab.type(B, "ping 10.15.15.15 source Loopback0")
    for link, size in (
        ("b-primary", "114"),
        ("r2-r6", "122"),
        ("r1-r2", "136"),
        ("a-access", "114"),
    ):
        sizes = {row[0] for row in shark.fields(lab.capture(link), ["frame.len"], "icmp")}
        assert sizes == {size}, link


@pytest.mark.needs("tshark")
def test_telnet_password_crosses_a_character_a_segment(serve: Serve) -> None:
    """Step 2: the password of a Telnet login can be read on the customer's access link."""
    lab = serve()
    device = lab.device(B)
    device.write_channel("telnet 10.15.15.15 /source-interface Loopback0\n")
    device.read_until_pattern("sername:")
    device.write_channel("netadmin\n")
    device.read_until_pattern("assword:")
    device.write_channel("Telnet-Clear-1\n")
    device.read_until_pattern(r"Site-A-GW-Router#")
    device.write_channel("exit\n")
    device.read_until_pattern(r"Site-B-GW-Router#")
    where = "telnet && ip.dst == 10.15.15.15 && tcp.len == 1"
    typed = shark.fields(lab.capture("a-access"), ["tcp.payload"], where)
    text = bytes.fromhex("".join(row[0] for row in typed)).decode("latin-1")
    assert "Telnet-Clear-1" in text


@pytest.mark.needs("tshark")
def test_closing_the_loopback_gap(serve: Serve) -> None:
    """Step 7: a mirrored ACE pair and a pinned route put the loopback ping into ESP."""
    lab = serve("--checkpoint", "tunnel")
    ace = "permit ip 10.1{0}.1{0}.0 0.0.0.255 10.1{1}.1{1}.0 0.0.0.255"
    lab.configure(A, "ip access-list extended VPN-TRAFFIC\n" + ace.format(5, 6))
    lab.configure(
        B,
        "ip access-list extended VPN-TRAFFIC\n"
        + ace.format(6, 5)
        + "\nip route 10.15.15.0 255.255.255.0 198.51.100.1",
    )
    lab.type(B, "ping 10.15.15.15 source Loopback0")
    before = heard(lab)
    assert "!!!!!" in lab.type(B, "ping 10.15.15.15 source Loopback0")
    assert heard(lab) == before


@pytest.mark.needs("tshark")
def test_recursive_route_leaks_over_the_backup(serve: Serve) -> None:
    """Step 8: the PC pair leaves by Gi0/2 in the clear and dies at R5; the mirror sees none."""
    lab = serve("--checkpoint", "tunnel")
    lab.configure(
        B,
        "no ip route 192.168.1.0 255.255.255.0 198.51.100.1\n"
        "ip route 192.168.1.0 255.255.255.0 192.0.2.28",
    )
    assert "100% packet loss" in lab.type("PC-B", "ping -c 3 192.168.1.10")
    assert "!!!!" in lab.type(B, "ping 192.168.1.1 source GigabitEthernet0/0")
    leak = "icmp.type == 8 && ip.dst == 192.168.1.10"
    assert shark.count(lab.capture("b-backup"), leak) == 3
    assert shark.count(lab.capture("sniffer"), leak) == 0
    lab.configure(
        B,
        "no ip route 192.168.1.0 255.255.255.0 192.0.2.28\n"
        "ip route 192.168.1.0 255.255.255.0 198.51.100.1\n"
        "ip route 192.0.2.28 255.255.255.255 198.51.100.1",
    )
    assert ", 0% packet loss" in lab.type("PC-B", "ping -c 3 192.168.1.10")


def test_gateway_moves_to_r3_and_the_tunnel_lives(serve: Serve) -> None:
    """Step 9: R2's interface goes down, VRRP finds R3 within 5 s, pings keep passing."""
    lab = serve("--checkpoint", "tunnel")
    assert "Master" in lab.type("R2", "show router 100 vrrp instance")
    lab.configure("R2", 'configure service vprn 100 interface "toCustomerSiteA" shutdown')
    lab.type("lab", "advance 5")
    assert "Master" in lab.type("R3", "show router 100 vrrp instance")
    assert "!!!!" in lab.type(B, "ping 192.168.1.1 source GigabitEthernet0/0")


def test_dead_primary_link_leaves_a_tunnel_that_looks_alive(serve: Serve) -> None:
    """Step 9: b-primary down without DPD: both ends still show QM_IDLE, and nothing passes."""
    lab = serve("--checkpoint", "tunnel")
    lab.type("lab", "link b-primary down")
    lab.type("lab", "advance 5")
    assert "100% packet loss" in lab.type("PC-A", "ping -c 3 172.16.1.10")
    assert "QM_IDLE" in lab.type(A, "show crypto isakmp sa")
    assert "#pkts encaps: 7," in lab.type(A, "show crypto ipsec sa")
    assert "#pkts decaps: 4," in lab.type(A, "show crypto ipsec sa")
    assert "203.0.113.1" in lab.type(B, "show ip route 10.15.15.0")


@pytest.fixture(scope="module")
def walk_lab(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    with Served(tmp_path_factory.mktemp("cef")) as lab:
        yield lab
