"""The byte accountant, against the course's figures and real packets of `labkit.protocols.esp`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.desk.bytes.model import TRANSFORMS, Packing, account, algorithms, text, total
from labkit.protocols import esp

DEFAULT = Packing()


def test_114_become_202() -> None:
    """The course's own sum: 20 outer IP, 8 ESP, 16 IV, 10 padding, 2 trailer, 32 ICV."""
    result = account(DEFAULT)
    assert (result.before_size, result.after_sizes) == (114, (202,))
    sizes = {part.name: part.size for part in result.after[0]}
    new = ("outer IP header", "ESP header", "IV", "padding", "ESP trailer", "ICV")
    assert [sizes[name] for name in new] == [20, 8, 16, 10, 2, 32]
    assert result.verdict == "114 bytes become 202: 88 more."


@pytest.mark.parametrize(
    ("transform", "largest", "mss"),
    [
        ("esp-aes 256 esp-sha512-hmac", 1422, 1382),
        ("esp-aes esp-sha256-hmac", 1438, 1398),
        ("esp-gcm", 1446, 1406),
    ],
)
def test_largest_packet_and_mss_at_an_outer_1500(transform: str, largest: int, mss: int) -> None:
    """What the course's table of MTUs says."""
    result = account(replace(DEFAULT, transform=transform))
    assert (result.largest, result.mss) == (largest, mss)


@pytest.mark.parametrize(("place", "size"), [("access", 114), ("core", 122), ("pseudowire", 136)])
def test_labels_of_the_core_are_counted(place: str, size: int) -> None:
    """A 100-byte ping is 122 bytes under two labels and 136 in the pseudowire."""
    assert account(replace(DEFAULT, place=place)).before_size == size  # type: ignore[arg-type]


@settings(max_examples=40)
@given(st.sampled_from(TRANSFORMS), st.integers(40, 1300))
def test_sizes_are_those_of_real_packets(transform: str, size: int) -> None:
    """ESP of the same algorithms around a packet of that size is as long as the account says."""
    cipher, integrity = algorithms(transform)
    long = {"esp-gcm": 20, "esp-3des": 24, "esp-des": 8, "esp-null": 0}
    tied = esp.INTEGRITY[integrity].key if integrity else 0
    sa = esp.Outbound(1, cipher, bytes(range(long.get(cipher, 16))), integrity, bytes(tied),
                      lambda n: bytes(n))  # fmt: skip
    packet = sa.seal(bytes(size), 4)
    (frame,) = account(Packing(size, transform)).after
    assert total(frame) == 14 + 20 + len(packet)


@given(st.sampled_from(TRANSFORMS), st.sampled_from(["tunnel", "transport"]),
       st.integers(576, 9000), st.booleans())  # fmt: skip
def test_the_largest_packet_fits_and_one_more_byte_does_not(
    transform: str, mode: str, mtu: int, nat: bool
) -> None:
    """The border is where it is said to be, for every transform, mode and MTU."""
    packing = Packing(500, transform, mode, mtu, nat=nat, dont_fragment=True)  # type: ignore[arg-type]
    largest = account(packing).largest
    (frame,) = account(replace(packing, size=largest)).after
    assert total(frame) - 14 <= mtu
    over = account(replace(packing, size=largest + 1))
    assert over.after == () and f"MTU {largest}" in over.verdict


@given(st.integers(1423, 20000))
def test_fragments_carry_everything_and_fit(size: int) -> None:
    """Without DF a large packet is cut before encryption, and each piece fits."""
    result = account(replace(DEFAULT, size=size))
    carried = sum(p.size for f in result.after for p in f if p.name in ("data", "ICMP header"))
    assert carried == size - 20
    assert all(each - 14 <= 1500 for each in result.after_sizes)


def test_fields_add_up() -> None:
    """Every part is the sum of its fields, whatever the packet."""
    for transform in TRANSFORMS:
        for kind in ("icmp", "udp", "tcp"):
            result = account(Packing(200, transform, kind=kind, nat=True))  # type: ignore[arg-type]
            for part in (*result.before, *result.after[0]):
                assert part.size == sum(size for _, size in part.fields)


def test_nat_traversal_and_transport_mode_change_the_size() -> None:
    """UDP adds 8; transport mode saves the second IP header, give or take padding."""
    assert account(replace(DEFAULT, nat=True)).after_sizes == (210,)
    assert account(replace(DEFAULT, mode="transport")).after_sizes == (186,)


@pytest.mark.parametrize(
    ("packing", "why"),
    [
        (replace(DEFAULT, transform="esp-gcm esp-sha-hmac"), "takes no HMAC"),
        (replace(DEFAULT, transform="esp-rot13"), "no ESP transform"),
        (replace(DEFAULT, transform="esp-3des 256 esp-sha-hmac"), "no key of 256"),
        (replace(DEFAULT, size=20), "28 to 65535"),
        (replace(DEFAULT, mtu=20), "MTU"),
        (replace(DEFAULT, mtu=120), "no packet room"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(packing: Packing, why: str) -> None:
    """One clear line for each mistake."""
    with pytest.raises(ValueError, match=why):
        account(packing)


def test_text_has_the_sum_and_every_part() -> None:
    """The twin reads without a picture."""
    said = text(account(DEFAULT))
    assert "114 bytes become 202" in said and "MSS 1382" in said
    assert "   32  ICV" in said
