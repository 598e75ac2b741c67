"""Dynamic crypto maps: templates for a peer that nobody knew before it came."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.sim.lab.lab import Lab
from tests.sim.routers.ios.conftest import A, B, configure

FROM_A = "ping 172.16.1.1 source Gi0/0"
FROM_B = "ping 192.168.1.1 source Gi0/0"


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A knows no peer: a dynamic map and a key for everybody."""
    with Lab("crypto-map") as lab:
        configure(
            lab,
            A,
            "no crypto map VPN-MAP 100",
            "crypto dynamic-map DMAP 10",
            "set transform-set TSET",
            "exit",
            "crypto map VPN-MAP 65535 ipsec-isakmp dynamic DMAP",
            "no crypto isakmp key WowWhatAPassword! address 198.51.100.2",
            "crypto isakmp key WowWhatAPassword! address 0.0.0.0",
        )
        yield lab


def test_only_the_peer_can_begin_and_then_both_ways_are_protected(lab: Lab) -> None:
    assert "0 percent" in lab.run(A, FROM_A)
    assert "QM_IDLE" not in lab.run(A, "show crypto isakmp sa")
    assert ".!!!!" in lab.run(B, FROM_B)
    assert "!!!!!" in lab.run(A, FROM_A)
    assert "#pkts encaps: 9" in lab.run(A, "show crypto ipsec sa")


def test_what_the_template_became_is_shown_and_goes_with_the_sas(lab: Lab) -> None:
    assert "No SAs found" in lab.run(A, "show crypto ipsec sa")
    lab.run(B, FROM_B)
    shown = lab.run(A, "show crypto map")
    assert "Dynamic map template tag: DMAP" in shown
    assert '"VPN-MAP" 65536 ipsec-isakmp\n\tPeer = 198.51.100.2' in shown
    assert "dynamic (created from dynamic map DMAP/10)" in shown
    assert "origin: dynamic crypto map" in lab.run(A, "show crypto session")
    lab.run(B, "clear crypto sa")
    assert "65536" not in lab.run(A, "show crypto map")
    assert ".!!!!" in lab.run(B, FROM_B)  # and anew


def test_reverse_route_leads_back_to_whoever_came(lab: Lab) -> None:
    configure(lab, A, "no ip route 172.16.1.0 255.255.255.0 192.0.2.25")
    configure(lab, A, "crypto dynamic-map DMAP 10", "reverse-route")
    assert ".!!!!" in lab.run(B, FROM_B)
    assert "172.16.1.0 [1/0] via 198.51.100.2" in lab.run(A, "show ip route static")


@pytest.mark.parametrize(("remote", "comes_up"), [("172.16.1.0", True), ("172.16.2.0", False)])
def test_an_access_list_limits_what_a_peer_may_ask_for(
    lab: Lab, remote: str, comes_up: bool
) -> None:
    configure(
        lab,
        A,
        "ip access-list extended ALLOWED",
        f"permit ip 192.168.1.0 0.0.0.255 {remote} 0.0.0.255",
        "crypto dynamic-map DMAP 10",
        "match address ALLOWED",
    )
    lab.run(A, "debug crypto ipsec")
    assert ("!!!!" in lab.run(B, FROM_B)) is comes_up
    refused = "proxy identities not supported" in lab.run(A, "show logging")
    assert refused is not comes_up


def test_without_its_dynamic_map_an_entry_protects_nothing(lab: Lab) -> None:
    lab.run(B, FROM_B)
    configure(lab, A, "no crypto dynamic-map DMAP")
    assert "No SAs found" in lab.run(A, "show crypto ipsec sa")
    assert "0 percent" in lab.run(B, FROM_B)


def test_an_entry_must_name_a_dynamic_map_that_there_is_and_keep_to_it(lab: Lab) -> None:
    missing = configure(lab, A, "crypto map VPN-MAP 20 ipsec-isakmp dynamic NOPE")
    assert 'ERROR: Crypto Map Template with tag "NOPE" does not exist.' in missing
    changed = configure(lab, A, "crypto map VPN-MAP 65535 ipsec-isakmp")
    assert "Attempt to change dynamic map tag" in changed
    kept = lab.run(A, "show running-config | section crypto (map|dynamic)")
    assert kept.startswith(
        "crypto dynamic-map DMAP 10\n set transform-set TSET \n"
        "crypto map VPN-MAP 65535 ipsec-isakmp dynamic DMAP \n"
    )


def test_a_peer_by_name_is_kept_as_its_address(lab: Lab) -> None:
    unknown = configure(lab, A, "crypto map M 10 ipsec-isakmp", "set peer SITE-B")
    assert "% Invalid input" in unknown
    configure(lab, A, "ip host SITE-B 198.51.100.2", "crypto map M 10", "set peer SITE-B")
    assert "set peer 198.51.100.2" in lab.run(A, "show running-config | section crypto map M")
