"""One frame as the line that tcpdump prints for it (without `-v`).

Remembers what tcpdump remembers: where each TCP direction's numbers began, and who started an
ISAKMP exchange.  Knows the wire only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.protocols.wire import DecodeError, arp, ethernet, icmp, tcp, udp, vrrp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.isakmp import message as isakmp

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


@dataclass
class FrameText:
    """`line` describes frames in the order in which they came."""

    link_level: bool = False
    """Show the Ethernet header (-e)."""
    _first: dict[tuple[IPv4Address, int, IPv4Address, int], int] = field(default_factory=dict)
    _initiators: dict[bytes, IPv4Address] = field(default_factory=dict)

    def line(self, frame: bytes) -> str:
        """The frame's line without its time."""
        try:
            outer = ethernet.Ethernet.decode(frame)
        except DecodeError:
            return f"[|ether], length {len(frame)}"
        name, text = self._payload(outer)
        if not self.link_level:
            return f"{name}{text}"
        kind = f"{TYPES.get(outer.ethertype, 'Unknown')} (0x{outer.ethertype:04x})"
        addresses = f"{ethernet.format_mac(outer.src)} > {ethernet.format_mac(outer.dst)}"
        return f"{addresses}, ethertype {kind}, length {len(frame)}: {text}"

    def _payload(self, outer: ethernet.Ethernet) -> tuple[str, str]:
        try:
            if outer.ethertype == ethernet.ETHERTYPE_IPV4:
                return "IP ", self._ip(IPv4.decode(outer.payload))
            if outer.ethertype == ethernet.ETHERTYPE_ARP:
                return "ARP, ", _arp(arp.Arp.decode(outer.payload), len(outer.payload))
        except DecodeError as error:
            return "", f"[malformed: {error}]"
        return f"ethertype 0x{outer.ethertype:04x}, ", f"length {len(outer.payload)}"

    def _ip(self, packet: IPv4) -> str:
        where = f"{packet.src} > {packet.dst}: "
        data = packet.payload
        if packet.fragment_offset:
            return f"{where}{PROTOCOLS.get(packet.protocol, f'ip-proto-{packet.protocol}')}"
        if packet.protocol == 1:
            return where + _icmp(data, packet.more_fragments)
        if packet.protocol == tcp.PROTOCOL:
            return self._tcp(packet, tcp.Tcp.decode(data))
        if packet.protocol == 17:
            return self._udp(packet, data)
        if packet.protocol == 50:
            spi, sequence = data[:4].hex(), int.from_bytes(data[4:8], "big")
            return f"{where}ESP(spi=0x{spi},seq=0x{sequence:x}), length {len(data)}"
        if packet.protocol == vrrp.PROTOCOL:
            advert = vrrp.Vrrp.decode(data)
            return (
                f"{where}VRRPv2, Advertisement, vrid {advert.vrid}, prio {advert.priority}, "
                f"authtype none, intvl {advert.interval}s, length {len(data)}"
            )
        return f"{where}ip-proto-{packet.protocol} {len(data)}"

    def _udp(self, packet: IPv4, data: bytes) -> str:
        source, target = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        where = f"{packet.src}.{source} > {packet.dst}.{target}: "
        body = data[8:]
        if ISAKMP_PORT not in (source, target):
            return f"{where}UDP, length {len(body)}"
        if not packet.more_fragments:
            udp.Udp.decode(data)
        header = isakmp.Message.decode(body).header
        initiator = self._initiators.setdefault(header.initiator_cookie, packet.src)
        phase = "1" if header.exchange_type in (isakmp.MAIN_MODE, isakmp.AGGRESSIVE) else "2/others"
        return (
            f"{where}isakmp: phase {phase} {'I' if initiator == packet.src else 'R'} "
            f"{EXCHANGES.get(header.exchange_type, f'#{header.exchange_type}')}"
            f"{'[E]' if header.encrypted else ''}"
        )

    def _tcp(self, packet: IPv4, segment: tcp.Tcp) -> str:
        ends = packet.src, segment.source_port, packet.dst, segment.destination_port
        size, synchronise = len(segment.payload), segment.flags & tcp.SYN
        if synchronise:
            self._first[ends] = segment.sequence
        base = self._first.setdefault(ends, (segment.sequence - 1) & 0xFFFFFFFF)
        flags = "".join(letter for bit, letter in FLAGS if segment.flags & bit) or "none"
        text = f"{ends[0]}.{ends[1]} > {ends[2]}.{ends[3]}: Flags [{flags}]"
        start = segment.sequence if synchronise else (segment.sequence - base) & 0xFFFFFFFF
        if size:
            text += f", seq {start}:{start + size}"
        elif segment.flags & (tcp.SYN | tcp.FIN | tcp.RST):
            text += f", seq {start}"
        if segment.flags & tcp.ACK:
            back = self._first.get(ends[2:] + ends[:2], segment.acknowledgment - 1)
            text += f", ack {(segment.acknowledgment - back) & 0xFFFFFFFF}"
        text += f", win {segment.window}, length {size}"
        return f"{text}: BGP" if size and 179 in (ends[1], ends[3]) else text


def _arp(message: arp.Arp, size: int) -> str:
    if message.operation == arp.REQUEST:
        what = f"Request who-has {message.target_ip} tell {message.sender_ip}"
    else:
        mac = ethernet.format_mac(message.sender_mac)
        what = f"Reply {message.sender_ip} is-at {mac}"
    return f"{what}, length {size}"


def _icmp(data: bytes, fragment: bool) -> str:
    if fragment:  # its checksum is over all fragments
        message = icmp.Icmp(data[0], data[1], data[4:8], data[8:])
    else:
        message = icmp.Icmp.decode(data)
    if message.type in ECHOES:
        what = f"echo {ECHOES[message.type]}, id {message.identifier}, seq {message.sequence}"
    elif message.type == icmp.UNREACHABLE:
        what = _unreachable(message)
    elif message.type == icmp.TIME_EXCEEDED:
        what = "time exceeded in-transit" if message.code == 0 else "ip reassembly time exceeded"
    else:
        what = f"type-#{message.type}"
    return f"ICMP {what}, length {len(data)}"


def _unreachable(message: icmp.Icmp) -> str:
    quoted = message.payload
    target = IPv4Address(quoted[16:20]) if len(quoted) >= 20 else "?"
    if message.code == icmp.PORT_UNREACHABLE:
        start = (quoted[0] & 15) * 4
        port = int.from_bytes(quoted[start + 2 : start + 4], "big")
        return f"{target} {PROTOCOLS.get(quoted[9], quoted[9])} port {port} unreachable"
    known = {
        icmp.NET_UNREACHABLE: f"net {target} unreachable",
        icmp.HOST_UNREACHABLE: f"host {target} unreachable",
        icmp.PROTOCOL_UNREACHABLE: f"{target} protocol {quoted[9]} unreachable",
        icmp.FRAGMENTATION_NEEDED: f"{target} unreachable - need to frag (mtu {message.mtu})",
        icmp.ADMINISTRATIVELY_PROHIBITED: f"host {target} unreachable - admin prohibited filter",
    }
    return known.get(message.code, f"{target} unreachable - #{message.code}")
