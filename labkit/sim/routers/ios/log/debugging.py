"""Debugging: its flags and commands, and what the flags make of an event.

`debug ip packet [detail] [ACCESS-LIST]` is here, too: packets that the router itself sends and
receives.  What it only forwards goes by CEF, past this debug, as on a real router.  The access
list chooses which packets are worth a line.  Must not know how packets get there.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TYPE_CHECKING

from labkit.protocols.ike.events import ProposalChecked
from labkit.protocols.wire import DecodeError, ipv4, tcp, udp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import DeviceFacts
from labkit.sim.net import acl
from labkit.sim.net.events import OwnPacket
from labkit.sim.routers.ios.crypto import engine
from labkit.sim.routers.ios.crypto.ipsec.debug import ipsec
from labkit.sim.routers.ios.crypto.isakmp.debug_quick_mode import isakmp
from labkit.sim.routers.ios.rows import Command, M, Row

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

ISAKMP, IPSEC, ENGINE = "crypto isakmp", "crypto ipsec", "crypto engine"
_DEBUG_NAMES = {
    "crypto isakmp": "Crypto ISAKMP debugging",
    "crypto engine": "Crypto Engine debugging",
    "crypto ipsec": "Crypto IPSEC debugging",
}

PACKETS = "ip packet"
_TCP_FLAGS = ((tcp.FIN, "FIN"), (tcp.SYN, "SYN"), (tcp.RST, "RST"), (tcp.PSH, "PSH"),
              (tcp.ACK, "ACK"))  # fmt: skip


def packets(flags: Set[str]) -> str | None:
    """The debug flag that is on, with `detail` and access list: `ip packet detail 101`."""
    return next((flag for flag in flags if flag.startswith(PACKETS)), None)


def _title(flag: str) -> str:
    """What `debug` and `show debugging` call it."""
    if flag in _DEBUG_NAMES:
        return f"{_DEBUG_NAMES[flag]} is on"
    words = flag.split()[2:]
    detailed = " (detailed)" if words[:1] == ["detail"] else ""
    named = [word for word in words if word != "detail"]
    return f"IP packet debugging is on{detailed}" + (
        f" for access list {named[0]}" if named else ""
    )


def _packet_lines(event: object, flag: str, told: DeviceFacts) -> Iterator[str]:
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
    yield from (line + detail for line in _one_packet(event))


def _one_packet(event: OwnPacket) -> Iterator[str]:
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


def crypto_lines(event: object, flags: Set[str]) -> Iterator[str]:
    """What `debug crypto` says about an event, in the order IOS prints it.

    A message may hold line ends, and IOS puts a blank line after some.
    """
    if ENGINE in flags:
        yield from engine.debugged(event)
    first = isinstance(event, ProposalChecked)  # Of that ISAKMP speaks first.
    if first and ISAKMP in flags:
        yield from isakmp(event)
    if IPSEC in flags:
        yield from ipsec(event)
    if not first and ISAKMP in flags:
        yield from isakmp(event)


def lines(event: object, flags: Set[str], told: DeviceFacts) -> Iterator[str]:
    """What the flags make of an event."""
    yield from crypto_lines(event, flags)
    chosen = packets(flags)
    if chosen is not None:
        yield from _packet_lines(event, chosen, told)


# --------------------------------------------------------------------------- commands


def _debug(shell: IosShell, match: M) -> None:
    flag = " ".join(match.words[1:])
    shell.device.log.debug(flag, True)
    shell.write(_title(flag) + "\n")


def _undebug(shell: IosShell, match: M) -> None:
    log = shell.device.log
    if match.said("all"):
        log.undebug_all()
        shell.write("All possible debugging has been turned off\n")
        return
    flag = " ".join(match.words[-2:])
    log.debug(flag, False)
    shell.write(f"{_DEBUG_NAMES[flag]} is off\n")


def _undebug_packet(shell: IosShell, match: M) -> None:
    shell.device.log.debug(PACKETS, False)
    shell.write("IP packet debugging is off\n")


def _show_debugging(shell: IosShell, match: M) -> Iterator[str]:
    flags = shell.device.log.debugs
    chosen = packets(flags)
    if chosen is not None:
        yield "Generic IP:"
        yield f"  {_title(chosen)}"
    if flags & set(_DEBUG_NAMES):
        yield ""
        yield "Cryptographic Subsystem:"
        for flag in _DEBUG_NAMES:
            if flag in flags:
                yield f"  {_title(flag)}"
    yield ""


EXEC: list[Row] = [
    Command("debug crypto ( isakmp | ipsec | engine )", _debug, privilege=15),
    Command("debug ip packet [detail] [<acl:word>]", _debug, privilege=15),
    Command("( undebug | no debug ) all", _undebug, privilege=15),
    Command("( undebug | no debug ) crypto ( isakmp | ipsec | engine )", _undebug, privilege=15),
    Command("( undebug | no debug ) ip packet [detail] [<acl:word>]", _undebug_packet,
            privilege=15),
    Command("show debugging", show=_show_debugging),
]  # fmt: skip
