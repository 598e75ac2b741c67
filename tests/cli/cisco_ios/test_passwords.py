"""Password types 5 and 7 against values made elsewhere."""

from __future__ import annotations

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
