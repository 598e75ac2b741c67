"""One frame as the line that tcpdump prints for it (without `-v`).

Remembers what tcpdump remembers: where each TCP direction's numbers began, and who started an
ISAKMP exchange.  Reads the layers of `capture.dissect`, so whatever is cut short or wrong is shown
as far as it goes; a header that is not whole is a protocol in `[|…]`, as tcpdump has it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.capture.dissect import dissect
from labkit.capture.layers import Layer, packet_end
from labkit.protocols.wire import arp, icmp, isakmp, tcp
from labkit.protocols.wire.ethernet import ETHERTYPE_ARP, ETHERTYPE_IPV4, format_mac

TYPES = {0x0800: "IPv4", 0x0806: "ARP", 0x8847: "MPLS unicast"}
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 50: "esp", 112: "vrrp"}
EXCHANGES = {
    isakmp.MAIN_MODE: "ident",
    isakmp.AGGRESSIVE: "agg",
    isakmp.INFORMATIONAL: "inf",
    isakmp.QUICK_MODE: "oakley-quick",
}
FLAGS = ((tcp.FIN, "F"), (tcp.SYN, "S"), (tcp.RST, "R"), (tcp.PSH, "P"), (tcp.ACK, "."))
ISAKMP_PORT = 500
ECHOES = {icmp.ECHO_REQUEST: "request", icmp.ECHO_REPLY: "reply"}
_NOWHERE = IPv4Address(0)


@dataclass
class FrameText:
    """`line` describes frames in the order in which they came."""

    link_level: bool = False
    """Show the Ethernet header (-e)."""
    _first: dict[tuple[IPv4Address, int, IPv4Address, int], int] = field(default_factory=dict)
    _initiators: dict[bytes, IPv4Address] = field(default_factory=dict)

    def line(self, frame: bytes) -> str:
        """The frame's line without its time."""
        layers = dissect(frame).layers
        if not layers or layers[0].protocol != "eth":
            return f"[|ether], length {len(frame)}"
        outer, ethertype = layers[0], int.from_bytes(frame[12:14], "big")
        name, text = self._payload(ethertype, layers[1:], len(frame) - outer.end)
        if not self.link_level:
            return f"{name}{text}"
        kind = f"{TYPES.get(ethertype, 'Unknown')} (0x{ethertype:04x})"
        source, target = (format_mac(outer.value(f"eth.{end}", b"")) for end in ("src", "dst"))
        return f"{source} > {target}, ethertype {kind}, length {len(frame)}: {text}"

    def _payload(self, ethertype: int, layers: Sequence[Layer], size: int) -> tuple[str, str]:
        inside = layers[0].protocol if layers else ""
        if ethertype == ETHERTYPE_IPV4:
            return "IP ", self._ip(layers) if inside == "ip" else "[|ip]"
        if ethertype == ETHERTYPE_ARP:
            return "ARP, ", _arp(layers[0], size) if inside == "arp" else "[|arp]"
        return f"ethertype 0x{ethertype:04x}, ", f"length {size}"

    def _ip(self, layers: Sequence[Layer]) -> str:
        ip, end = layers[0], packet_end(layers[0])
        missing = ip.start + ip.value("ip.len", 0) - end
        cut = f"truncated-ip - {missing} bytes missing! " if missing > 0 else ""
        kind, size = ip.value("ip.proto", 0), end - ip.end
        source, target = ip.value("ip.src", _NOWHERE), ip.value("ip.dst", _NOWHERE)
        where = f"{cut}{source} > {target}: "
        if ip.value("ip.frag_offset", 0):
            return f"{where}{PROTOCOLS.get(kind, f'ip-proto-{kind}')}"
        name = PROTOCOLS.get(kind)
        if name is None:
            return f"{where}ip-proto-{kind} {size}"
        inside = layers[1] if len(layers) > 1 else ip
        if inside.protocol != name or inside.end - inside.start < 8:
            return f"{where}[|{name}]"
        if name == "tcp":
            return cut + self._tcp(ip, inside, end)
        if name == "udp":
            return cut + self._udp(ip, layers[1:], size - 8)
        if name == "icmp":
            return f"{where}ICMP {_icmp(layers[1:])}, length {size}"
        if name == "esp":
            spi, sequence = inside.value("esp.spi", 0), inside.value("esp.sequence", 0)
            return f"{where}ESP(spi=0x{spi:08x},seq=0x{sequence:x}), length {size}"
        return where + _vrrp(inside, size)

    def _udp(self, ip: Layer, layers: Sequence[Layer], size: int) -> str:
        source, target = (layers[0].value(f"udp.{end}port", 0) for end in ("src", "dst"))
        began = ip.value("ip.src", _NOWHERE)
        where = f"{began}.{source} > {ip.value('ip.dst', _NOWHERE)}.{target}: "
        if ISAKMP_PORT not in (source, target):
            return f"{where}UDP, length {size}"
        message = next((each for each in layers if each.protocol == "isakmp"), None)
        if message is None:
            return f"{where}[|isakmp]"
        head = message.data[message.start : message.end]
        exchange, flags = head[18], head[19]
        initiator = self._initiators.setdefault(head[:8], began)
        phase = "1" if exchange in (isakmp.MAIN_MODE, isakmp.AGGRESSIVE) else "2/others"
        return (
            f"{where}isakmp: phase {phase} {'I' if initiator == began else 'R'} "
            f"{EXCHANGES.get(exchange, f'#{exchange}')}{'[E]' if flags & isakmp.ENCRYPTED else ''}"
        )

    def _tcp(self, ip: Layer, segment: Layer, end: int) -> str:
        ends = (ip.value("ip.src", _NOWHERE), segment.value("tcp.srcport", 0),
                ip.value("ip.dst", _NOWHERE), segment.value("tcp.dstport", 0))  # fmt: skip
        sequence, acknowledged = (segment.value(f"tcp.{each}_raw", 0) for each in ("seq", "ack"))
        size, bits = end - segment.end, segment.data[segment.start + 13]
        synchronise = bits & tcp.SYN
        if synchronise:
            self._first[ends] = sequence
        base = self._first.setdefault(ends, (sequence - 1) & 0xFFFFFFFF)
        flags = "".join(letter for bit, letter in FLAGS if bits & bit) or "none"
        text = f"{ends[0]}.{ends[1]} > {ends[2]}.{ends[3]}: Flags [{flags}]"
        start = sequence if synchronise else (sequence - base) & 0xFFFFFFFF
        if size:
            text += f", seq {start}:{start + size}"
        elif bits & (tcp.SYN | tcp.FIN | tcp.RST):
            text += f", seq {start}"
        if bits & tcp.ACK:
            back = self._first.get(ends[2:] + ends[:2], acknowledged - 1)
            text += f", ack {(acknowledged - back) & 0xFFFFFFFF}"
        text += f", win {segment.value('tcp.window_size_value', 0)}, length {size}"
        return f"{text}: BGP" if size and 179 in (ends[1], ends[3]) else text


