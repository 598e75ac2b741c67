"""Password types 5, 7, 8 and 9 against values made elsewhere, and rules for what is typed."""

from __future__ import annotations

from typing import Any

import pytest

from labkit.cli.cisco_ios import passwords


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


@pytest.mark.parametrize(
    "kept",
    [
        "8 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk",
        "9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
    ],
)
def test_types_8_and_9_are_those_that_crackers_publish(kept: str) -> None:
    """The example hashes of hashcat's modes 9200 and 9300; the password is `hashcat`."""
    assert passwords.agrees("hashcat", kept)
    assert not passwords.agrees("hashcaT", kept)


def test_a_secret_is_hashed_as_algorithm_type_says(b: Any) -> None:
    b.lines(
        "configure terminal\n"
        "enable algorithm-type scrypt secret cisco12345\n"
        "username one algorithm-type sha256 secret cisco12345\n"
        "username two privilege 15 algorithm-type scrypt secret cisco12345"
    )
    kept = b.type("do show running-config | include secret")
    for line in kept.splitlines():
        assert passwords.agrees("cisco12345", line[line.index("secret ") + 7 :])
    assert kept.startswith("enable secret 9 $9$")
    assert "username one secret 8 $8$" in kept
    assert "username two privilege 15 secret 9 $9$" in kept


def test_a_password_that_is_too_short_is_refused_wherever_it_is_typed(b: Any) -> None:
    b.lines("configure terminal\nsecurity passwords min-length 10")
    for line in (
        "enable secret cisco",
        "enable algorithm-type scrypt secret cisco",
        "username bob secret cisco",
        "username bob privilege 15 algorithm-type sha256 secret cisco",
        "line vty 0 4\npassword cisco",
    ):
        assert "% Password too short - must be at least 10 characters" in b.lines(line)
    assert "bob" not in b.type("do show running-config")
    assert b.type("enable secret longenough") == ""
