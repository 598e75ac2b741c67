"""Whatever bytes a frame has, it is shown, listed, chosen and printed; nothing is raised."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest

from labkit.capture.display_filter import parse
from labkit.capture.dissect import dissect, report
from labkit.capture.matching import Candidate
from labkit.capture.summary import summarize
from labkit.protocols.wire import arp, icmp, mpls, tcp, udp, vrrp
from labkit.protocols.wire.ethernet import (
    ETHERTYPE_ARP,
    ETHERTYPE_IPV4,
    ETHERTYPE_MPLS,
    Ethernet,
)
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.isakmp import MAIN_MODE, Header, Message, VendorId
from labkit.sim.routers.linux import frame_filter
from labkit.sim.routers.linux.frame_text import FrameText

A, B = IPv4Address("172.16.1.10"), IPv4Address("192.168.1.10")
MAC = bytes.fromhex("005056000001")
IKE = Message(Header(b"\1" * 8, bytes(8), MAIN_MODE), (VendorId(b"labkit"),)).encode()
ECHO = IPv4(A, B, 1, icmp.echo_request(7, 3, b"ping").encode())
WORDS = "host 1.2.3.4 or udp port 500 or (tcp and not vrrp)"
TCP_DUMPED = frame_filter.parse([WORDS])


FOUND = ("ARP", "ESP", "ICMP", "ISAKMP", "TCP", "TELNET", "UDP", "VRRP")
"""What a row says, a filter of that name finds."""


def over_ipv4(protocol: int, payload: bytes) -> bytes:
    return Ethernet(MAC, MAC, ETHERTYPE_IPV4, IPv4(A, B, protocol, payload).encode()).encode(False)


FRAMES = {
    "echo": over_ipv4(1, icmp.echo_request(7, 3, b"ping").encode()),
    "unreachable": over_ipv4(1, icmp.unreachable(3, IPv4(A, B, 17, bytes(16)).encode()).encode()),
    "protocol": over_ipv4(1, icmp.unreachable(2, IPv4(A, B, 9, bytes(16)).encode()).encode()),
    "isakmp": over_ipv4(17, udp.Udp(500, 500, IKE).encode(A, B)),
    "nat": over_ipv4(17, udp.Udp(4500, 4500, bytes(4) + IKE).encode(A, B)),
    "keepalive": over_ipv4(17, udp.Udp(4500, 4500, b"\xff").encode(A, B)),
    "esp": over_ipv4(50, bytes(range(1, 25))),
    "bgp": over_ipv4(6, tcp.Tcp(179, 40000, payload=b"\xff" * 16 + b"\0\x13\4").encode(A, B)),
    "telnet": over_ipv4(6, tcp.Tcp(40000, 23, 1, 1, tcp.PSH | tcp.ACK, payload=b"s").encode(A, B)),
    "syn": over_ipv4(6, tcp.Tcp(40000, 80, flags=2, options=tcp.mss_option(536)).encode(A, B)),
    "vrrp": over_ipv4(112, vrrp.Vrrp(1, 100, (A,)).encode()),
    "arp": Ethernet(MAC, MAC, ETHERTYPE_ARP, arp.Arp(1, MAC, A, MAC, B).encode()).encode(),
    "labels": Ethernet(
        MAC, MAC, ETHERTYPE_MPLS, mpls.encode_stack([mpls.Label(17)]) + ECHO.encode()
    ).encode(False),
}  # fmt: skip


def broken(frame: bytes) -> Iterator[bytes]:
    """Cut at every length, and with every byte set to 0, to 255, and with its bits turned."""
    yield from (frame[:size] for size in range(len(frame)))
    for place, byte in enumerate(frame):
        for other in (0, 0xFF, byte ^ 0x55, byte ^ 0x01):
            yield frame[:place] + bytes([other]) + frame[place + 1 :]


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_frame_that_is_cut_or_has_a_wrong_byte_is_shown_everywhere(frame: bytes) -> None:
    chooses = parse("ip.ttl > 3 and (udp.port == 500 or icmp.type == 3 or isakmp.nextpayload)")
    assert chooses is not None
    text = FrameText(link_level=True)
    for each in broken(frame):
        taken = dissect(each)
        covered = [place for layer in taken.layers for place in (layer.start, layer.end)]
        assert all(0 <= place <= len(each) for place in covered)
        report(each)
        row = summarize(each)
        assert row.length == len(each)
        assert row.protocol not in FOUND or row.protocol.lower() in taken.protocols
        assert text.line(each)
        TCP_DUMPED(each)
        chooses.test(Candidate(1, taken))


@pytest.mark.parametrize("checksum", [b"\0\0", b"\x12\x34"])
def test_a_wrong_header_checksum_is_a_warning_and_hides_nothing(checksum: bytes) -> None:
    """As a host that leaves the sum to its network card captures its own packets."""
    frame = FRAMES["isakmp"][:24] + checksum + FRAMES["isakmp"][26:]
    row = summarize(frame)
    assert (row.source, row.destination, row.protocol) == (str(A), str(B), "ISAKMP")
    assert row.info == (
        f"Identity Protection (Main Mode) [IPv4: header checksum 0x{checksum.hex()} is wrong]"
    )
    assert "isakmp" in dissect(frame).protocols
    assert FrameText().line(frame) == FrameText().line(FRAMES["isakmp"])
    assert TCP_DUMPED(frame)


def test_below_a_label_a_wrong_checksum_is_taken_where_nothing_else_fits() -> None:
    frame = FRAMES["labels"][:28] + b"\0\0" + FRAMES["labels"][30:]
    row = summarize(frame)
    assert (row.protocol, row.labels) == ("ICMP", (17,))
    assert row.info.startswith("Echo request id=7 seq=3 [")


def test_an_isakmp_length_that_differs_from_its_datagram_is_a_warning() -> None:
    place = 14 + 20 + 8 + 24
    frame = FRAMES["isakmp"][:place] + bytes(4) + FRAMES["isakmp"][place + 4 :]
    row = summarize(frame)
    assert row.protocol == "ISAKMP"
    assert row.info.endswith(f"[ISAKMP: a length of 0 in {len(IKE)} bytes]")


def test_what_is_cut_off_is_said() -> None:
    frame = FRAMES["echo"][:-2]
    assert summarize(frame).info == "Echo request id=7 seq=3 [IPv4: 30 bytes of 32]"
    assert FrameText().line(frame).startswith("IP truncated-ip - 2 bytes missing! 172.16.1.10 > ")
