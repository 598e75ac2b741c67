"""Ethernet, VLAN tags, MPLS labels, pseudowires and ARP as tables of fields.

IEEE 802.3 and 802.1Q, RFC 3032 (labels), RFC 4448 (control word), RFC 826.
"""

from __future__ import annotations

from labkit.protocols.fields.field import Field, Spec, address, expand, in_hex, mac, named, run

ETHERTYPES = {
    0x0800: "IPv4", 0x0806: "ARP", 0x8100: "802.1Q", 0x86DD: "IPv6", 0x8847: "MPLS",
    0x9000: "Loopback",
}  # fmt: skip


def ethertype(value: int) -> str:
    """A type, or below 1536 the length that stands in its place (802.3)."""
    return f"{value} bytes (802.3)" if value < 0x600 else f"{_type(value)}"


def _type(value: int) -> str:
    name = ETHERTYPES.get(value)
    return f"{name} (0x{value:04x})" if name else f"0x{value:04x}"


ETHERNET = (
    Spec("eth.dst", "Destination", 0, 6, mac),
    Spec("eth.src", "Source", 6, 6, mac),
    Spec("eth.type", "Type", 12, 2, text=ethertype),
)
LENGTH = (*ETHERNET[:2], Spec("eth.len", "Length", 12, 2))
VLAN = (
    Spec("vlan.priority", "Priority", 0, 2, mask=0xE000),
    Spec("vlan.dei", "Drop eligible", 0, 2, mask=0x1000),
    Spec("vlan.id", "VLAN", 0, 2, mask=0x0FFF),
    Spec("vlan.etype", "Type", 2, 2, text=ethertype),
)
MPLS = (
    Spec("mpls.label", "Label", 0, 4, mask=0xFFFFF000),
    Spec("mpls.exp", "Traffic class", 0, 4, mask=0x00000E00),
    Spec("mpls.bottom", "Bottom of stack", 0, 4, mask=0x00000100),
    Spec("mpls.ttl", "Time to live", 0, 4, mask=0x000000FF),
)
CONTROL_WORD = (Spec("pweth.cw.sequence_number", "Sequence number", 2, 2),)
ARP = (
    Spec("arp.hw.type", "Hardware", 0, 2, text=named({1: "Ethernet"})),
    Spec("arp.proto.type", "Protocol", 2, 2, text=ethertype),
    Spec("arp.hw.size", "Hardware size", 4, 1),
    Spec("arp.proto.size", "Protocol size", 5, 1),
    Spec("arp.opcode", "Operation", 6, 2, text=named({1: "request", 2: "reply"})),
    Spec("arp.src.hw_mac", "Sender MAC", 8, 6, mac),
    Spec("arp.src.proto_ipv4", "Sender IP", 14, 4, address),
    Spec("arp.dst.hw_mac", "Target MAC", 18, 6, mac),
    Spec("arp.dst.proto_ipv4", "Target IP", 24, 4, address),
)
IPV6 = (
    Spec("ipv6.plen", "Payload length", 4, 2),
    Spec("ipv6.nxt", "Next header", 6, 1),
    Spec("ipv6.hlim", "Hop limit", 7, 1),
)
_RESERVED = Spec("", "Flags", 0, 2, text=in_hex(4))
TABLES = (ETHERNET, LENGTH, VLAN, MPLS, CONTROL_WORD, ARP, IPV6)


def ethernet(data: bytes, start: int, end: int) -> list[Field]:
    short = int.from_bytes(data[start + 12 : start + 14], "big") < 0x600
    return list(expand(LENGTH if short else ETHERNET, data, start, end))


def control_word(data: bytes, start: int, end: int) -> list[Field]:
    return list(expand((_RESERVED, *CONTROL_WORD), data, start, end))


def ipv6(data: bytes, start: int, end: int) -> list[Field]:
    """No more than is needed to say what it is: the course speaks IPv4."""
    return [
        *run("", "Version, class, flow", data, start, start + 4),
        *expand(IPV6, data, start, end),
        *run("", "Source", data, start + 8, start + 24),
        *run("", "Destination", data, start + 24, start + 40),
    ]
