"""Groups and formulas against facts and implementations that are not ours."""

from __future__ import annotations

import pytest

from labkit.protocols.ike.algorithms import HASH_BY_FACT
from labkit.protocols.ike.dh import GROUPS, BadPublicValue, Modp, Schnorr
from labkit.protocols.ike.keys import cipher_key, keymat

MODP = [group for group in GROUPS.values() if isinstance(group, Modp)]


@pytest.mark.parametrize("group", MODP, ids=lambda group: str(group.number))
def test_a_modp_prime_has_the_ends_that_its_rfc_prints(group: Modp) -> None:
    digits = f"{group.prime:X}"
    assert len(digits) == group.bits // 4
    assert digits.startswith("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD1")
    last = {
        1: "A63A3620", 2: "49286651ECE65381", 5: "CA237327", 14: "15728E5A8AACAA68",
        15: "4B82D120A93AD2CA", 16: "4DF435C934063199",
    }[group.number]  # fmt: skip
    assert digits.endswith(last + "FFFFFFFFFFFFFFFF")


@pytest.mark.parametrize("group", MODP[:4], ids=lambda group: str(group.number))
def test_a_modp_prime_is_a_safe_prime(group: Modp) -> None:
    for number in (group.prime, group.prime // 2):
        assert all(pow(base, number - 1, number) == 1 for base in (2, 3, 5))


@pytest.mark.parametrize("group", GROUPS.values(), ids=lambda group: str(group.number))
def test_both_ends_get_the_same_secret(group: Modp) -> None:
    ours, theirs = (bytes([seed]) * group.private_size for seed in (1, 2))
    secret = group.shared(ours, group.public(theirs))
    assert secret == group.shared(theirs, group.public(ours))
    assert len(group.public(ours)) == group.size


def test_group_24_is_a_subgroup_of_prime_order() -> None:
    group = GROUPS[24]
    assert isinstance(group, Schnorr)
    assert (group.bits, group.order.bit_length()) == (2048, 256)
    assert (group.prime - 1) % group.order == 0
    assert pow(group.generator, group.order, group.prime) == 1
    for number in (group.prime, group.order):
        assert all(pow(base, number - 1, number) == 1 for base in (2, 3, 5))


def test_group_24_refuses_what_lies_outside_its_subgroup() -> None:
    outside = (2).to_bytes(256, "big")
    with pytest.raises(BadPublicValue, match="subgroup"):
        GROUPS[24].shared(b"1" * 40, outside)


def test_a_point_off_the_curve_is_refused() -> None:
    point = bytearray(GROUPS[19].public(b"1" * 40))
    point[-1] ^= 1
    with pytest.raises(BadPublicValue):
        GROUPS[19].shared(b"2" * 40, bytes(point))


def test_a_short_skeyid_e_is_expanded_by_feeding_the_prf_back() -> None:
    sha1 = HASH_BY_FACT["sha"]
    expanded = cipher_key(sha1, b"e" * 20, 32)
    first = sha1.prf(b"e" * 20, b"\0")
    assert expanded == first + sha1.prf(b"e" * 20, first)[:12]
    assert cipher_key(sha1, b"e" * 20, 16) == b"e" * 16


def test_keying_material_continues_the_shorter_request() -> None:
    args = HASH_BY_FACT["sha256"], b"d" * 32, 3, b"spi!", b"nonces", b""
    assert keymat(*args, 96)[:40] == keymat(*args, 40)
    assert len(keymat(*args, 96)) == 96
