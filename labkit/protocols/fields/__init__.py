"""Every protocol of the lab as tables of fields, and what can be asked for by name.

A new protocol is a module with its tables, a line in `READERS`, and the place in
`capture.dissect` that finds it.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.protocols.fields import bgp, internet, isakmp, link
from labkit.protocols.fields.field import Field, Kind, Spec, expand, number, raw, words

Reader = Callable[[bytes, int, int], list[Field]]

READERS: dict[str, tuple[str, Reader]] = {
    "eth": ("Ethernet", link.ethernet),
    "vlan": ("802.1Q", lambda data, start, end: _table(link.VLAN, data, start, end)),
    "mpls": ("MPLS label", lambda data, start, end: _table(link.MPLS, data, start, end)),
    "pwethcw": ("Pseudowire control word", link.control_word),
    "arp": ("ARP", lambda data, start, end: _table(link.ARP, data, start, end)),
    "ipv6": ("IPv6", link.ipv6),
    "ip": ("IPv4", internet.ipv4),
    "icmp": ("ICMP", internet.icmp),
    "udp": ("UDP", lambda data, start, end: _table(internet.UDP, data, start, end)),
    "tcp": ("TCP", internet.tcp),
    "esp": ("ESP", internet.esp),
    "ah": ("AH", internet.ah),
    "vrrp": ("VRRP", internet.vrrp),
    "bgp": ("BGP", bgp.bgp),
    "telnet": ("Telnet", internet.telnet),
    "isakmp": ("ISAKMP", isakmp.header),
    "udpencap": ("UDP encapsulation", lambda data, start, end: []),
    "data": ("Data", internet.payload),
}
"""Wireshark's name of a protocol: its title, and what reads its fields."""

TELLING = {
    "eth": ("eth.src", "eth.dst"), "vlan": ("vlan.id",), "mpls": ("mpls.label", "mpls.ttl"),
    "arp": ("arp.opcode",), "ip": ("ip.src", "ip.dst", "ip.ttl"), "icmp": ("icmp.type",),
    "udp": ("udp.srcport", "udp.dstport"), "tcp": ("tcp.srcport", "tcp.dstport"),
    "esp": ("esp.spi", "esp.sequence"), "ah": ("ah.spi", "ah.sequence"),
    "vrrp": ("vrrp.virt_rtr_id", "vrrp.prio"), "bgp": ("bgp.type",),
    "isakmp": ("isakmp.exchangetype", "isakmp.messageid"), "telnet": ("telnet.data",),
    "data": ("data.data",),
}  # fmt: skip
"""The fields that a layer's heading repeats."""

ALIASES = {
    "ip.addr": ("ip.src", "ip.dst"),
    "eth.addr": ("eth.src", "eth.dst"),
    "tcp.port": ("tcp.srcport", "tcp.dstport"),
    "udp.port": ("udp.srcport", "udp.dstport"),
}
"""Names that stand for either of two fields."""


FIXED = {
    spec.name: spec
    for table in (
        link.ETHERNET[:2], link.VLAN, link.MPLS, link.ARP, internet.IPV4, internet.ICMP,
        internet.UDP, internet.TCP, internet.ESP, internet.VRRP,
    )
    for spec in table
}  # fmt: skip
"""Fields that every layer of their protocol has, at the same place: no other need be read."""


def _table(specs: tuple[Spec, ...], data: bytes, start: int, end: int) -> list[Field]:
    return list(expand(specs, data, start, end))


def _kinds() -> dict[str, Kind]:
    kinds: dict[str, Kind] = {
        "frame.number": number, "frame.len": number, "frame.cap_len": number,
        "telnet.data": words, "data.data": raw, "eth.padding": raw, "ah.icv": raw,
        "esp.iv": raw, "esp.encrypted_data": raw, "esp.icv": raw,
    }  # fmt: skip
    for module in (link, internet, isakmp, bgp):
        kinds |= {spec.name: spec.kind for table in module.TABLES for spec in table if spec.name}
    kinds |= {name: kind or number for name, kind in isakmp.OTHER.items()}
    kinds |= bgp.OTHER
    kinds |= {alias: kinds[names[0]] for alias, names in ALIASES.items()}
    return kinds


KINDS = _kinds()
"""Every field that has a name, and what its values are."""
