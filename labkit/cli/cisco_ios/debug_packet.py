"""`debug ip packet [detail] [ACCESS-LIST]`: packets that the router itself sends and receives.

What it only forwards goes by CEF, past this debug, as on a real router.  The access list chooses
which packets are worth a line.  Must not know how packets get there.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from labkit.model.facts import DeviceFacts
from labkit.net import acl
from labkit.net.events import OwnPacket
from labkit.wire import DecodeError, ipv4, tcp, udp
from labkit.wire.ipv4 import IPv4

FLAG = "ip packet"
_TCP_FLAGS = ((tcp.FIN, "FIN"), (tcp.SYN, "SYN"), (tcp.RST, "RST"), (tcp.PSH, "PSH"),
              (tcp.ACK, "ACK"))  # fmt: skip


def flag_of(flags: Set[str]) -> str | None:
    """The debug flag that is on, with `detail` and access list: `ip packet detail 101`."""
    return next((flag for flag in flags if flag.startswith(FLAG)), None)


def title(flag: str) -> str:
    """What `debug` and `show debugging` call it."""
    words = flag.split()[2:]
    detailed = " (detailed)" if words[:1] == ["detail"] else ""
    named = [word for word in words if word != "detail"]
    return f"IP packet debugging is on{detailed}" + (
        f" for access list {named[0]}" if named else ""
    )


def lines(event: object, flag: str, told: DeviceFacts) -> Iterator[str]:
    """What debugging with `flag` says about an event."""
    if not isinstance(event, OwnPacket):
        return
    words = flag.split()[2:]
    name = next((word for word in words if word != "detail"), None)
    chosen = next((each for each in told.acls if each.name == name), None)
    if chosen is not None:
        ace = acl.first_match(chosen, event.packet)
        if ace is None or not ace.permit:
            return
    detail = _detail(event.packet) if "detail" in words else ""
    yield from (line + detail for line in _lines(event))


def _lines(event: OwnPacket) -> Iterator[str]:
    packet = event.packet
    if not event.sent:
        ends = f"s={packet.src} ({event.interface}), d={packet.dst}"
        yield f"IP: tableid=0, {ends} ({event.interface}), routed via RIB"
        yield f"IP: {ends}, len {packet.total_length}, rcvd 3"
        return
    ends = f"s={packet.src} (local), d={packet.dst}"
    if event.interface is None:
        yield f"IP: {ends}, len {packet.total_length}, unroutable"
        return
    yield f"IP: tableid=0, {ends} ({event.interface}), routed via FIB"
    yield f"IP: {ends} ({event.interface}), len {packet.total_length}, sending"


def _detail(packet: IPv4) -> str:
    """The line about what is inside."""
    try:
        if packet.protocol == ipv4.ICMP and len(packet.payload) >= 2:
            return f"\n    ICMP type={packet.payload[0]}, code={packet.payload[1]}"
        if packet.protocol == ipv4.UDP:
            datagram = udp.Udp.decode(packet.payload)
            return f"\n    UDP src={datagram.source_port}, dst={datagram.destination_port}"
        if packet.protocol == ipv4.TCP:
            segment = tcp.Tcp.decode(packet.payload)
            flags = " ".join(name for bit, name in _TCP_FLAGS if segment.flags & bit)
            return (
                f"\n    TCP src={segment.source_port}, dst={segment.destination_port}, "
                f"seq={segment.sequence}, ack={segment.acknowledgment}, "
                f"win={segment.window} {flags}"
            )
    except DecodeError:
        return ""
    return f", proto={packet.protocol}"
