"""Password types 5, 7, 8 and 9 against values made elsewhere, and rules for what is typed."""

from __future__ import annotations

from typing import Any

import pytest

from labkit.sim.routers.ios.login import passwords

PUBLISHED = (
    "8 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk",
    "9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
)
"""The example hashes of hashcat's modes 9200 and 9300; the password is `hashcat`."""


def test_md5_crypt_is_what_openssl_makes() -> None:
    """`openssl passwd -1 -salt mERr cisco`."""
    assert passwords.md5_crypt("cisco", "mERr") == "$1$mERr$hx5rVt7rPNoS4wqbXKX7m0"


def test_type_7_is_the_well_known_cipher() -> None:
    """`02050D480809` and `070C285F4D06` are `cisco` in many a leaked configuration."""
    assert passwords.decode_7("02050D480809") == "cisco"
    assert passwords.decode_7("070C285F4D06") == "cisco"
    assert passwords.encode_7("cisco", 2) == "02050D480809"


def test_a_typed_password_is_checked_against_what_is_kept() -> None:
    """Clear, type 0, 5 and 7; anything else does not agree."""
    for kept in ("cisco", "0 cisco", "7 02050D480809", "5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0"):
        assert passwords.agrees("cisco", kept)
        assert not passwords.agrees("Cisco", kept)
    assert not passwords.agrees("cisco", "7 zz")


@pytest.mark.parametrize("kept", PUBLISHED)
def test_types_8_and_9_are_those_that_crackers_publish(kept: str) -> None:
    assert passwords.agrees("hashcat", kept)
    assert not passwords.agrees("hashcaT", kept)


@pytest.mark.parametrize("kept", PUBLISHED)
def test_a_pasted_hash_is_kept_and_opens_the_door(b: Any, kept: str) -> None:
    b.lines(f"configure terminal\nenable secret {kept}\nend\ndisable")
    b.type("enable")
    b.type("hashcat")
    assert f"enable secret {kept}\n" in b.type("show running-config")
