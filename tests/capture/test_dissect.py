"""The layers and fields of a frame lie where Wireshark sees them, by Wireshark's names."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.capture.decrypt import Keys
from labkit.capture.dissect import dissect, report
from labkit.capture.keys import Secrets, read_secrets
from labkit.capture.layers import Dissection, flatten
from labkit.capture.pcap import read
from labkit.protocols.fields import KINDS
from labkit.protocols.fields import field as kinds
from tests.capture.wireshark import fields, known_fields, pseudowires

LAB = ("a-access", "lan-b", "r1-r2", "r1-r3")
REAL = (
    "packetlife_EBGP_adjacency.cap", "packetlife_IPsec_ESP-AH_tunnel_mode.cap",
    "packetlife_MPLS_encapsulation.cap", "packetlife_VRRP_failover.cap",
    "packetlife_traceroute_MPLS.cap", "suri_ikev1-isakmp-main-mode.pcap",
    "tcpdump_isakmp4500.pcap", "tcpdump_espudp1.pcap", "tcpdump_vrrp.pcap",
)  # fmt: skip
TYPES = {
    kinds.number: ("FT_UINT", "FT_BOOLEAN", "FT_INT"),
    kinds.address: ("FT_IPv4",),
    kinds.mac: ("FT_ETHER",),
    kinds.raw: ("FT_BYTES",),
    kinds.words: ("FT_STRING",),
}
OURS_ALONE = {"data.data", "eth.padding"}
"""Wireshark goes on within what is data to us, and asks no padding of a pseudowire's frame."""


def frames_of(path: Path) -> list[bytes]:
    return [each.data for each in read(path)]


def check(tshark: str, path: Path) -> None:
    frames = frames_of(path)
    for frame, theirs in zip(frames, fields(tshark, path, pseudowires(frames)), strict=True):
        taken = dissect(frame)
        named = {
            (field.name, field.start, field.end - field.start)
            for layer in taken.layers
            for _, field in flatten(layer.fields)
            if field.name and field.name not in OURS_ALONE
        }
        assert named - theirs == set()
        assert uncovered(taken) == []


def uncovered(taken: Dissection) -> list[int]:
    """The bytes of the frame that no field claims."""
    seen = bytearray(len(taken.buffers[0][1]))
    for layer in taken.layers:
        if layer.buffer == 0:
            for field in layer.fields:
                seen[field.start : field.end] = b"\1" * (field.end - field.start)
    return [place for place, claimed in enumerate(seen) if not claimed]


@pytest.mark.parametrize("link", LAB)
def test_our_fields_lie_where_wireshark_sees_them_and_claim_every_byte(
    link: str, lab_captures: Path, tshark: str
) -> None:
    check(tshark, lab_captures / f"{link}.pcap")


@pytest.mark.parametrize("name", REAL)
def test_fields_of_real_frames_lie_where_wireshark_sees_them(
    name: str, real_captures: Path, tshark: str
) -> None:
    check(tshark, real_captures / name)


def test_every_field_has_wiresharks_name_and_type(tshark: str) -> None:
    known = known_fields(tshark)
    wrong = {
        name: known.get(name, "unknown")
        for name, kind in KINDS.items()
        if not known.get(name, "").startswith(TYPES[kind])
    }
    assert wrong == {}


def test_with_the_labs_keys_esp_shows_what_it_carried_and_where(lab_captures: Path) -> None:
    keys = Keys(read_secrets(lab_captures / "keys"))
    taken = [dissect(frame, keys) for frame in frames_of(lab_captures / "a-access.pcap")]
    ping = next(each for each in taken if each.protocols[2:] == ["esp", "ip", "icmp", "data"])
    assert [name for name, _ in ping.buffers] == ["Frame", "Decrypted ESP"]
    assert [layer.buffer for layer in ping.layers] == [0, 0, 0, 1, 1, 1]
    esp = ping.layers[2]
    assert [field.label for field in esp.fields] == [
        "SPI", "Sequence number", "IV", "Encrypted", "ICV",
    ]  # fmt: skip
    assert uncovered(ping) == []
    inner = {field.name: field.text for field in ping.layers[3].fields}
    assert {inner["ip.src"], inner["ip.dst"]} == {"172.16.1.1", "192.168.1.1"}


def test_with_the_labs_keys_every_encrypted_ike_message_opens(lab_captures: Path) -> None:
    """Messages 5 and 6 of main mode, and all three of quick mode."""
    frames = frames_of(lab_captures / "a-access.pcap")
    keys = Keys(read_secrets(lab_captures / "keys"))
    for frame in frames:
        keys.learn(frame)
    opened = []
    for frame in frames:
        taken = dissect(frame, keys)
        if taken.protocols.count("isakmp") == 2:
            assert taken.buffers[1][0] == "Decrypted ISAKMP"
            payloads = [each.label for each in taken.layers[-1].fields]
            opened.append(payloads[: payloads.index("Padding")])
    ids = ["Identification", "Identification"]
    assert opened == [
        ["Identification", "Hash", "Notification"],
        ["Identification", "Hash"],
        ["Hash", "SA", "Nonce", *ids],
        ["Hash", "SA", "Nonce", *ids],
        ["Hash"],
    ]


def test_the_same_payloads_are_found_by_wireshark_with_the_same_keys(
    lab_captures: Path, tshark: str
) -> None:
    keys = Keys(read_secrets(lab_captures / "keys"))
    frames = frames_of(lab_captures / "a-access.pcap")
    for frame in frames:
        keys.learn(frame)
    row = (lab_captures / "keys" / "ikev1_decryption_table").read_text().splitlines()[0]
    theirs = fields(tshark, lab_captures / "a-access.pcap", [f"-ouat:ikev1_decryption_table:{row}"])
    found = 0
    for frame, known in zip(frames, theirs, strict=True):
        taken = dissect(frame, keys)
        if taken.protocols.count("isakmp") == 2:
            names = [field.name for _, field in flatten(taken.layers[-1].fields) if field.name]
            seen = [name for name, _, _ in known]
            assert set(names) <= set(seen)
            found += 1
    assert found == 5


def test_without_the_messages_before_it_an_encrypted_message_stays_closed(
    lab_captures: Path,
) -> None:
    frames = frames_of(lab_captures / "a-access.pcap")
    isakmp = [each for each in frames if "isakmp" in dissect(each).protocols]
    keys = Keys(read_secrets(lab_captures / "keys"))
    for frame in isakmp[4:]:
        keys.learn(frame)
    assert all(dissect(frame, keys).protocols.count("isakmp") == 1 for frame in isakmp)


def test_wrong_keys_open_nothing(lab_captures: Path) -> None:
    keys = Keys(Secrets())
    for frame in frames_of(lab_captures / "a-access.pcap"):
        keys.learn(frame)
        assert len(dissect(frame, keys).buffers) == 1


def test_the_report_is_the_layers_with_their_fields_indented(lab_captures: Path) -> None:
    text = report(frames_of(lab_captures / "r1-r2.pcap")[0])
    assert text.startswith("Ethernet: destination ")
    assert "\n    Time to live: " in text
