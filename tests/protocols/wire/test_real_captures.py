"""Frames of real routers decode, and encode back to the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scapy.utils import RawPcapReader

from labkit.protocols.wire import DecodeError, bgp, isakmp, mpls
from labkit.protocols.wire.arp import Arp
from labkit.protocols.wire.esp import Esp
from labkit.protocols.wire.ethernet import ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_MPLS, Ethernet
from labkit.protocols.wire.icmp import Icmp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.tcp import Tcp
from labkit.protocols.wire.udp import Udp
from labkit.protocols.wire.vrrp import Vrrp

# Per file: how often each protocol must have been read (tshark counts the same), so that no
# frame goes by unseen.
EXPECTED = {
    "packetlife_EBGP_adjacency.cap": {"Tcp": 24, "bgp": 26},
    "packetlife_EoMPLS.cap": {"mpls": 50, "Tcp": 10, "Udp": 10},
    "packetlife_MPLS_encapsulation.cap": {"mpls": 5, "Icmp": 10},
    "packetlife_traceroute_MPLS.cap": {"Udp": 15, "Icmp": 14},
    "packetlife_VRRP_failover.cap": {"Vrrp": 32},
    "packetlife_VRRP_preempt.cap": {"Vrrp": 16},
    "suri_ikev1-isakmp-main-mode.pcap": {"Udp": 9, "isakmp": 9},
    "tcpdump_ISAKMP_sa_setup.pcap": {"Udp": 9, "isakmp": 9},
    "tcpdump_isakmp4500.pcap": {"Arp": 8, "Udp": 27, "isakmp": 15},
    "tcpdump_02-sunrise-sunset-esp.pcap": {"Esp": 8},
    "zeekspicy_ipsec-ikev1-isakmp-aggressive-mode.pcap": {"Udp": 6, "isakmp": 6},
}


def frames(path: Path) -> Iterator[bytes]:
    with RawPcapReader(str(path)) as reader:
        for data, _ in reader:
            yield bytes(data)


def round_trip(frame: bytes) -> Iterator[str]:
    """Check each layer of a frame; yield the names of the codecs that read it."""
    ethernet = Ethernet.decode(frame)
    assert ethernet.encode(pad=False) == frame
    data = ethernet.payload
    if ethernet.ethertype == ETHERTYPE_MPLS:
        yield "mpls"
        labels, data = mpls.decode_stack(data)
        assert mpls.encode_stack(labels) + data == ethernet.payload
        if data[0] >> 4 != 4:
            return
    elif ethernet.ethertype == ETHERTYPE_ARP:
        assert data.startswith(Arp.decode(data).encode())
        yield "Arp"
        return
    elif ethernet.ethertype != ETHERTYPE_IPV4:
        return
    packet = IPv4.decode(data)
    assert data[: packet.total_length] == packet.encode()
    yield from round_trip_transport(packet)


def round_trip_transport(packet: IPv4) -> Iterator[str]:
    data, src, dst = packet.payload, packet.src, packet.dst
    match packet.protocol:
        case 1:
            assert Icmp.decode(data).encode() == data
            yield "Icmp"
        case 6:
            segment = Tcp.decode(data, src, dst)
            assert segment.encode(src, dst) == data
            yield "Tcp"
            if bgp.PORT in (segment.source_port, segment.destination_port):
                messages, rest = bgp.split_stream(segment.payload)
                assert rest == b""
                for message in messages:
                    assert bgp.decode_message(message, False).encode(False) == message
                    yield "bgp"
        case 17:
            datagram = Udp.decode(data, src, dst)
            assert datagram.encode(src, dst) == data
            yield "Udp"
            message = datagram.payload
            if datagram.destination_port == 4500 and message.startswith(isakmp.NON_ESP_MARKER):
                message = message[4:]
            elif datagram.destination_port != 500:
                return
            assert isakmp.Message.decode(message).encode() == message
            yield "isakmp"
        case 50:
            assert Esp.decode(data).encode() == data
            yield "Esp"
        case 112:
            assert Vrrp.decode(data).encode() == data
            yield "Vrrp"


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_capture_encodes_back_to_its_bytes(name: str, real_captures: Path) -> None:
    seen: dict[str, int] = {}
    for frame in frames(real_captures / name):
        for codec in round_trip(frame):
            seen[codec] = seen.get(codec, 0) + 1
    assert {codec: seen.get(codec) for codec in EXPECTED[name]} == EXPECTED[name]


@pytest.mark.parametrize("defect", ["payload-bad-length", "zero-length"])
def test_a_broken_ike_message_from_a_capture_is_a_decode_error(
    defect: str, real_captures: Path
) -> None:
    (frame,) = frames(real_captures / f"zeekspicy_ipsec-ikev1-{defect}.pcap")
    datagram = Udp.decode(IPv4.decode(Ethernet.decode(frame).payload).payload)
    with pytest.raises(DecodeError):
        isakmp.Message.decode(datagram.payload)


def test_the_main_mode_of_a_real_ios_router_is_read_in_full(real_captures: Path) -> None:
    path = real_captures / "suri_ikev1-isakmp-main-mode.pcap"
    messages = [
        isakmp.Message.decode(Udp.decode(IPv4.decode(Ethernet.decode(f).payload).payload).payload)
        for f in frames(path)
    ]
    first = messages[0].payloads[0]
    assert isinstance(first, isakmp.SecurityAssociation)
    (transform,) = first.proposals[0].transforms
    assert [each.type for each in transform.attributes] == [1, 14, 2, 4, 3, 11, 12]
    assert transform.attribute(11) == 1
    assert transform.attributes[-1] == isakmp.Attribute(12, bytes.fromhex("00015180"))
    assert transform.attribute(12) == 86400
    kinds = [type(each).__name__ for each in messages[2].payloads]
    assert kinds == ["KeyExchange", "Nonce"] + ["VendorId"] * 3 + ["NatDetection"] * 2
    assert [bool(each.encrypted) for each in messages] == [False] * 4 + [True] * 5
    assert len(messages[4].encrypted) == 80
