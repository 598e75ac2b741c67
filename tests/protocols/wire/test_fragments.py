"""Fragmentation and reassembly of IPv4 (RFC 791 section 3.2)."""

from __future__ import annotations

import random
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers import inet

from labkit.protocols.wire.ipv4 import IPv4, fragment, reassemble

SRC, DST = IPv4Address("192.0.2.28"), IPv4Address("198.51.100.2")


def packet(size: int, options: bytes = b"") -> IPv4:
    payload = random.Random(size).randbytes(size)
    return IPv4(SRC, DST, 17, payload, ttl=64, identification=7, options=options)


def test_a_packet_that_fits_is_left_alone() -> None:
    whole = packet(1480)
    assert fragment(whole, 1500) == [whole]


def test_the_fragments_are_those_that_scapy_makes() -> None:
    whole = packet(4000)
    theirs = inet.fragment(inet.IP(whole.encode()), fragsize=1480)
    assert [piece.encode() for piece in fragment(whole, 1500)] == [bytes(each) for each in theirs]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.integers(68, 1500), st.randoms(use_true_random=False))
def test_fragments_fit_and_reassemble_in_any_order(
    size: int, mtu: int, order: random.Random
) -> None:
    whole = packet(size)
    pieces = fragment(whole, mtu)
    assert all(piece.total_length <= mtu for piece in pieces)
    assert all(len(piece.payload) % 8 == 0 for piece in pieces[:-1])
    order.shuffle(pieces)
    assert reassemble([*pieces, pieces[0]]) == whole


def test_a_fragment_of_a_fragment_keeps_its_place() -> None:
    whole = packet(4000)
    smaller = [piece for each in fragment(whole, 1500) for piece in fragment(each, 600)]
    assert reassemble(smaller) == whole


def test_nothing_is_whole_while_a_piece_is_missing() -> None:
    pieces = fragment(packet(4000), 1500)
    for missing in range(len(pieces)):
        assert reassemble(pieces[:missing] + pieces[missing + 1 :]) is None


def test_only_options_with_the_copied_flag_are_repeated() -> None:
    record_route, router_alert = b"\x07\x07\x04\0\0\0\0\x01", b"\x94\x04\0\0"
    first, second = fragment(packet(1000, record_route + router_alert), 600)
    assert first.options == record_route + router_alert
    assert second.options == router_alert


def test_an_mtu_that_leaves_no_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing fits"):
        fragment(packet(100), 24)
