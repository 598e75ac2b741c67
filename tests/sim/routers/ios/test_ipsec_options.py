"""Settings of IPsec that change what is on the wire: DF, recovery after a restart, RRI."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.protocols.wire import ipv4
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.lab.lab import Lab
from tests.sim.routers.ios.conftest import A, B, configure

B_WAN = "198.51.100.2"


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab("tunnel") as lab:
        yield lab


def sealed(lab: Lab) -> list[IPv4]:
    """The ESP packets that B has put on its first link."""
    frames = [each.data for each in lab.live.since() if each.link == "b-primary"]
    packets = [IPv4.decode(data[14:]) for data in frames if data[12:14] == b"\x08\x00"]
    return [each for each in packets if each.protocol == ipv4.ESP and str(each.src) == B_WAN]


@pytest.mark.parametrize(("value", "outer"), [("copy", True), ("clear", False), ("set", True)])
def test_the_outer_df_bit_is_copied_cleared_or_set(lab: Lab, value: str, outer: bool) -> None:
    configure(lab, B, f"crypto ipsec df-bit {value}")
    before = len(sealed(lab))
    assert "!" in lab.run(B, "ping 192.168.1.1 source Gi0/0 repeat 1 df-bit")
    lab.run(B, "ping 192.168.1.1 source Gi0/0 repeat 1")
    inner_df, inner_clear = sealed(lab)[before:]
    assert inner_df.dont_fragment is outer
    assert inner_clear.dont_fragment is (value == "set")


def test_a_cleared_df_bit_lets_long_packets_be_cut(lab: Lab) -> None:
    """With DF honoured the gateway answers 3/4 and sends nothing."""
    before = len(sealed(lab))
    assert "M" in lab.run(B, "ping 192.168.1.1 source Gi0/0 repeat 1 size 1450 df-bit")
    assert len(sealed(lab)) == before
    configure(lab, B, "crypto ipsec df-bit clear")
    lab.run(B, "ping 192.168.1.1 source Gi0/0 repeat 1 size 1450 df-bit")
    assert len(sealed(lab)) == before + 2


@pytest.mark.parametrize("recovers", [True, False])
def test_invalid_spi_recovery_ends_a_stale_sa(lab: Lab, recovers: bool) -> None:
    """B forgets its SAs in a reload; with the command it begins Phase 1 at the first bad SPI."""
    configure(lab, B, *(["crypto isakmp invalid-spi-recovery"] if recovers else []))
    lab.run(B, "write memory")
    lab.run(B, "reload", "")
    lab.advance(10)
    lab.run(A, "ping 172.16.1.1 source Gi0/0")
    assert ("!!!!!" in lab.run(A, "ping 172.16.1.1 source Gi0/0")) is recovers
    assert "RECVD_PKT_INV_SPI" in lab.run(B, "show logging")


def test_a_static_reverse_route_leads_to_the_remote_proxy_by_the_peer(lab: Lab) -> None:
    route = "S     192.168.1.0/24 [1/0] via 192.0.2.28"
    configure(lab, B, "no ip route 192.168.1.0 255.255.255.0 198.51.100.1")
    assert route not in lab.run(B, "show ip route")
    configure(lab, B, "crypto map VPN-MAP 100 ipsec-isakmp", "reverse-route static")
    assert route in lab.run(B, "show ip route")
    configure(lab, B, "interface GigabitEthernet0/1", "no crypto map")
    assert route not in lab.run(B, "show ip route")


def test_a_reverse_route_comes_with_the_sa_and_goes_with_it(lab: Lab) -> None:
    """Without `static` RRI waits for an SA; only the peer can begin while there is no route."""
    route = "S     192.168.1.0/24 [1/0] via 192.0.2.28"
    configure(lab, B, "no ip route 192.168.1.0 255.255.255.0 198.51.100.1")
    configure(lab, B, "crypto map VPN-MAP 100 ipsec-isakmp", "reverse-route")
    assert route in lab.run(B, "show ip route")  # the tunnel was up already
    lab.run(B, "clear crypto sa")
    assert route not in lab.run(B, "show ip route")
    assert "!!!!" in lab.run(A, "ping 172.16.1.1 source Gi0/0")
    assert route in lab.run(B, "show ip route")
    assert "192.168.1.0/255.255.255.0 [1/0] via 192.0.2.28" in lab.run(B, "show crypto route")
    assert "Reverse Route Injection Enabled" in lab.run(B, "show crypto map")
    lab.run(B, "clear crypto sa")
    assert route not in lab.run(B, "show ip route")
    assert "192.168.1.0" not in lab.run(B, "show crypto route")


def test_a_reverse_route_by_a_remote_peer_has_its_distance_and_tag(lab: Lab) -> None:
    configure(lab, B, "no ip route 192.168.1.0 255.255.255.0 198.51.100.1")
    configure(
        lab,
        B,
        "crypto map VPN-MAP 100 ipsec-isakmp",
        "set reverse-route distance 20",
        "set reverse-route tag 77",
        "reverse-route remote-peer 198.51.100.1",
    )
    lab.run(B, "clear crypto sa")
    lab.run(B, "debug crypto ipsec")
    assert "!!!!" in lab.run(A, "ping 172.16.1.1 source Gi0/0")
    assert "192.168.1.0/24 [20/0] via 198.51.100.1" in lab.run(B, "show ip route")
    assert "Route tag 77" in lab.run(B, "show ip route 192.168.1.0")
    assert "VPN Route Added 192.168.1.0 255.255.255.0" in lab.run(B, "show logging")
    assert "!!!!!" in lab.run(B, "ping 192.168.1.1 source Gi0/0")


@pytest.mark.parametrize("when", ["before-encryption", "after-encryption"])
def test_long_packets_are_cut_before_or_after_encryption(lab: Lab, when: str) -> None:
    """Before: two ESP packets, each whole.  After: one ESP packet in two fragments, which the
    peer has to put together before it can decrypt."""
    configure(lab, B, f"crypto ipsec fragmentation {when}")
    before = len(sealed(lab))
    assert "!" in lab.run(B, "ping 192.168.1.1 source Gi0/0 repeat 1 size 1500")
    first, second = sealed(lab)[before:]
    assert (first.identification == second.identification) is (when == "after-encryption")
    assert (second.fragment_offset > 0) is (when == "after-encryption")
    decaps = lab.run(A, "show crypto ipsec sa | include decaps")
    assert f"decaps: {5 if when == 'after-encryption' else 6}," in decaps


def test_a_reverse_route_is_told_to_bgp_while_the_sa_lives(lab: Lab) -> None:
    """RRI's purpose: `redistribute static` makes the provider send the LAN's traffic here."""
    configure(
        lab,
        B,
        "no ip route 192.168.1.0 255.255.255.0 198.51.100.1",
        "crypto map VPN-MAP 100",
        "reverse-route",
        "router bgp 65116",
        "redistribute static",
    )
    assert "192.168.1.0/24" in lab.run("R6", "show router 100 route-table")
    lab.run(B, "clear crypto sa")
    lab.advance(5)
    assert "192.168.1.0/24" not in lab.run("R6", "show router 100 route-table")