def _arp(message: Layer, size: int) -> str:
    if message.end - message.start < 28:
        return "[|arp]"
    sender, target = (message.value(f"arp.{end}.proto_ipv4", _NOWHERE) for end in ("src", "dst"))
    if message.value("arp.opcode", 0) == arp.REQUEST:
        what = f"Request who-has {target} tell {sender}"
    else:
        what = f"Reply {sender} is-at {format_mac(message.value('arp.src.hw_mac', b''))}"
    return f"{what}, length {size}"


def _vrrp(message: Layer, size: int) -> str:
    version, interval = message.value("vrrp.version", 0), _pair(message)[0]
    spoken = f"intvl {interval & 0xFFF}cs"
    if version == 2:
        spoken = f"authtype none, intvl {interval & 0xFF}s"
    return (
        f"VRRPv{version}, Advertisement, vrid {message.value('vrrp.virt_rtr_id', 0)}, "
        f"prio {message.value('vrrp.prio', 0)}, {spoken}, length {size}"
    )


def _icmp(layers: Sequence[Layer]) -> str:
    message = layers[0]
    kind, code = message.value("icmp.type", 0), message.value("icmp.code", 0)
    if kind in ECHOES:
        identifier, sequence = _pair(message)
        return f"echo {ECHOES[kind]}, id {identifier}, seq {sequence}"
    if kind == icmp.UNREACHABLE:
        return _unreachable(code, message, layers[1:])
    if kind == icmp.TIME_EXCEEDED:
        return "time exceeded in-transit" if code == 0 else "ip reassembly time exceeded"
    return f"type-#{kind}"


def _pair(message: Layer) -> tuple[int, int]:
    """The two numbers of a header's second word."""
    return struct.unpack_from("!HH", message.data, message.start + 4)


def _unreachable(code: int, message: Layer, quoted: Sequence[Layer]) -> str:
    ip = quoted[0] if quoted and quoted[0].protocol == "ip" else None
    target = "?" if ip is None else str(ip.value("ip.dst", _NOWHERE))
    kind = 0 if ip is None else ip.value("ip.proto", 0)
    if code == icmp.PORT_UNREACHABLE and ip is not None:
        port = int.from_bytes(ip.data[ip.end + 2 : ip.end + 4], "big")
        return f"{target} {PROTOCOLS.get(kind, kind)} port {port} unreachable"
    known = {
        icmp.NET_UNREACHABLE: f"net {target} unreachable",
        icmp.HOST_UNREACHABLE: f"host {target} unreachable",
        icmp.PROTOCOL_UNREACHABLE: f"{target} protocol {kind} unreachable",
        icmp.FRAGMENTATION_NEEDED: f"{target} unreachable - need to frag (mtu {_pair(message)[1]})",
        icmp.ADMINISTRATIVELY_PROHIBITED: f"host {target} unreachable - admin prohibited filter",
    }
    return known.get(code, f"{target} unreachable - #{code}")
