"""What we encode is what scapy, an independent implementation, encodes and reads."""

from __future__ import annotations

import logging
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.contrib.mpls import MPLS
from scapy.layers import inet, l2, vrrp
from scapy.layers.isakmp import ISAKMP, ISAKMP_payload_SA
from scapy.utils import checksum as scapy_checksum

from labkit.protocols.wire import bgp, icmp, internet_checksum, isakmp, mpls
from labkit.protocols.wire.arp import Arp
from labkit.protocols.wire.ethernet import Ethernet
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.tcp import Tcp
from labkit.protocols.wire.udp import Udp
from labkit.protocols.wire.vrrp import Vrrp

addresses = st.builds(IPv4Address, st.integers(0, 2**32 - 1))
macs = st.binary(min_size=6, max_size=6)
bytes_ = st.binary(max_size=80)
octet = st.integers(0, 255)
short = st.integers(0, 65535)
word = st.integers(0, 2**32 - 1)
quick = settings(max_examples=60, deadline=None)


def mac(data: bytes) -> str:
    return data.hex(":")


@quick
@given(st.binary(max_size=200))
def test_the_checksum_is_scapys(data: bytes) -> None:
    assert internet_checksum(data) == scapy_checksum(data)


@pytest.mark.parametrize(
    ("data", "expected"), [(b"", 0xFFFF), (bytes(4), 0xFFFF), (b"\xff\xff", 0), (b"\xff" * 6, 0)]
)
def test_the_checksum_knows_both_zeros(data: bytes, expected: int) -> None:
    assert internet_checksum(data) == expected


@quick
@given(macs, macs, st.integers(0x600, 0xFFFF), bytes_)
def test_ethernet_frames_are_scapys(dst: bytes, src: bytes, kind: int, payload: bytes) -> None:
    ours = Ethernet(dst, src, kind, payload).encode()
    theirs = bytes(l2.Ether(dst=mac(dst), src=mac(src), type=kind) / payload)
    assert ours == theirs.ljust(60, b"\0")


@quick
@given(st.sampled_from([1, 2]), macs, addresses, macs, addresses)
def test_arp_messages_are_scapys(
    op: int, sender: bytes, sender_ip: IPv4Address, target: bytes, target_ip: IPv4Address
) -> None:
    ours = Arp(op, sender, sender_ip, target, target_ip)
    theirs = l2.ARP(
        op=op, hwsrc=mac(sender), psrc=str(sender_ip), hwdst=mac(target), pdst=str(target_ip)
    )
    assert ours.encode() == bytes(theirs)
    assert Arp.decode(ours.encode() + bytes(18)) == ours


@quick
@given(
    st.lists(st.tuples(st.integers(0, 2**20 - 1), st.integers(0, 7), octet), min_size=1, max_size=5)
)
def test_label_stacks_are_scapys(entries: list[tuple[int, int, int]]) -> None:
    labels = [mpls.Label(value, exp, ttl=ttl) for value, exp, ttl in entries]
    theirs = b"".join(
        bytes(MPLS(label=value, cos=exp, s=place == len(entries), ttl=ttl))
        for place, (value, exp, ttl) in enumerate(entries, 1)
    )
    assert mpls.encode_stack(labels) == theirs
    stack, payload = mpls.decode_stack(theirs + b"below")
    assert payload == b"below"
    assert b"".join(label.encode() for label in stack) == theirs


@quick
@given(
    src=addresses, dst=addresses, protocol=octet, payload=bytes_, ttl=octet, tos=octet,
    identification=short, dont_fragment=st.booleans(), more_fragments=st.booleans(),
    fragment_offset=st.integers(0, 8191),
)  # fmt: skip
def test_ipv4_packets_are_scapys(**fields: object) -> None:
    ours = IPv4(**fields)  # type: ignore[arg-type]
    flags = ours.dont_fragment << 1 | ours.more_fragments
    header = inet.IP(
        src=str(ours.src), dst=str(ours.dst), proto=ours.protocol, ttl=ours.ttl, tos=ours.tos,
        id=ours.identification, flags=flags, frag=ours.fragment_offset,
    )  # fmt: skip
    assert ours.encode() == bytes(header / ours.payload)
    assert IPv4.decode(ours.encode() + b"padding") == ours
    assert ours.with_ttl(7).encode()[8] == 7


@quick
@given(short, short, bytes_)
def test_pings_are_scapys(ident: int, seq: int, data: bytes) -> None:
    ours = icmp.echo_request(ident, seq, data)
    assert ours.encode() == bytes(inet.ICMP(type=8, id=ident, seq=seq) / data)
    assert (ours.identifier, ours.sequence) == (ident, seq)
    assert icmp.Icmp.decode(ours.encode()) == ours


