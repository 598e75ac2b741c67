"""Finding, listing and showing the layers of a frame."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.capture.dissect import dissect, report
from labkit.capture.pcap import read
from labkit.capture.summary import labels, summarize
from labkit.protocols.wire import icmp, mpls, tcp
from labkit.protocols.wire.ethernet import ETHERTYPE_IPV4, ETHERTYPE_MPLS, Ethernet
from labkit.protocols.wire.ipv4 import IPv4

A, B = IPv4Address("10.16.16.16"), IPv4Address("10.15.15.15")
PING = IPv4(A, B, 1, icmp.echo_request(7, 3, bytes(72)).encode())
STACK = mpls.encode_stack([mpls.Label(131071), mpls.Label(131068)])
VIRTUAL, ROUTER = bytes.fromhex("00005e000165"), bytes.fromhex("4c0000000001")


def over_mpls(payload: bytes) -> bytes:
    return Ethernet(ROUTER, ROUTER, ETHERTYPE_MPLS, STACK + payload).encode()


def kinds(frame: bytes) -> list[str]:
    return dissect(frame).protocols


def test_ipv4_below_labels_is_found() -> None:
    frame = over_mpls(PING.encode())
    assert kinds(frame) == ["eth", "mpls", "mpls", "ip", "icmp", "data"]
    assert len(frame) == 122


@pytest.mark.parametrize("destination", [VIRTUAL, ROUTER], ids=["starts with 0", "starts with 4"])
def test_a_pseudowire_is_known_by_what_checks_out_not_by_its_first_nibble(
    destination: bytes,
) -> None:
    inner = Ethernet(destination, ROUTER, ETHERTYPE_IPV4, PING.encode()).encode()
    frame = over_mpls(inner)
    assert kinds(frame) == ["eth", "mpls", "mpls", "eth", "ip", "icmp", "data"]
    assert len(frame) == 136
    assert kinds(over_mpls(bytes(4) + inner)) == [
        "eth", "mpls", "mpls", "pwethcw", "eth", "ip", "icmp", "data",
    ]  # fmt: skip


def test_a_line_names_ends_protocol_length_and_labels() -> None:
    row = summarize(over_mpls(PING.encode()))
    assert (row.source, row.destination, row.protocol) == (str(A), str(B), "ICMP")
    assert (row.length, row.labels) == (122, (131071, 131068))
    assert row.info == "Echo request id=7 seq=3"


def test_a_telnet_segment_shows_its_character() -> None:
    segment = tcp.Tcp(40000, 23, 1, 1, tcp.PSH | tcp.ACK, payload=b"s")
    packet = IPv4(A, B, 6, segment.encode(A, B))
    row = summarize(Ethernet(ROUTER, VIRTUAL, ETHERTYPE_IPV4, packet.encode()).encode())
    assert (row.protocol, row.info) == ("TELNET", "'s'")


def test_the_tree_has_every_layer_and_no_made_up_fields() -> None:
    taken = dissect(over_mpls(PING.encode()))
    assert taken.protocols == ["eth", "mpls", "mpls", "ip", "icmp", "data"]
    assert [each.text for each in taken.layers[1].fields] == ["131071", "0", "0", "255"]
    assert [each.name for each in taken.layers[4].fields] == [
        "icmp.type", "icmp.code", "icmp.checksum", "icmp.ident", "icmp.seq",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "protocol", "layer"),
    [
        ("packetlife_VRRP_failover.cap", "VRRP", "vrrp"),
        ("suri_ikev1-isakmp-main-mode.pcap", "ISAKMP", "isakmp"),
        ("tcpdump_02-sunrise-sunset-esp.pcap", "ESP", "esp"),
        ("tcpdump_espudp1.pcap", "ESP", "esp"),
        ("packetlife_EBGP_adjacency.cap", "BGP", "bgp"),
    ],
)
def test_real_frames_are_listed_and_shown(
    name: str, protocol: str, layer: str, real_captures: Path
) -> None:
    frames = [packet.data for packet in read(real_captures / name)]
    first = next(frame for frame in frames if summarize(frame).protocol == protocol)
    assert layer in dissect(first).protocols
    assert all(summarize(frame).protocol != "malformed" for frame in frames)


def test_real_label_stacks_are_read(real_captures: Path) -> None:
    frames = [packet.data for packet in read(real_captures / "packetlife_EoMPLS.cap")]
    arps = [frame for frame in frames if summarize(frame).protocol == "ARP"]
    assert [labels(frame) for frame in arps] == [(19, 16), (18, 16)]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=120), st.sampled_from(["8847", "0800", "0806", "8100", "86dd"]))
def test_any_bytes_are_shown_without_an_error(data: bytes, kind: str) -> None:
    frame = bytes(12) + bytes.fromhex(kind) + data
    assert summarize(frame).length == len(frame)
    assert report(frame).startswith("Ethernet")
