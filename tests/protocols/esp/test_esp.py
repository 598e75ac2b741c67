"""ESP SAs: what goes in comes out, what was touched or seen does not, and scapy agrees."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.protocols.esp import (
    CIPHERS,
    INTEGRITY,
    AuthenticationFailed,
    BadPadding,
    EspError,
    Inbound,
    Malformed,
    Outbound,
    Replayed,
    ReplayWindow,
    SequenceOverflow,
    largest_payload,
    sealed_size,
)

KEY_SIZES = {
    "esp-aes": (16, 24, 32),
    "esp-gcm": (20, 28, 36),
    "esp-3des": (24,),
    "esp-des": (8,),
    "esp-null": (0,),
}
SUITES = [
    (cipher, size, integrity)
    for cipher, sizes in KEY_SIZES.items()
    for size in sizes
    for integrity in ([None] if cipher == "esp-gcm" else INTEGRITY)
]
LAB = "esp-aes", 32, "esp-sha512-hmac"


def pair(
    cipher: str, key_size: int, integrity: str | None, *, window: int | None = 64, seed: int = 1
) -> tuple[Outbound, Inbound]:
    randbytes = random.Random(seed).randbytes
    key = randbytes(key_size)
    integrity_key = randbytes(INTEGRITY[integrity].key) if integrity else b""
    return (
        Outbound(0xCAFE0001, cipher, key, integrity, integrity_key, randbytes),
        Inbound(0xCAFE0001, cipher, key, integrity, integrity_key, window),
    )


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_every_suite_opens_what_it_seals_at_every_length(suite: tuple[str, int, str]) -> None:
    out, into = pair(*suite)
    for length in range(70):
        payload = bytes(range(length))
        packet = out.seal(payload, 4)
        assert len(packet) == sealed_size(length, suite[0], suite[2])
        assert into.open(packet) == (payload, 4)


def test_the_labs_ping_grows_by_68_bytes_before_its_outer_header() -> None:
    """114-byte frame: 100 bytes of IP become 168, with the outer header 188."""
    out, _ = pair(*LAB)
    assert len(out.seal(bytes(100), 4)) == 168


def test_the_largest_payloads_are_those_of_the_plaintext_mtu_table() -> None:
    room = 1500 - 20
    assert largest_payload(room, "esp-aes", "esp-sha512-hmac") == 1422
    assert largest_payload(room, "esp-aes", "esp-sha256-hmac") == 1438
    assert largest_payload(room, "esp-aes", "esp-sha-hmac") == 1438
    assert largest_payload(room, "esp-gcm", None) == 1446
    assert largest_payload(room, "esp-3des", "esp-sha-hmac") == 1446
    for cipher in CIPHERS:
        most = largest_payload(room, cipher, "esp-sha-hmac")
        assert sealed_size(most, cipher, "esp-sha-hmac") <= room
        assert sealed_size(most + 1, cipher, "esp-sha-hmac") > room


def test_equal_packets_look_different_and_equal_seeds_look_alike() -> None:
    first, second = (pair(*LAB, seed=seed)[0] for seed in (1, 1))
    packets = [first.seal(b"same", 4) for _ in range(50)]
    assert len({packet[8:24] for packet in packets}) == 50
    assert len({packet[24:40] for packet in packets}) == 50
    assert packets == [second.seal(b"same", 4) for _ in range(50)]


@pytest.mark.parametrize("suite", [LAB, ("esp-gcm", 36, None)], ids=str)
def test_any_turned_bit_is_noticed(suite: tuple[str, int, str | None]) -> None:
    out, into = pair(*suite)
    packet = out.seal(b"telnet password", 4)
    for at in range(4, len(packet)):
        forged = bytearray(packet)
        forged[at] ^= 1 << at % 8
        with pytest.raises((AuthenticationFailed, Replayed)):
            into.open(bytes(forged))
    assert into.open(packet)[0] == b"telnet password"


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    for suite in (LAB, ("esp-gcm", 36, None), ("esp-null", 0, "esp-sha-hmac")):
        _, into = pair(*suite)
        with pytest.raises(EspError):
            into.open(struct.pack("!I", 0xCAFE0001) + data)


def test_another_spi_and_a_cut_packet_are_malformed() -> None:
    out, into = pair(*LAB)
    packet = out.seal(b"x" * 100, 4)
    with pytest.raises(Malformed):
        into.open(b"\0" + packet[1:])
    with pytest.raises(Malformed):
        into.open(packet[:40])


def test_padding_that_does_not_count_up_is_refused() -> None:
    out, into = pair("esp-null", 0, "esp-sha-hmac")
    honest = out.seal(b"abcd", 4)
    assert honest[12:16] == b"\1\2\2\4"
    for trailer in (b"\2\1\2\4", b"\1\2\xff\4"):
        forged = struct.pack("!II", 0xCAFE0001, 9) + b"abcd" + trailer
        assert out._authenticator is not None
        with pytest.raises(BadPadding):
            into.open(forged + out._authenticator.icv(forged))
        into.window = ReplayWindow(64)


def test_the_last_sequence_number_is_used_and_then_no_more() -> None:
    out, into = pair(*LAB)
    out.sequence = 0xFFFFFFFE
    assert into.open(out.seal(b"last", 4)) == (b"last", 4)
    with pytest.raises(SequenceOverflow):
        out.seal(b"one too many", 4)


def test_a_replayed_packet_is_refused_once_it_was_accepted() -> None:
    out, into = pair(*LAB)
    packet = out.seal(b"", 4)
    into.open(packet)
    with pytest.raises(Replayed) as caught:
        into.open(packet)
    assert caught.value.sequence == 1


def test_without_a_window_replays_pass() -> None:
    out, into = pair(*LAB, window=None)
    packet = out.seal(b"again", 4)
    assert into.open(packet) == into.open(packet)


def test_a_forged_sequence_number_does_not_move_the_window() -> None:
    out, into = pair(*LAB)
    early = out.seal(b"early", 4)
    forged = early[:4] + b"\x7f\xff\xff\xff" + early[8:]
    with pytest.raises(AuthenticationFailed):
        into.open(forged)
    assert into.open(early) == (b"early", 4)


@given(st.lists(st.integers(0, 300), max_size=60), st.sampled_from([32, 64, 128]))
def test_the_window_agrees_with_its_definition(numbers: list[int], size: int) -> None:
    window = ReplayWindow(size)
    accepted: set[int] = set()
    for number in numbers:
        highest = max(accepted, default=0)
        new = number > 0 and number not in accepted and number > highest - size
        assert window.acceptable(number) == new
        if new:
            window.record(number)
            accepted.add(number)


def test_a_jump_of_the_sequence_number_costs_no_memory() -> None:
    window = ReplayWindow(64)
    window.record(1)
    window.record(0xFFFFFFFF)
    assert window._seen == 1


def test_null_without_integrity_and_keys_of_wrong_size_are_programming_errors() -> None:
    with pytest.raises(ValueError, match="protects nothing"):
        Outbound(256, "esp-null", b"", None, b"", bytes)
    with pytest.raises(ValueError, match="64 bytes"):
        Outbound(256, "esp-aes", bytes(32), "esp-sha512-hmac", bytes(20), bytes)


SCAPY = {
    ("esp-aes", "esp-sha-hmac"): ("AES-CBC", "HMAC-SHA1-96"),
    ("esp-aes", "esp-sha256-hmac"): ("AES-CBC", "SHA2-256-128"),
    ("esp-aes", "esp-sha384-hmac"): ("AES-CBC", "SHA2-384-192"),
    ("esp-aes", "esp-sha512-hmac"): ("AES-CBC", "SHA2-512-256"),
    ("esp-3des", "esp-md5-hmac"): ("3DES", "HMAC-MD5-96"),
    ("esp-null", "esp-sha256-hmac"): ("NULL", "SHA2-256-128"),
    ("esp-gcm", None): ("AES-GCM", "NULL"),
}


@pytest.mark.parametrize("suite", SCAPY, ids=str)
def test_scapy_opens_ours_and_we_open_scapys(suite: tuple[str, str | None]) -> None:
    from scapy.layers.inet import ICMP, IP
    from scapy.layers.ipsec import ESP, SecurityAssociation
    from scapy.packet import Raw

    cipher, integrity = suite
    randbytes = random.Random(7).randbytes
    key = randbytes(KEY_SIZES[cipher][-1])
    integrity_key = randbytes(INTEGRITY[integrity].key) if integrity else b""
    names = SCAPY[suite]
    outer = IP(src="198.51.100.2", dst="192.0.2.28")
    sa = SecurityAssociation(
        ESP, spi=0x1000, crypt_algo=names[0], crypt_key=key or None, auth_algo=names[1],
        auth_key=integrity_key or None, tunnel_header=outer,
    )  # fmt: skip
    inner = IP(src="172.16.1.1", dst="192.168.1.1", ttl=9) / ICMP() / Raw(b"x" * 61)
    inner = IP(bytes(inner))
    out = Outbound(0x1000, cipher, key, integrity, integrity_key, randbytes)
    packet = IP(
        bytes(IP(src="198.51.100.2", dst="192.0.2.28", proto=50) / Raw(out.seal(bytes(inner), 4)))
    )
    opened = sa.decrypt(packet)
    assert bytes(opened)[20:] == bytes(inner)[20:]
    assert (opened.src, opened.dst) == ("172.16.1.1", "192.168.1.1")
    into = Inbound(0x1000, cipher, key, integrity, integrity_key)
    theirs = bytes(sa.encrypt(inner)[ESP])
    payload, next_header = into.open(theirs)
    assert (payload[20:], next_header) == (bytes(inner)[20:], 4)


def test_we_open_what_freeswan_sealed(real_captures: Path) -> None:
    """Its published test vectors: 3DES with HMAC-MD5, eight pings' halves under one SPI."""
    from scapy.layers.inet import IP
    from scapy.layers.l2 import Ether  # noqa: F401
    from scapy.utils import rdpcap

    key = bytes.fromhex("4043434545464649494a4a4c4c4f4f515152525454575758")
    into = Inbound(0x12345678, "esp-3des", key, "esp-md5-hmac", bytes.fromhex("8765" * 8))
    frames = rdpcap(str(real_captures / "tcpdump_02-sunrise-sunset-esp.pcap"))
    opened = [into.open(bytes(frame[IP].payload)) for frame in frames if frame[IP].proto == 50]
    assert len(opened) == 8
    assert {(IP(payload).src, next_header) for payload, next_header in opened} == {("192.0.2.1", 4)}