def test_fragmentation_needed_tells_the_mtu_as_scapy_does() -> None:
    original = IPv4(IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2"), 1, bytes(100)).encode()
    ours = icmp.unreachable(icmp.FRAGMENTATION_NEEDED, original, 1422)
    assert ours.encode() == bytes(inet.ICMP(type=3, code=4, nexthopmtu=1422) / original[:28])
    assert ours.mtu == 1422
    assert IPv4.decode(ours.payload, excerpt=True).payload == bytes(8)


@quick
@given(addresses, addresses, short, short, bytes_)
def test_udp_datagrams_are_scapys(
    src: IPv4Address, dst: IPv4Address, source: int, destination: int, payload: bytes
) -> None:
    ours = Udp(source, destination, payload)
    packet = inet.IP(src=str(src), dst=str(dst)) / inet.UDP(sport=source, dport=destination)
    theirs = bytes(packet / payload)[20:]
    assert ours.encode(src, dst) == theirs
    assert Udp.decode(theirs, src, dst) == ours


@quick
@given(addresses, addresses, short, short, word, word, st.integers(0, 0x1FF), short, bytes_)
def test_tcp_segments_are_scapys(
    src: IPv4Address, dst: IPv4Address, source: int, destination: int, seq: int, ack: int,
    flags: int, window: int, payload: bytes,
) -> None:  # fmt: skip
    ours = Tcp(source, destination, seq, ack, flags, window, payload, b"\x02\x04\x05\xb4")
    header = inet.TCP(
        sport=source, dport=destination, seq=seq, ack=ack, flags=flags, window=window,
        options=[("MSS", 1460)],
    )  # fmt: skip
    theirs = bytes(inet.IP(src=str(src), dst=str(dst)) / header / payload)[20:]
    assert ours.encode(src, dst) == theirs
    assert Tcp.decode(theirs, src, dst) == ours
    assert ours.with_mss(1360).mss == 1360


@quick
@given(octet, octet, st.lists(addresses, min_size=1, max_size=4), octet)
def test_vrrp_advertisements_are_scapys(
    vrid: int, priority: int, virtual: list[IPv4Address], interval: int
) -> None:
    ours = Vrrp(vrid, priority, tuple(virtual), interval)
    listed = [str(each) for each in virtual]
    theirs = vrrp.VRRP(
        vrid=vrid, priority=priority, ipcount=len(listed), addrlist=listed, adv=interval
    )
    assert ours.encode() == bytes(theirs)
    assert Vrrp.decode(ours.encode()) == ours


def test_scapy_reads_our_sa_payload() -> None:
    attributes = (isakmp.Attribute(1, 7), isakmp.Attribute(14, 128), isakmp.Attribute(2, 4),
                  isakmp.Attribute(4, 5), isakmp.Attribute(3, 1), isakmp.Attribute(11, 1),
                  isakmp.Attribute(12, bytes.fromhex("00015180")))  # fmt: skip
    offer = isakmp.Proposal(1, 1, b"", (isakmp.Transform(1, 1, attributes),))
    header = isakmp.Header(b"initiate", bytes(8), isakmp.MAIN_MODE)
    data = isakmp.Message(header, (isakmp.SecurityAssociation((offer,)),)).encode()
    theirs = ISAKMP(data)
    assert theirs.length == len(data)
    read = dict(theirs[ISAKMP_payload_SA].prop.trans.transforms)
    assert read["Encryption"] == "AES-CBC"
    assert read["Hash"] == "SHA2-256"
    assert read["GroupDesc"] == "1536MODPgr"
    assert read["LifeDuration"] == 86400


def test_scapy_reads_our_bgp_update() -> None:
    logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
    from scapy.contrib.bgp import BGPHeader, BGPUpdate

    update = bgp.Update(
        nlri=(IPv4Network("10.16.16.0/24"), IPv4Network("0.0.0.0/0")),
        attributes=(
            bgp.Origin(bgp.IGP),
            bgp.AsPath.sequence([65116, 65116]),
            bgp.NextHop(IPv4Address("203.0.113.2")),
            bgp.LocalPref(100),
        ),
        withdrawn=(IPv4Network("10.15.0.0/17"),),
    )
    theirs = BGPHeader(update.encode(four_octet_as=False))
    assert theirs.haslayer(BGPUpdate)
    assert [each.prefix for each in theirs.nlri] == ["10.16.16.0/24", "0.0.0.0/0"]
    assert [each.prefix for each in theirs.withdrawn_routes] == ["10.15.0.0/17"]
    path = next(each.attribute for each in theirs.path_attr if each.type_code == 2)
    assert path.segments[0].segment_value == [65116, 65116]
