"""Display filters choose the frames that Wireshark chooses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.capture.display_filter import FilterError, parse
from labkit.capture.dissect import dissect
from labkit.capture.index import CaptureFile
from labkit.capture.matching import Candidate
from labkit.capture.packet_list import PacketList
from labkit.capture.pcap import LINKTYPE_ETHERNET, PcapWriter, read
from tests.capture.wireshark import chosen

FILTERS = """
esp
isakmp
icmp
arp
bgp
vrrp
telnet
tcp
udp
mpls
not ip
ip.addr == 172.16.1.1
ip.addr==10.0.0.0/8 or ip.addr==192.168.12.1
ip.addr != 198.51.100.2
!(ip.addr == 198.51.100.2)
ip.addr ne 1.1.1.1
ip.addr > 172.0.0.0
ip.src == 192.0.2.28 and not esp
ip.dst == 192.0.0.0/8
eth.addr == 00:00:5e:00:01:65
eth.src == 00-00-5e-00-01-65
eth.dst contains 5e:00
eth.type == 0x0800
mpls.label == 131071
mpls.label != 131071
mpls.label > 17
mpls.ttl < 255
mpls.bottom == 1
esp.spi == 0x12345678
esp.sequence > 2
isakmp.exchangetype == 2
isakmp.exchangetype == 32 || isakmp.exchangetype==5
isakmp.ispi == e4:7a:59:1f:d0:57:58:7f
isakmp.ispi == e47a591fd057587f
isakmp.nextpayload == 5
isakmp.flag_e == 1
isakmp.messageid != 0
isakmp.nonce
isakmp.vid_bytes
isakmp.ike.attr.encryption_algorithm == 7
icmp.type == 8
icmp.type == 11
icmp.code == 4
icmp.seq >= 3
frame.number > 3 && frame.number < 10
frame.len == 202
frame.len > 100
frame.cap_len >= 100
frame contains "cisco"
frame contains ff:ff:ff
ip.ttl < 64
ip.ttl == 1
ip.ttl gt 250 and ip.ttl le 254
ip.id == 0x0019
ip.len > 500
ip.flags.df
ip.flags.df == 1
ip.proto == 50
ip.checksum == 0
udp.port == 500
udp.port != 500
udp.srcport == 500
udp contains "cisco"
tcp.port == 179
tcp.dstport == 179
tcp.flags.syn == 1 and tcp.flags.ack == 0
tcp contains "a"
telnet contains "pass"
bgp.type == 4
bgp.open.myas == 65001
vrrp.prio >= 100
vrrp.virt_rtr_id == 101
arp.opcode == 1
arp.src.proto_ipv4 == 172.16.1.10
not (icmp or esp) and ip.ttl > 200
tcp or udp and icmp
ip.addr == 172.16.1.1 and ip.addr == 192.168.1.1
isakmp.key_exchange.data contains 00:01
esp contains 00:00
arp contains 00:01
""".strip().splitlines()
LAB = ("a-access", "lan-a", "lan-b", "r1-r2", "r2-r6", "sniffer")
REAL = (
    "packetlife_EBGP_adjacency.cap", "packetlife_EoMPLS.cap",
    "packetlife_IPsec_ESP-AH_tunnel_mode.cap", "packetlife_MPLS_encapsulation.cap",
    "packetlife_VRRP_failover.cap", "packetlife_traceroute_MPLS.cap",
    "suri_ikev1-isakmp-main-mode.pcap", "tcpdump_02-sunrise-sunset-esp.pcap",
    "tcpdump_ISAKMP_sa_setup.pcap", "tcpdump_espudp1.pcap", "tcpdump_isakmp4500.pcap",
    "tcpdump_vrrp.pcap", "zeekspicy_ipsec-ikev1-isakmp-aggressive-mode.pcap",
)  # fmt: skip


def ours(frames: Sequence[bytes], filters: Sequence[str], folder: Path) -> list[list[int]]:
    """The packets that a list shows under each filter, counted from 1."""
    with PcapWriter(folder / "frames.pcap") as writer:
        for frame in frames:
            writer.write(0, frame)
    packets = PacketList({"frames": CaptureFile(folder / "frames.pcap")})
    packets.grow()
    found = []
    for text in filters:
        packets.filter(text)
        while packets.search():
            pass
        found.append([packets.number(place) for place in range(packets.shown)])
    return found


def compare(tshark: str, path: Path, folder: Path) -> int:
    """Says for which filters the two differ; returns how many chose anything."""
    frames = [each.data for each in read(path) if each.link_type == LINKTYPE_ETHERNET]
    mine = ours(frames, FILTERS, folder)
    theirs = chosen(tshark, frames, FILTERS, folder)
    pairs = zip(FILTERS, mine, theirs, strict=True)
    assert {name: (one, other) for name, one, other in pairs if one != other} == {}
    return sum(bool(each) for each in mine)


@pytest.mark.parametrize("link", LAB)
def test_our_captures_are_filtered_as_wireshark_does(
    link: str, lab_captures: Path, tshark: str, tmp_path: Path
) -> None:
    assert compare(tshark, lab_captures / f"{link}.pcap", tmp_path) > 10


@pytest.mark.parametrize("name", REAL)
def test_real_captures_are_filtered_as_wireshark_does(
    name: str, real_captures: Path, tshark: str, tmp_path: Path
) -> None:
    assert compare(tshark, real_captures / name, tmp_path) > 10


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("ip.adr == 1.2.3.4", (0, 6), "did you mean ip.addr?"),
        ("ip.addr == abc", (11, 14), "ip.addr is an address"),
        ("ip.addr == 1.2.3.4/40", (11, 21), "such as 192.0.2.0/24"),
        ("ip.ttl == 1.5", (10, 13), "a number: compare it with one such as 64"),
        ("esp and", (7, 8), "missing after and"),
        ("ip.ttl ==", (9, 10), "value that ip.ttl is compared with is missing"),
        ("(esp", (0, 1), "This ( is never closed"),
        ("esp)", (3, 4), "This ) closes nothing"),
        ("ip.ttl = 3", (7, 8), "write =="),
        ("esp & icmp", (4, 5), "write &&"),
        ("esp icmp", (4, 8), 'write "and" or "or" before icmp'),
        ("esp == 1", (0, 3), "is a protocol"),
        ('frame contains "x', (15, 17), "no closing quotation mark"),
        ("frame contains x", (15, 16), "words in quotes"),
        ("ip.ttl contains 3", (0, 6), "contains nothing"),
        ("ip.ttl in {1, 2}", (7, 9), "write tests with or"),
        ("ip.src == ip.dst", (10, 16), "not with another field"),
        ("ip.addr ~= 1.1.1.1", (8, 10), "Write not ("),
        ("ip.ttl == 0377", (10, 14), "a number"),
        ('frame contains "A\\x42"', (15, 22), "hex digits"),
        ("ip.src matches x", (7, 14), "use contains"),
        ("== 3", (0, 2), "begins with a protocol or a field"),
        ("<script>", (0, 1), "begins with a protocol or a field"),
        ("eth.addr == 00:11", (12, 17), "a MAC address"),
        ("not " * 2000, (404, 407), "Too many"),
    ],
)
def test_a_wrong_filter_says_what_is_wrong_and_where(
    text: str, where: tuple[int, int], says: str
) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert says in str(caught.value)
    assert (caught.value.start, caught.value.end) == where


def test_nothing_chooses_everything() -> None:
    assert parse("  ") is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(
    ["esp", "ip.addr", "==", "!=", "and", "or", "not", "(", ")", "10.0.0.1", "in", "{", "}", '"x"',
     "contains", "ip.ttl", "64", ",", "1..3"]), max_size=12).map(" ".join))  # fmt: skip
def test_any_text_is_a_filter_or_an_error_within_it(text: str) -> None:
    try:
        wanted = parse(text)
    except FilterError as error:
        within = 0 <= error.start < error.end <= max(len(text), error.start) + 1
    else:
        within = wanted is None or wanted.test(Candidate(1, dissect(bytes(60)))) in (True, False)
    assert within
