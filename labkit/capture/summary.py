"""One line a frame, in the words of a packet list: who, to whom, which protocol, what.

Reads with `labkit.protocols.wire` alone, so that a live list of thousands of frames stays cheap;
the full tree of one frame is `capture.dissect`.  A frame that cannot be read is shown, not refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from labkit.capture.layers import Part, carried, parts
from labkit.protocols.wire import DecodeError, arp, bgp, icmp, isakmp, mpls, tcp, udp
from labkit.protocols.wire.esp import Esp
from labkit.protocols.wire.ethernet import Ethernet, format_mac
from labkit.protocols.wire.ipv4 import ESP, ICMP, TCP, UDP, VRRP, IPv4
from labkit.protocols.wire.vrrp import Vrrp

_TELNET = 23

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
_TCP_FLAGS = ((tcp.SYN, "SYN"), (tcp.FIN, "FIN"), (tcp.RST, "RST"), (tcp.PSH, "PSH"),
              (tcp.ACK, "ACK"))  # fmt: skip


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
    found = parts(frame)
    macs = [part for part in found if part.kind == "ethernet"]
    if not macs:
        return Summary("", "", "data", len(frame), "no whole Ethernet header")
    last = found[-1]
    try:
        source, destination, protocol, info = _inner(frame, last)
    except DecodeError as error:
        protocol, info = "malformed", str(error)
        source, destination = _macs(frame[macs[-1].start :])
    return Summary(source, destination, protocol, len(frame), info, labels(frame, found))


def labels(frame: bytes, found: list[Part] | None = None) -> tuple[int, ...]:
    """Return the MPLS labels of a frame, top first; empty without any."""
    stacks = (part for part in found or parts(frame) if part.kind == "mpls")
    return tuple(
        label.value
        for part in stacks
        for label in mpls.decode_stack(frame[part.start : part.end])[0]
    )


def _macs(frame: bytes) -> tuple[str, str]:
    ethernet = Ethernet.decode(frame)
    return format_mac(ethernet.src), format_mac(ethernet.dst)


def _inner(frame: bytes, last: Part) -> tuple[str, str, str, str]:
    """Source, destination, protocol, info of the innermost layer."""
    data = frame[last.start : last.end]
    if last.kind == "ipv4":
        return _ipv4(data)
    if last.kind == "arp":
        return _arp(data)
    return (*_macs(frame), "Ethernet", f"{len(data)} bytes")


def _arp(data: bytes) -> tuple[str, str, str, str]:
    message = arp.Arp.decode(data)
    if message.operation == arp.REQUEST:
        info = f"Who has {message.target_ip}? Tell {message.sender_ip}"
    else:
        info = f"{message.sender_ip} is at {format_mac(message.sender_mac)}"
    return format_mac(message.sender_mac), format_mac(message.target_mac), "ARP", info


def _ipv4(data: bytes) -> tuple[str, str, str, str]:
    packet = IPv4.decode(data)
    ends = (str(packet.src), str(packet.dst))
    if packet.fragment_offset:
        return (*ends, "IPv4", f"Fragment at {packet.fragment_offset * 8}")
    describe = {
        ICMP: _icmp,
        TCP: _tcp,
        UDP: _udp,
        ESP: _esp,
        VRRP: _vrrp,
    }.get(packet.protocol, partial(_other, packet.protocol))
    if packet.more_fragments:
        return (*ends, "IPv4", "First fragment")
    return (*ends, *describe(packet.payload))


def _other(protocol: int, data: bytes) -> tuple[str, str]:
    return "IPv4", f"protocol {protocol}, {len(data)} bytes"


def _icmp(data: bytes) -> tuple[str, str]:
    message = icmp.Icmp.decode(data)
    key = (message.type, message.code)
    if key == (icmp.UNREACHABLE, icmp.FRAGMENTATION_NEEDED):
        return "ICMP", f"Fragmentation needed, MTU {message.mtu}"
    text = _ICMP.get(key, f"Type {message.type}, code {message.code}")
    if message.type in (icmp.ECHO_REQUEST, icmp.ECHO_REPLY):
        text += f" id={message.identifier} seq={message.sequence}"
    return "ICMP", text


def _tcp(data: bytes) -> tuple[str, str]:
    segment = tcp.Tcp.decode(data)
    ports = (segment.source_port, segment.destination_port)
    if segment.payload and bgp.PORT in ports:
        return "BGP", _bgp(segment.payload)
    flags = ", ".join(name for bit, name in _TCP_FLAGS if segment.flags & bit)
    text = f"{ports[0]} → {ports[1]} [{flags}] len={len(segment.payload)}"
    if segment.payload and _TELNET in ports:
        return "TELNET", ascii(segment.payload.decode("latin-1"))
    return "TCP", text


def _bgp(data: bytes) -> str:
    names = {1: "OPEN", 2: "UPDATE", 3: "NOTIFICATION", 4: "KEEPALIVE", 5: "ROUTE-REFRESH"}
    try:
        messages, rest = bgp.split_stream(data)
    except DecodeError:
        return "continuation"
    return ", ".join([names.get(each[18], "?") for each in messages] + ["…"] * bool(rest))


def _udp(data: bytes) -> tuple[str, str]:
    datagram = udp.Udp.decode(data)
    ports = (datagram.source_port, datagram.destination_port)
    kind, payload = carried(ports, datagram.payload)
    if kind == "esp":
        return _esp(payload)
    if kind == "keepalive":
        return "UDP", "NAT keepalive"
    if not kind:
        return "UDP", f"{ports[0]} → {ports[1]} len={len(payload)}"
    header = isakmp.Header.decode(payload)
    exchange = _EXCHANGES.get(header.exchange_type, f"Exchange {header.exchange_type}")
    return "ISAKMP", exchange + (", encrypted" if header.encrypted else "")


def _esp(data: bytes) -> tuple[str, str]:
    packet = Esp.decode(data)
    return "ESP", f"SPI=0x{packet.spi:08x} seq={packet.sequence}"


def _vrrp(data: bytes) -> tuple[str, str]:
    message = Vrrp.decode(data)
    return "VRRP", f"Announcement VRID {message.vrid} priority {message.priority}"
