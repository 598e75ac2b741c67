"""IPv4 and what it carries, but for IKE and BGP, as tables of fields.

RFC 791, 792, 768, 9293, 4302, 4303, 3768 (VRRP 2), 5798 (VRRP 3).
"""

from __future__ import annotations

from labkit.protocols.fields.field import (
    Field,
    Spec,
    address,
    expand,
    flag,
    in_hex,
    named,
    raw,
    read,
    readable,
    run,
)

PROTOCOLS = {
    1: "ICMP", 4: "IPv4 in IPv4", 6: "TCP", 17: "UDP", 47: "GRE", 50: "ESP", 51: "AH", 89: "OSPF",
    112: "VRRP",
}  # fmt: skip
ICMP_TYPES = {
    0: "Echo reply", 3: "Destination unreachable", 5: "Redirect", 8: "Echo request",
    11: "Time to live exceeded",
}  # fmt: skip
ICMP_CODES = {
    (3, 0): "network unreachable", (3, 1): "host unreachable", (3, 2): "protocol unreachable",
    (3, 3): "port unreachable", (3, 4): "fragmentation needed",
    (3, 13): "administratively prohibited", (11, 0): "in transit", (11, 1): "in reassembly",
}  # fmt: skip
IPV4 = (
    Spec("ip.version", "Version", 0, 1, mask=0xF0),
    Spec("ip.hdr_len", "Header length", 0, 1, mask=0x0F, text=lambda v: f"{v * 4} bytes"),
    Spec("ip.dsfield", "Type of service", 1, 1, text=in_hex(2)),
    Spec("ip.len", "Total length", 2, 2),
    Spec("ip.id", "Identification", 4, 2, text=in_hex(4)),
    Spec("ip.flags.df", "Don't fragment", 6, 1, mask=0x40, text=flag),
    Spec("ip.flags.mf", "More fragments", 6, 1, mask=0x20, text=flag),
    Spec("ip.frag_offset", "Fragment offset", 6, 2, mask=0x1FFF, text=lambda v: str(v * 8)),
    Spec("ip.ttl", "Time to live", 8, 1),
    Spec("ip.proto", "Protocol", 9, 1, text=named(PROTOCOLS)),
    Spec("ip.checksum", "Header checksum", 10, 2, text=in_hex(4)),
    Spec("ip.src", "Source", 12, 4, address),
    Spec("ip.dst", "Destination", 16, 4, address),
)
ICMP = (
    Spec("icmp.type", "Type", 0, 1, text=named(ICMP_TYPES)),
    Spec("icmp.code", "Code", 1, 1),
    Spec("icmp.checksum", "Checksum", 2, 2, text=in_hex(4)),
)
ECHO = (Spec("icmp.ident", "Identifier", 4, 2), Spec("icmp.seq", "Sequence number", 6, 2))
MTU = Spec("icmp.mtu", "MTU of next hop", 6, 2)
UDP = (
    Spec("udp.srcport", "Source port", 0, 2),
    Spec("udp.dstport", "Destination port", 2, 2),
    Spec("udp.length", "Length", 4, 2),
    Spec("udp.checksum", "Checksum", 6, 2, text=in_hex(4)),
)
TCP = (
    Spec("tcp.srcport", "Source port", 0, 2),
    Spec("tcp.dstport", "Destination port", 2, 2),
    Spec("tcp.seq_raw", "Sequence number", 4, 4),
    Spec("tcp.ack_raw", "Acknowledgment number", 8, 4),
    Spec("tcp.hdr_len", "Header length", 12, 1, mask=0xF0, text=lambda v: f"{v * 4} bytes"),
    Spec("tcp.flags.urg", "URG", 13, 1, mask=0x20, text=flag),
    Spec("tcp.flags.ack", "ACK", 13, 1, mask=0x10, text=flag),
    Spec("tcp.flags.push", "PSH", 13, 1, mask=0x08, text=flag),
    Spec("tcp.flags.reset", "RST", 13, 1, mask=0x04, text=flag),
    Spec("tcp.flags.syn", "SYN", 13, 1, mask=0x02, text=flag),
    Spec("tcp.flags.fin", "FIN", 13, 1, mask=0x01, text=flag),
    Spec("tcp.window_size_value", "Window", 14, 2),
    Spec("tcp.checksum", "Checksum", 16, 2, text=in_hex(4)),
    Spec("tcp.urgent_pointer", "Urgent pointer", 18, 2),
)
MSS = Spec("tcp.options.mss_val", "Maximum segment size", 2, 2)
ESP = (
    Spec("esp.spi", "SPI", 0, 4, text=in_hex(8)),
    Spec("esp.sequence", "Sequence number", 4, 4),
)
AH = (
    Spec("ah.next_header", "Next header", 0, 1, text=named(PROTOCOLS)),
    Spec("ah.length", "Length", 1, 1),
    Spec("ah.reserved", "Reserved", 2, 2, raw),
    Spec("ah.spi", "SPI", 4, 4, text=in_hex(8)),
    Spec("ah.sequence", "Sequence number", 8, 4),
)
VRRP = (
    Spec("vrrp.version", "Version", 0, 1, mask=0xF0),
    Spec("vrrp.type", "Type", 0, 1, mask=0x0F, text=named({1: "advertisement"})),
    Spec("vrrp.virt_rtr_id", "Virtual router", 1, 1),
    Spec("vrrp.prio", "Priority", 2, 1),
    Spec("vrrp.addr_count", "Addresses", 3, 1),
)
VRRP_2 = (
    Spec("vrrp.auth_type", "Authentication", 4, 1, text=named({0: "none", 1: "simple text"})),
    Spec("vrrp.adver_int", "Advertisement interval", 5, 1, text=lambda v: f"{v} s"),
)
VRRP_3 = (
    Spec("vrrp.short_adver_int", "Advertisement interval", 4, 2, mask=0x0FFF,
         text=lambda v: f"{v / 100:g} s"),
)  # fmt: skip
VRRP_CHECKSUM = Spec("vrrp.checksum", "Checksum", 6, 2, text=in_hex(4))
VRRP_ADDRESS = Spec("vrrp.ip_addr", "Address", 0, 4, address)
TABLES = (
    IPV4, ICMP, ECHO, (MTU,), UDP, TCP, (MSS,), ESP, AH, VRRP, VRRP_2, VRRP_3, (VRRP_CHECKSUM,),
    (VRRP_ADDRESS,),
)  # fmt: skip
_OPTIONS = {0: "End of options", 1: "No operation", 2: "Maximum segment size", 3: "Window scale",
            4: "SACK permitted", 5: "SACK", 8: "Timestamps", 19: "MD5 signature"}  # fmt: skip


