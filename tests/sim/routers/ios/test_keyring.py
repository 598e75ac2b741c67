"""Keyrings and ISAKMP profiles: which key a peer gets, and which peer an entry takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labkit.sim.lab.lab import Lab
from tests.sim.routers.ios.conftest import A, B, configure

FROM_A = "ping 172.16.1.1 source Gi0/0 repeat 2"
FROM_B = "ping 192.168.1.1 source Gi0/0 repeat 2"
WORKS = "(1/2)"
"""The first packet is lost while IKE runs."""


@pytest.fixture
def lab() -> Iterator[Lab]:
    """B has its key in a keyring, and no other."""
    with Lab("crypto-map") as lab:
        configure(
            lab,
            B,
            "no crypto isakmp key WowWhatAPassword! address 192.0.2.28",
            "crypto keyring RIGHT",
            "pre-shared-key address 192.0.2.28 key WowWhatAPassword!",
            "crypto keyring WRONG",
            "pre-shared-key address 192.0.2.0 255.255.255.0 key Another",
        )
        yield lab


@pytest.mark.parametrize("first", [(A, FROM_A), (B, FROM_B)])
def test_a_key_of_a_keyring_is_found_without_a_profile(lab: Lab, first: tuple[str, str]) -> None:
    assert WORKS in lab.run(*first)
    assert lab.run(B, "show crypto isakmp key").splitlines()[-2].split() == [
        "RIGHT", "192.0.2.28", "WowWhatAPassword!"
    ]  # fmt: skip


@pytest.mark.parametrize(("ring", "works"), [("RIGHT", True), ("WRONG", False), ("NONE", False)])
def test_with_a_profile_only_its_keyring_counts(lab: Lab, ring: str, works: bool) -> None:
    said = configure(
        lab,
        B,
        "crypto isakmp profile PEER-A",
        f"keyring {ring}",
        "match identity address 192.0.2.28",
        "crypto map VPN-MAP 100",
        "set isakmp-profile PEER-A",
    )
    assert said.count("% A profile is deemed incomplete") == 1
    assert (WORKS in lab.run(B, FROM_B)) is works
    assert f"keyring(s): {ring}" in lab.run(B, "show crypto isakmp profile")


def test_an_entry_takes_only_peers_that_its_profile_matches(lab: Lab) -> None:
    """A profile that matches nobody does for beginning, not for being begun with."""
    configure(
        lab,
        B,
        "crypto isakmp profile PEER-A",
        "keyring RIGHT",
        "match identity address 198.18.0.0 255.255.0.0",
        "crypto map VPN-MAP 100",
        "set isakmp-profile PEER-A",
    )
    assert WORKS not in lab.run(A, FROM_A)
    assert "QM_IDLE" in lab.run(A, "show crypto isakmp sa")
    assert WORKS in lab.run(B, FROM_B)


def test_a_profile_must_exist_and_a_keyring_has_one_key_for_a_peer(lab: Lab) -> None:
    said = configure(
        lab,
        B,
        "crypto map VPN-MAP 100",
        "set isakmp-profile NOPE",
        "crypto keyring RIGHT",
        "pre-shared-key address 192.0.2.28 key Second",
    )
    assert 'ERROR: ISAKMP profile with tag "NOPE" does not exist.' in said
    assert "192.0.2.28 255.255.255.255 already exists!" in said
    assert lab.run(B, "show running-config | section keyring RIGHT") == (
        "crypto keyring RIGHT  \n  pre-shared-key address 192.0.2.28 key WowWhatAPassword!\n"
    )


def test_keyrings_and_profiles_survive_a_reload(lab: Lab) -> None:
    configure(lab, B, "crypto isakmp profile P", "match identity address 192.0.2.28")
    before = lab.run(B, "show running-config | section crypto")
    lab.run(B, "write memory")
    lab.run(B, "reload", "")
    assert lab.run(B, "show running-config | section crypto") == before
