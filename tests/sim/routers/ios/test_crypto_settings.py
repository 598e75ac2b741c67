"""Keys, policies and identities of Phase 1 as learners mistype and vary them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from labkit.sim.lab.lab import Lab
from tests.sim.routers.ios.conftest import A, B

NO_POLICY = ("configure terminal", "no crypto isakmp policy 10", "end")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab("crypto-map") as lab:
        yield lab


def give(lab: Lab, device: str, *lines: str) -> str:
    return "".join(lab.run(device, line) for line in lines)


def test_a_peer_keeps_its_key_until_it_is_taken_out(b: Any) -> None:
    """The words of a real session: `A pre-shared key for address mask … already exists!`."""
    b.type("configure terminal")
    assert b.type("crypto isakmp key Another address 192.0.2.28") == (
        "A pre-shared key for address mask 192.0.2.28 255.255.255.255 already exists!\n\n"
    )
    assert "Another" not in b.type("do show crypto isakmp key")
    b.lines(
        "no crypto isakmp key WowWhatAPassword! address 192.0.2.28\n"
        "crypto isakmp key Another address 192.0.2.28"
    )
    assert "Another" in b.type("do show crypto isakmp key")


@pytest.mark.parametrize("mask", ["", " 0.0.0.0"])
def test_a_key_for_address_zero_is_for_everybody(b: Any, mask: str) -> None:
    """IOS 15.x keeps `address 0.0.0.0` without a mask, and shows it with one."""
    b.lines(f"configure terminal\ncrypto isakmp key Wild address 0.0.0.0{mask}")
    kept = b.type("do show running-config | include Wild")
    assert kept == "crypto isakmp key Wild address 0.0.0.0        \n"
    shown = b.type("do show crypto isakmp key | include Wild")
    assert shown.split() == ["default", "0.0.0.0", "[0.0.0.0", "]", "Wild"]


def test_a_key_for_a_name_counts_once_the_name_has_an_address(lab: Lab) -> None:
    give(
        lab,
        B,
        "configure terminal",
        "no crypto isakmp key WowWhatAPassword! address 192.0.2.28",
        "crypto isakmp key WowWhatAPassword! hostname SITE-A",
        "end",
    )
    assert "0 percent" in lab.run(B, "ping 192.168.1.1 source Gi0/0 repeat 2")
    give(lab, B, "configure terminal", "ip host SITE-A 192.0.2.28", "end")
    assert ".!!!!" in lab.run(B, "ping 192.168.1.1 source Gi0/0")
    assert "!!" in lab.run(B, "ping site-a repeat 2")


def test_without_a_policy_the_default_ones_are_used(lab: Lab) -> None:
    give(lab, A, *NO_POLICY)
    assert "!" not in lab.run(B, "ping 192.168.1.1 source Gi0/0").replace("!)", "")
    give(lab, B, *NO_POLICY, "clear crypto session")
    assert "priority 65507" in lab.run(B, "show crypto isakmp policy")
    assert ".!!!!" in lab.run(B, "ping 192.168.1.1 source Gi0/0")
    assert "aes  sha    psk  5 " in lab.run(B, "show crypto isakmp sa detail")


def test_the_default_policies_can_be_switched_off(b: Any) -> None:
    b.lines("configure terminal\nno crypto isakmp policy 10\nno crypto isakmp default policy")
    assert "no crypto isakmp default policy" in b.type("do show running-config")
    assert b.type("do show crypto isakmp policy").strip() == "Global IKE policy"


def test_a_gateway_may_say_its_name_in_phase_1(lab: Lab) -> None:
    give(
        lab,
        B,
        "configure terminal",
        "ip domain name lab.example",
        "crypto isakmp identity hostname",
        "end",
        "debug crypto isakmp",
        "ping 192.168.1.1 source Gi0/0",
    )
    said = lab.run(B, "show logging")
    assert "authentication using id type ID_FQDN" in said
    assert "\tFQDN name    : Site-B-GW-Router.lab.example \n" in said.replace("\r", "")
    assert "Phase1_id: Site-B-GW-Router.lab.example" in lab.run(A, "show crypto session detail")


def test_aggressive_mode_is_typed_for_one_peer(lab: Lab) -> None:
    give(
        lab,
        B,
        "configure terminal",
        "crypto isakmp peer address 192.0.2.28",
        "set aggressive-mode password WowWhatAPassword!",
        "set aggressive-mode client-endpoint fqdn b.example",
        "end",
    )
    assert ".!!!!" in lab.run(B, "ping 192.168.1.1 source Gi0/0")
    assert "Phase1_id: b.example" in lab.run(A, "show crypto session detail")
    assert " set aggressive-mode client-endpoint fqdn b.example" in lab.run(
        B, "show running-config | section isakmp peer"
    )


def test_a_sweep_sends_every_size_and_finds_the_mtu_of_the_tunnel(lab: Lab) -> None:
    """The head of a published sweep: `Sending 101, [1400..1500]-byte ICMP Echos to …`."""
    lab.run(B, "ping 192.168.1.1 source Gi0/0")
    answers = ["", "192.168.1.1", "1", "", "1", "y", "Gi0/0", "", "y", "", "", "", "y"]
    said = lab.run(B, "ping", *answers, "1418", "1426", "2")
    assert "Sending 5, [1418..1426]-byte ICMP Echos to 192.168.1.1, timeout is 1 seconds:" in said
    assert "!!!M." in said.replace("\r\n", "\n")


def test_a_session_that_is_down_names_its_description_first(b: Any) -> None:
    page = b.type("show crypto session detail").splitlines()
    at = page.index("      Desc: (none)")
    assert page[at + 1] == "      Phase1_id: (none)"


def test_transforms_may_be_typed_in_either_order(b: Any) -> None:
    b.lines("configure terminal\ncrypto ipsec transform-set X esp-sha-hmac esp-aes 256\nend")
    kept = b.type("show running-config | include transform-set X")
    assert kept == "crypto ipsec transform-set X esp-aes 256 esp-sha-hmac \n"


def test_sas_are_cleared_and_shown_by_their_map() -> None:
    with Lab("tunnel") as lab:
        lab.run(B, "clear crypto sa map ANOTHER")
        assert "spi: 0x0(0)" not in lab.run(B, "show crypto ipsec sa map VPN-MAP")
        assert "No SAs found" in lab.run(B, "show crypto ipsec sa map ANOTHER")
        lab.run(B, "clear crypto sa map VPN-MAP")
        for device in (A, B):
            assert "spi: 0x0(0)" in lab.run(device, "show crypto ipsec sa")


def test_identities_are_shown_without_their_sas(b: Any) -> None:
    page = b.type("show crypto ipsec sa identity")
    assert "local  ident (addr/mask/prot/port)" in page and "#send errors 0" in page
    assert "inbound esp sas" not in page


@pytest.mark.parametrize(
    ("which", "there"),
    [
        ("local 198.51.100.2", True),
        ("local 203.0.113.2", False),
        ("interface GigabitEthernet0/1", True),
        ("interface GigabitEthernet0/2", False),
    ],
)
def test_sessions_are_chosen_by_their_own_end(b: Any, which: str, there: bool) -> None:
    assert ("Peer: 192.0.2.28" in b.type(f"show crypto session {which}")) is there


@pytest.mark.parametrize("typed", ["enc aes 256", "encr aes 256", "encryption aes 256"])
def test_encryption_may_be_cut_short_as_lab_guides_do(b: Any, typed: str) -> None:
    """IOS writes `encr` but knows `encryption` alone, of which it is a part."""
    b.lines(f"configure terminal\ncry isa pol 10\n{typed}\nauth pre\nha sha\ngr 14\nli 3600")
    kept = b.type("do show running-config | section isakmp policy 10")
    assert " encr aes 256\n" in kept
    b.type("no encr")
    assert "encr" not in b.type("do show running-config | section isakmp policy 10")


def test_a_name_in_a_keyring_has_one_key(b: Any) -> None:
    b.lines("configure terminal\ncrypto keyring KR\n pre-shared-key hostname A key One")
    said = b.type("pre-shared-key hostname A key Two")
    assert said == "A pre-shared key for hostname A already exists!\n\n"


def test_the_use_of_a_dynamic_map_is_taken_out_by_its_number_alone(b: Any) -> None:
    b.lines(
        "configure terminal\ncrypto dynamic-map DYN 10\n set transform-set TSET\n exit\n"
        "crypto map VPN-MAP 900 ipsec-isakmp dynamic DYN"
    )
    assert "900 ipsec-isakmp dynamic DYN" in b.type("do show running-config | include VPN-MAP 900")
    b.lines("no crypto map VPN-MAP 900 ipsec-isakmp dynamic")
    assert b.type("do show running-config | include VPN-MAP 900") == ""