def ipv4(data: bytes, start: int, end: int) -> list[Field]:
    return [*expand(IPV4, data, start, end), *run("", "Options", data, start + 20, end)]


def icmp(data: bytes, start: int, end: int) -> list[Field]:
    found = list(expand(ICMP, data, start, end))
    if len(found) < 3:
        return [*found, *run("", "Rest", data, start + len(found), end)]
    kind, code = found[0].value, found[1].value
    meaning = ICMP_CODES.get((data[start], data[start + 1]))
    if meaning:
        found[1] = found[1]._replace(text=f"{meaning} ({data[start + 1]})")
    if kind in (0, 8):
        return [*found, *expand(ECHO, data, start, end)]
    if (kind, code) == (3, 4):
        return [
            *found, *run("", "Unused", data, start + 4, start + 6), *read(MTU, data, start, end),
        ]  # fmt: skip
    return [*found, *run("", "Unused", data, start + 4, min(start + 8, end))]


def tcp(data: bytes, start: int, end: int) -> list[Field]:
    found = list(expand(TCP, data, start, end))
    place = start + 20
    while place < end:
        kind = data[place]
        size = 1 if kind < 2 else data[place + 1] if place + 1 < end else 0
        if size == 0 or place + size > end:
            return [*found, *run("", "Options", data, place, end)]
        inside = read(MSS, data, place, place + size) if kind == 2 else []
        label = f"Option {_OPTIONS.get(kind, str(kind))}"
        value = data[place : place + size]
        text = inside[0].text if inside else value[2:].hex()
        found.append(Field("", label, place, place + size, value, text, tuple(inside)))
        place += size
    return found


def vrrp(data: bytes, start: int, end: int) -> list[Field]:
    found = list(expand(VRRP, data, start, end))
    version = data[start] >> 4 if start < end else 0
    found += expand(VRRP_2 if version == 2 else VRRP_3, data, start, end)
    found += read(VRRP_CHECKSUM, data, start, end)
    count, place = data[start + 3] if start + 3 < end else 0, start + 8
    if version == 2 or end - place == 4 * count:
        for _ in range(count):
            found += read(VRRP_ADDRESS, data, place, end)
            place += 4
        return [*found, *run("", "Authentication data", data, place, end)]
    return [*found, *run("", "Addresses", data, place, end)]


def esp(data: bytes, start: int, end: int) -> list[Field]:
    rest = run("", "Encrypted", data, start + 8, end)
    return [*expand(ESP, data, start, end), *rest]


def ah(data: bytes, start: int, end: int) -> list[Field]:
    return [*expand(AH, data, start, end), *run("ah.icv", "ICV", data, start + 12, end)]


def telnet(data: bytes, start: int, end: int) -> list[Field]:
    text = data[start:end].decode("latin-1")
    return [Field("telnet.data", "Data", start, end, text, readable(data[start:end]))]


def payload(data: bytes, start: int, end: int) -> list[Field]:
    found = Field("data.data", "Data", start, end, data[start:end], readable(data[start:end]))
    return [found._replace(text=f"{end - start} bytes: {found.text}")]
