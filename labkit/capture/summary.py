"""One line a frame, in the words of a packet list: who, to whom, which protocol, what.

Made of the layers of `capture.dissect`, and of no more of their fields than the line shows, so
that a live list of thousands of frames stays cheap.  A frame that breaks a rule is shown for what
it is, with a warning in brackets: lists and filters see the same layers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.capture.dissect import dissect
from labkit.capture.layers import Dissection, Layer, packet_end
from labkit.protocols.fields.bgp import begins
from labkit.protocols.wire import bgp, icmp, internet_checksum, isakmp, tcp
from labkit.protocols.wire.ethernet import format_mac

_ICMP = {
    (icmp.ECHO_REPLY, 0): "Echo reply",
    (icmp.ECHO_REQUEST, 0): "Echo request",
    (icmp.UNREACHABLE, icmp.NET_UNREACHABLE): "Network unreachable",
    (icmp.UNREACHABLE, icmp.HOST_UNREACHABLE): "Host unreachable",
    (icmp.UNREACHABLE, icmp.PORT_UNREACHABLE): "Port unreachable",
    (icmp.UNREACHABLE, icmp.ADMINISTRATIVELY_PROHIBITED): "Administratively prohibited",
    (icmp.TIME_EXCEEDED, 0): "Time to live exceeded in transit",
}
_EXCHANGES = {
    isakmp.MAIN_MODE: "Identity Protection (Main Mode)",
    isakmp.AGGRESSIVE: "Aggressive",
    isakmp.INFORMATIONAL: "Informational",
    isakmp.QUICK_MODE: "Quick Mode",
}
_BGP = {1: "OPEN", 2: "UPDATE", 3: "NOTIFICATION", 4: "KEEPALIVE", 5: "ROUTE-REFRESH"}
_TCP_FLAGS = ((tcp.SYN, "SYN"), (tcp.FIN, "FIN"), (tcp.RST, "RST"), (tcp.PSH, "PSH"),
              (tcp.ACK, "ACK"))  # fmt: skip
_HEADERS = {1: ("ICMP", 8), 6: ("TCP", 20), 17: ("UDP", 8), 50: ("ESP", 8), 112: ("VRRP", 8)}
"""What is told by name, and the bytes of its shortest header."""
_NOWHERE = IPv4Address(0)


@dataclass(frozen=True, slots=True)
class Summary:
    """A row of the list; `labels` are the MPLS labels, top first, of all stacks in the frame."""

    source: str
    destination: str
    protocol: str
    length: int
    info: str
    labels: tuple[int, ...] = ()

    def __str__(self) -> str:
        stack = "".join(f"[{label}] " for label in self.labels)
        ends = f"{self.source} → {self.destination}"
        return f"{stack}{ends}  {self.protocol}  {self.length}  {self.info}"


def summarize(frame: bytes) -> Summary:
    """Return the row of an Ethernet frame; raises nothing."""
    return describe(dissect(frame))


def describe(taken: Dissection) -> Summary:
    """Return the row of a frame that was taken apart."""
    length, layers = len(taken.frame), taken.layers
    if not layers or layers[0].protocol != "eth":
        return Summary("", "", "data", length, "no whole Ethernet header")
    link = next((n for n, each in enumerate(layers) if each.protocol not in _LINK), len(layers))
    below = layers[link:]
    stack = tuple(each.value("mpls.label", 0) for each in layers[:link] if each.protocol == "mpls")
    if below and below[0].protocol == "ip":
        ends, (protocol, info) = _ends(below[0]), _ip(below)
    elif below and below[0].protocol == "arp":
        ends, protocol, info = _arp(below[0])
    else:
        ends, protocol, info = _other(layers[:link], length)
    return Summary(*ends, protocol, length, info, stack)


_LINK = ("eth", "vlan", "mpls", "pwethcw")


def labels(frame: bytes) -> tuple[int, ...]:
    """Return the MPLS labels of a frame, top first; empty without any."""
    return summarize(frame).labels


def _macs(ethernet: Layer) -> tuple[str, str]:
    source, target = (ethernet.value(f"eth.{end}", b"") for end in ("src", "dst"))
    return format_mac(source), format_mac(target)


def _ends(ip: Layer) -> tuple[str, str]:
    return str(ip.value("ip.src", _NOWHERE)), str(ip.value("ip.dst", _NOWHERE))


def _other(link: list[Layer], length: int) -> tuple[tuple[str, str], str, str]:
    """What is neither IPv4 nor ARP, or says that it is IPv4 and cannot be."""
    last, size = link[-1], length - link[-1].end
    if last.protocol in ("eth", "vlan") and last.data[last.end - 2 : last.end] == b"\x08\x00":
        outer = [each for each in link if each.protocol == "eth"][-1]
        start = last.data[last.end : last.end + 4].hex()
        return _macs(outer), "malformed", f"IPv4: no header in {size} bytes ({start})"
    return _macs(link[0]), "Ethernet", f"{size} bytes"


def _arp(arp: Layer) -> tuple[tuple[str, str], str, str]:
    sender, target = arp.value("arp.src.hw_mac", b""), arp.value("arp.dst.hw_mac", b"")
    ends = format_mac(sender), format_mac(target)
    addresses = [arp.value(f"arp.{end}.proto_ipv4", _NOWHERE) for end in ("src", "dst")]
    if arp.end - arp.start < 28:
        return ends, "malformed", f"ARP: {arp.end - arp.start} bytes are too few"
    if arp.data[arp.start : arp.start + 6] != bytes.fromhex("000108000604"):
        return ends, "ARP", "not of IPv4 over Ethernet"
    if arp.value("arp.opcode", 0) == 1:
        return ends, "ARP", f"Who has {addresses[1]}? Tell {addresses[0]}"
    return ends, "ARP", f"{addresses[0]} is at {format_mac(sender)}"


# --------------------------------------------------------------------------- IPv4


def _ip(layers: list[Layer]) -> tuple[str, str]:
    """Protocol and info of the packet whose layers these are."""
    ip, end = layers[0], packet_end(layers[0])
    kind, size = ip.value("ip.proto", 0), end - ip.end
    name, header = _HEADERS.get(kind, ("IPv4", 0))
    later = ip.value("ip.frag_offset", 0)
    if later:
        told = "IPv4", f"Fragment at {later * 8}", ""
    elif ip.value("ip.flags.mf", 0):
        told = "IPv4", "First fragment", ""
    elif not header:
        told = "IPv4", f"protocol {kind}, {size} bytes", ""
    elif size < header:
        told = "malformed", f"{name}: {size} bytes are no header", ""
    else:
        told = _TOLD[kind](layers[1:], end)
    protocol, info, warning = told
    warning = _header(ip) or warning
    return protocol, f"{info} [{warning}]" if warning else info


def _header(ip: Layer) -> str:
    """What is wrong with an IPv4 header; "" for nothing."""
    header = (ip.data[ip.start] & 15) * 4
    total = ip.value("ip.len", 0)
    if header > len(ip.data) - ip.start or total > len(ip.data) - ip.start:
        return f"IPv4: {len(ip.data) - ip.start} bytes of {total}"
    if total < header:
        return f"IPv4: a total length of {total}"
    if internet_checksum(ip.data[ip.start : ip.end]):
        return f"IPv4: header checksum 0x{ip.value('ip.checksum', 0):04x} is wrong"
    return ""


def _icmp(layers: list[Layer], end: int) -> tuple[str, str, str]:
    message = layers[0]
    kind, code = message.value("icmp.type", 0), message.value("icmp.code", 0)
    word = [int.from_bytes(message.data[at : at + 2], "big")
            for at in (message.start + 4, message.start + 6)]  # fmt: skip
    if (kind, code) == (icmp.UNREACHABLE, icmp.FRAGMENTATION_NEEDED):
        text = f"Fragmentation needed, MTU {word[1]}"
    else:
        text = _ICMP.get((kind, code), f"Type {kind}, code {code}")
    if kind in (icmp.ECHO_REQUEST, icmp.ECHO_REPLY):
        text += f" id={word[0]} seq={word[1]}"
    wrong = internet_checksum(message.data[message.start : end])
    return "ICMP", text, "ICMP: checksum" if wrong else ""


def _tcp(layers: list[Layer], end: int) -> tuple[str, str, str]:
    segment, inside = layers[0], layers[1:]
    ports = segment.value("tcp.srcport", 0), segment.value("tcp.dstport", 0)
    size, header = end - segment.end, (segment.data[segment.start + 12] >> 4) * 4
    warning = "" if 20 <= header <= end - segment.start else f"TCP: a header of {header} bytes"
    if size and bgp.PORT in ports:
        return "BGP", _bgp(inside), warning
    if size and inside[0].protocol == "telnet":
        data = segment.data[segment.end : end]
        return "TELNET", ascii(data.decode("latin-1")), warning
    bits = segment.data[segment.start + 13]
    flags = ", ".join(name for bit, name in _TCP_FLAGS if bits & bit)
    return "TCP", f"{ports[0]} → {ports[1]} [{flags}] len={size}", warning


def _bgp(layers: list[Layer]) -> str:
    """The messages of a segment; what follows them begins the next one, or is no message."""
    found = [_BGP.get(each.data[each.start + 18], "?") for each in layers if each.protocol == "bgp"]
    rest = layers[-1]
    if rest.protocol == "bgp":
        return ", ".join(found)
    return ", ".join([*found, "…"]) if begins(rest.data, rest.start, rest.end) else "continuation"


def _udp(layers: list[Layer], end: int) -> tuple[str, str, str]:
    datagram, inside = layers[0], layers[1:]
    ports = datagram.value("udp.srcport", 0), datagram.value("udp.dstport", 0)
    length, room = datagram.value("udp.length", 0), end - datagram.start
    sound = 8 <= length <= room
    size = length - 8 if sound else room - 8
    warning = "" if sound else f"UDP: a length of {length} in {room} bytes"
    for layer in inside:
        if layer.protocol == "esp":
            return _esp([layer], end)
        if layer.protocol == "isakmp":
            return _isakmp(layer, datagram.start + 8 + size, warning)
        if layer.protocol == "udpencap" and inside[-1] is layer and size < 4:
            return "UDP", "NAT keepalive", warning
    return "UDP", f"{ports[0]} → {ports[1]} len={size}", warning


def _isakmp(message: Layer, end: int, warning: str) -> tuple[str, str, str]:
    exchange, flags = message.data[message.start + 18 : message.start + 20]
    length = int.from_bytes(message.data[message.start + 24 : message.start + 28], "big")
    text = _EXCHANGES.get(exchange, f"Exchange {exchange}")
    if not warning and length != end - message.start:
        warning = f"ISAKMP: a length of {length} in {end - message.start} bytes"
    return "ISAKMP", text + (", encrypted" if flags & isakmp.message.ENCRYPTED else ""), warning


def _esp(layers: list[Layer], end: int) -> tuple[str, str, str]:
    packet = layers[0]
    spi, sequence = packet.value("esp.spi", 0), packet.value("esp.sequence", 0)
    return "ESP", f"SPI=0x{spi:08x} seq={sequence}", ""


def _vrrp(layers: list[Layer], end: int) -> tuple[str, str, str]:
    message = layers[0]
    vrid, priority = message.value("vrrp.virt_rtr_id", 0), message.value("vrrp.prio", 0)
    text = f"Announcement VRID {vrid} priority {priority}"
    version = message.value("vrrp.version", 0)
    wrong = version == 2 and internet_checksum(message.data[message.start : end])
    return "VRRP", text, "VRRP: checksum" if wrong else ""


_TOLD: dict[int, Callable[[list[Layer], int], tuple[str, str, str]]] = {
    1: _icmp, 6: _tcp, 17: _udp, 50: _esp, 112: _vrrp,
}  # fmt: skip
