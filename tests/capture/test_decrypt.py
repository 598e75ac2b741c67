"""`labkit decrypt`: real and made captures come out with their inner packets in place."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from random import Random

import pytest

from labkit.capture import CaptureError
from labkit.capture.decrypt import Decryptor, Outcome, decrypt_capture, decrypt_file
from labkit.capture.keys import EspSecret, Secrets, write_keys
from labkit.capture.pcap import PcapWriter, read
from labkit.capture.summary import summarize
from labkit.protocols import esp
from labkit.protocols.wire import icmp, mpls
from labkit.protocols.wire.ethernet import ETHERTYPE_IPV4, ETHERTYPE_MPLS, Ethernet
from labkit.protocols.wire.ipv4 import ESP, UDP, IPv4, fragment
from labkit.protocols.wire.udp import Udp

A, B = IPv4Address("192.0.2.28"), IPv4Address("198.51.100.2")
SA = EspSecret(B, A, 0x1A2B3C4D, "aes-cbc", b"c" * 32, "hmac-sha512-256", b"h" * 64)
GCM = EspSecret(B, A, 0x5E6F7788, "aes-gcm", b"g" * 36)
PING = IPv4(
    IPv4Address("172.16.1.1"),
    IPv4Address("192.168.1.1"),
    1,
    icmp.echo_request(1, 1, bytes(72)).encode(),
)
MAC_A, MAC_B = bytes.fromhex("00005e000165"), bytes.fromhex("020000000002")


def outbound(secret: EspSecret = SA) -> esp.Outbound:
    if secret.cipher == "aes-gcm":
        return esp.Outbound(secret.spi, "esp-gcm", secret.key, None, b"", Random(1).randbytes)
    return esp.Outbound(
        secret.spi, "esp-aes", secret.key, "esp-sha512-hmac", secret.auth_key or b"",
        Random(1).randbytes,
    )  # fmt: skip


def tunnel(secret: EspSecret = SA) -> IPv4:
    return IPv4(B, A, ESP, outbound(secret).seal(PING.encode(), 4))


def ethernet(packet: IPv4) -> bytes:
    return Ethernet(MAC_A, MAC_B, ETHERTYPE_IPV4, packet.encode()).encode()


def test_a_tunnel_packet_becomes_its_inner_packet_behind_the_same_header() -> None:
    sealed = ethernet(tunnel())
    assert len(sealed) == 202
    assert Decryptor([SA]).open_frame(sealed) == (ethernet(PING), Outcome.DECRYPTED)


def test_labels_and_a_pseudowires_inner_frame_stay() -> None:
    stack = mpls.encode_stack([mpls.Label(131071), mpls.Label(131068)])
    for wrap in (lambda packet: packet.encode(), ethernet):
        sealed, expected = (
            Ethernet(MAC_B, MAC_B, ETHERTYPE_MPLS, stack + wrap(packet)).encode()
            for packet in (tunnel(), PING)
        )
        assert Decryptor([SA]).open_frame(sealed) == (expected, Outcome.DECRYPTED)


def test_aes_gcm_is_opened_and_its_tag_checked() -> None:
    sealed = bytearray(ethernet(tunnel(GCM)))
    assert Decryptor([GCM]).open_frame(bytes(sealed)) == (ethernet(PING), Outcome.DECRYPTED)
    sealed[-1] ^= 1
    assert Decryptor([GCM]).open_frame(bytes(sealed))[1] is Outcome.BAD_ICV


def test_transport_mode_keeps_the_outer_addresses() -> None:
    sealed = IPv4(B, A, ESP, outbound().seal(PING.payload, 1), ttl=64, identification=5)
    expected = replace(sealed, protocol=1, payload=PING.payload)
    assert Decryptor([SA]).open_frame(ethernet(sealed)) == (ethernet(expected), Outcome.DECRYPTED)


def test_esp_in_udp_is_opened_but_ike_and_keepalives_beside_it_are_clear() -> None:
    def nat_t(payload: bytes) -> bytes:
        return ethernet(IPv4(B, A, UDP, Udp(4500, 4500, payload, summed=False).encode(B, A)))

    decryptor = Decryptor([SA])
    assert decryptor.open_frame(nat_t(tunnel().payload)) == (ethernet(PING), Outcome.DECRYPTED)
    for payload in (b"\xff", bytes(4) + b"IKE"):
        assert decryptor.open_frame(nat_t(payload)) == (nat_t(payload), Outcome.CLEAR)


def test_a_replayed_packet_is_opened_again() -> None:
    decryptor, sealed = Decryptor([SA]), ethernet(tunnel())
    assert decryptor.open_frame(sealed) == decryptor.open_frame(sealed)


def test_what_cannot_be_opened_stays_as_it_was_and_says_why() -> None:
    sealed = ethernet(tunnel())
    forged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    short = ethernet(IPv4(B, A, ESP, tunnel().payload[:20]))
    piece = ethernet(fragment(tunnel(), 100)[0])
    cases = {
        Outcome.UNKNOWN_SPI: (Decryptor([GCM]), sealed),
        Outcome.BAD_ICV: (Decryptor([SA]), forged),
        Outcome.MALFORMED: (Decryptor([SA]), short),
        Outcome.FRAGMENT: (Decryptor([SA]), piece),
        Outcome.CLEAR: (Decryptor([SA]), ethernet(PING)),
    }
    for outcome, (decryptor, frame) in cases.items():
        assert decryptor.open_frame(frame) == (frame, outcome)


def test_an_spi_that_was_used_twice_is_tried_with_both_keys() -> None:
    other = replace(SA, auth_key=b"x" * 64)
    assert Decryptor([other, SA]).open_frame(ethernet(tunnel()))[1] is Outcome.DECRYPTED


def test_a_key_of_the_wrong_length_is_one_clear_error() -> None:
    with pytest.raises(CaptureError, match="SPI 0x1a2b3c4d"):
        Decryptor([replace(SA, key=b"short")])


def test_the_command_writes_the_file_and_counts(tmp_path: Path) -> None:
    sealed = ethernet(tunnel())
    with PcapWriter(tmp_path / "in.pcap") as writer:
        for time, frame in enumerate([ethernet(PING), sealed, sealed[:-1] + b"?"]):
            writer.write(time, frame)
    write_keys(tmp_path / "keys", Secrets((), (SA,)))
    report = decrypt_file(tmp_path / "in.pcap", tmp_path / "out.pcap", tmp_path / "keys")
    assert report == dict.fromkeys((Outcome.CLEAR, Outcome.DECRYPTED, Outcome.BAD_ICV), 1)
    assert (report.total(), report.esp) == (3, 2)
    assert str(report).startswith("3 frames, 2 with ESP: 1 decrypted")
    written = list(read(tmp_path / "out.pcap"))
    assert [packet.time for packet in written] == [0, 1, 2]
    assert [packet.data for packet in written[:2]] == [ethernet(PING)] * 2


def test_a_capture_may_be_decrypted_onto_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    with PcapWriter(path) as writer:
        writer.write(0, ethernet(tunnel()))
    assert decrypt_capture(path, path, Secrets((), (SA,)))[Outcome.DECRYPTED] == 1
    assert [packet.data for packet in read(path)] == [ethernet(PING)]


def test_a_broken_source_leaves_the_target_alone(tmp_path: Path) -> None:
    (tmp_path / "in.pcap").write_bytes(b"no capture")
    (tmp_path / "out.pcap").write_bytes(b"precious")
    with pytest.raises(CaptureError, match="neither pcap nor pcapng"):
        decrypt_capture(tmp_path / "in.pcap", tmp_path / "out.pcap", Secrets())
    assert (tmp_path / "out.pcap").read_bytes() == b"precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.pcap", "out.pcap"]


@pytest.mark.parametrize("name", ["tcpdump_02-sunrise-sunset-esp.pcap", "tcpdump_espudp1.pcap"])
def test_packets_that_another_ipsec_sealed_are_opened(
    name: str, real_captures: Path, tmp_path: Path
) -> None:
    """FreeS/WAN's published test vectors: 3DES with HMAC-MD5, in IP and in UDP."""
    secret = EspSecret(
        IPv4Address("192.1.2.23"),
        IPv4Address("192.1.2.45"),
        0x12345678,
        "3des-cbc",
        bytes.fromhex("4043434545464649494a4a4c4c4f4f515152525454575758"),
        "hmac-md5-96",
        bytes.fromhex("8765" * 8),
    )
    target = tmp_path / "out.pcap"
    report = decrypt_capture(real_captures / name, target, Secrets((), (secret,)))
    assert report == {Outcome.DECRYPTED: 8}
    rows = [summarize(packet.data) for packet in read(target)]
    assert {(row.source, row.destination, row.length) for row in rows} == {
        ("192.0.2.1", "192.0.1.1", 98)
    }
