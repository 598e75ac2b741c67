"""tshark finds nothing malformed in what we encode, and every checksum good."""

from __future__ import annotations

import subprocess
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from scapy.utils import RawPcapWriter

from labkit.protocols.wire import bgp, icmp, isakmp, mpls, tcp, vrrp
from labkit.protocols.wire.arp import REQUEST, Arp
from labkit.protocols.wire.esp import Esp
from labkit.protocols.wire.ethernet import (
    BROADCAST,
    ETHERTYPE_ARP,
    ETHERTYPE_IPV4,
    ETHERTYPE_MPLS,
    Ethernet,
)
from labkit.protocols.wire.ipv4 import IPv4, fragment
from labkit.protocols.wire.udp import Udp

A, B = IPv4Address("192.0.2.28"), IPv4Address("198.51.100.2")
MAC_A, MAC_B = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")


def ethernet(packet: IPv4) -> bytes:
    return Ethernet(MAC_B, MAC_A, ETHERTYPE_IPV4, packet.encode()).encode()


def of_tcp(segment: tcp.Tcp) -> bytes:
    return ethernet(IPv4(A, B, 6, segment.encode(A, B)))


def of_ike(message: isakmp.Message) -> bytes:
    return ethernet(IPv4(A, B, 17, Udp(500, 500, message.encode()).encode(A, B), tos=0xC0))


def bgp_messages() -> bytes:
    offered = (bgp.IPV4_UNICAST, bgp.Capability(2), bgp.four_octet_as_capability(65116))
    attributes = (
        bgp.Origin(bgp.IGP),
        bgp.AsPath.sequence([65116, 65116]),
        bgp.NextHop(B),
        bgp.MultiExitDisc(0),
    )
    update = bgp.Update((IPv4Network("10.16.16.0/24"),), attributes, (IPv4Network("10.1.0.0/16"),))
    messages = (bgp.Open(65116, 180, B, offered), bgp.Keepalive(), update, bgp.Notification(6, 4))
    return b"".join(message.encode() for message in messages)


def all_frames() -> dict[str, bytes]:
    """A frame of each kind, by the protocol that tshark must name for it."""
    ping = IPv4(A, B, 1, icmp.echo_request(1, 2, bytes(72)).encode())
    stack = mpls.encode_stack([mpls.Label(131071), mpls.Label(131070, ttl=254)])
    attributes = (isakmp.Attribute(1, 7), isakmp.Attribute(14, 256), isakmp.Attribute(12, bytes(4)))
    offer = isakmp.Proposal(1, 1, b"", (isakmp.Transform(1, 1, attributes),))
    group = vrrp.Vrrp(101, 201, (IPv4Address("192.0.2.25"),)).encode()
    header = isakmp.Header(b"initiate", bytes(8), isakmp.MAIN_MODE)
    payloads = (
        isakmp.SecurityAssociation((offer,)),
        isakmp.VendorId(bytes.fromhex("4a131c81070358455c5728f20e95452f")),
        isakmp.KeyExchange(bytes(192)),
        isakmp.Nonce(bytes(20)),
        isakmp.NatDetection(bytes(32)),
        isakmp.Notification(1, 24578, bytes(16)),
        isakmp.Delete(3, (b"spi1", b"spi2")),
    )
    mac = vrrp.virtual_mac(101)
    return {
        "arp": Ethernet(
            BROADCAST, MAC_A, ETHERTYPE_ARP, Arp(REQUEST, MAC_A, A, bytes(6), B).encode()
        ).encode(),
        "icmp": ethernet(ping),
        "mpls": Ethernet(MAC_B, MAC_A, ETHERTYPE_MPLS, stack + ping.encode()).encode(),
        "mpls:pweth": Ethernet(MAC_B, MAC_A, ETHERTYPE_MPLS, stack + ethernet(ping)).encode(),
        "tcp": of_tcp(tcp.Tcp(40000, 23, 1, 0, tcp.SYN, options=tcp.mss_option(536))),
        "bgp": of_tcp(tcp.Tcp(40001, 179, 1, 1, tcp.PSH | tcp.ACK, 16384, bgp_messages())),
        "isakmp": of_ike(isakmp.Message(header, payloads)),
        "esp": ethernet(IPv4(A, B, 50, Esp(0x1A2B3C4D, 1, bytes(152)).encode())),
        "vrrp": Ethernet(
            vrrp.GROUP_MAC, mac, ETHERTYPE_IPV4, IPv4(A, vrrp.GROUP, 112, group).encode()
        ).encode(),
        "too big": ethernet(IPv4(A, B, 1, icmp.unreachable(4, ping.encode(), 1422).encode())),
    }


def test_wireshark_finds_nothing_wrong(tshark: str, tmp_path: Path) -> None:
    frames = list(all_frames().values())
    large = IPv4(A, B, 17, Udp(1000, 2000, bytes(3000)).encode(A, B), identification=9)
    frames += [ethernet(piece) for piece in fragment(large, 1500)]
    path = tmp_path / "all.pcap"
    with RawPcapWriter(str(path), linktype=1) as writer:
        for frame in frames:
            writer.write(frame)
    checks = [f"-o{name}.check_checksum:TRUE" for name in ("ip", "tcp", "udp")]
    command = [tshark, "-r", str(path), *checks, "-Tfields", "-eframe.protocols",
               "-e_ws.expert.message"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(rows) == len(frames)
    for name, (protocols, _) in zip(all_frames(), rows, strict=False):
        wanted = "icmp:ip:icmp" if name == "too big" else name.removeprefix("mpls:")
        assert wanted in protocols, (name, protocols)
    complaints = " ".join(message for _, message in rows)
    for bad in ("Malformed", "Bad checksum", "incorrect", "Unreassembled"):
        assert bad not in complaints
    assert "data" in rows[-1][0], "the fragments were put together and the datagram was read"
