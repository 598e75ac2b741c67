"""What an IOS router logs of its own accord: `%FACILITY-SEVERITY-MNEMONIC: text`.

One function from an event to messages without time stamps; a message may hold line ends.  IOS
says some things only every so often: `limit` tells what counts as the same and for how long.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from ipaddress import IPv4Address

from labkit.protocols.ike.events import BadMessage, ProposalRefused
from labkit.protocols.wire import ipv4
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.net import events
from labkit.sim.net.bgp.speaker import BgpNeighborChange, BgpNotification
from labkit.sim.net.clock import SECOND
from labkit.sim.routers.ios.acl.page import protocol
from labkit.sim.routers.ios.wording import plural

PACKET_INTERVAL = 60 * SECOND
"""Between two messages of one kind about bad packets."""
ACL_INTERVAL = 300 * SECOND
"""Between two messages about one flow that an access list logs."""
LEVELS = ("emergencies", "alerts", "critical", "errors", "warnings", "notifications",
          "informational", "debugging")  # fmt: skip
"""Severities by number."""
_NOTIFICATIONS = {
    (1, 0): "header synchronization problems",
    (2, 2): "peer in wrong AS",
    (3, 0): "update malformed",
    (4, 0): "hold time expired",
    (5, 0): "FSM error",
    (6, 2): "Administrative Shutdown",
    (6, 3): "peer unconfigured",
    (6, 4): "Administrative Reset",
}


def lines(event: object) -> Iterator[str]:
    """The log messages about an event; none for most."""
    for part in (_interfaces, _crypto, _bgp, _access_lists):
        yield from part(event)


def limit(event: object) -> tuple[Hashable, int] | None:
    """What must not be logged again for how many microseconds, None if there is no limit."""
    match event:
        case events.AclLogged(acl=acl, permitted=permitted, packet=packet):
            return (acl, permitted, *_flow(packet)), ACL_INTERVAL
        case (
            events.NotIpsec()
            | events.InvalidSpi()
            | events.ReplayError()
            | events.EspAuthFailed()
            | events.InvalidIdentity()
        ):
            return type(event).__name__, PACKET_INTERVAL
    return None


def severity(text: str) -> int:
    """The number in `%FACILITY-4-MNEMONIC`; debug output is 7."""
    found = re.match(r"%[A-Z0-9_]+-(?:[A-Z]+-)?([0-7])-", text)
    return int(found[1]) if found else 7


def configured(line: str, user: str = "", host: str = "") -> str:
    """Somebody left configuration mode on `line` (console, vty0)."""
    return f"%SYS-5-CONFIG_I: Configured from console by {_who(line, user, host)}"


def clock_set(before: str, after: str, line: str, user: str = "", host: str = "") -> str:
    """`clock set` on `line`."""
    return (
        f"%SYS-6-CLOCKUPDATE: System clock has been updated from {before} to {after}, "
        f"configured from console by {_who(line, user, host)}."
    )


def _who(line: str, user: str, host: str) -> str:
    if line == "console":
        return user or "console"
    return (f"{user} on {line}" if user else line) + (f" ({host})" if host else "")


def _interfaces(event: object) -> Iterator[str]:
    match event:
        case events.InterfaceChange():
            what = f"Interface {event.interface}, changed state to {event.state}"
            if event.state == "administratively down":
                yield f"%LINK-5-CHANGED: {what}"
            elif not event.interface.startswith("Loopback"):
                yield f"%LINK-3-UPDOWN: {what}"
        case events.LineProtocolChange():
            state = "up" if event.up else "down"
            yield (
                f"%LINEPROTO-5-UPDOWN: Line protocol on Interface {event.interface}, "
                f"changed state to {state}"
            )


def _crypto(event: object) -> Iterator[str]:
    match event:
        case events.IsakmpSwitched():
            yield f"%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is {'ON' if event.on else 'OFF'}"
        case BadMessage():
            yield (
                f"%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from {event.peer} "
                "failed its sanity check or is malformed"
            )
        case ProposalRefused():
            yield (
                "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed with peer at "
                f"{event.peer}"
            )
        case events.NotIpsec():
            yield (
                "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. "
                f"(ip) vrf/dest_addr= /{event.destination}, src_addr= {event.source}, "
                f"prot= {event.protocol}"
            )
        case events.InvalidSpi():
            yield (
                "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for "
                f"destaddr={event.destination}, prot=50, spi=0x{event.spi:X}({event.spi}), "
                f"srcaddr={event.source}"
            )
        case events.ReplayError():
            yield (
                "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed\n"
                f"        connection id={event.connection}, sequence number={event.sequence}"
            )
        case events.EspAuthFailed():
            yield (
                "%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed for "
                f"connection id={event.connection}"
            )
        case events.InvalidIdentity():
            yield (
                "%CRYPTO-4-RECVD_PKT_INV_IDENTITY: identity doesn't match negotiated identity\n"
                f"        (ip) dest_addr= {event.destination}, src_addr= {event.source}, "
                f"prot= {event.protocol}"
            )


def _bgp(event: object) -> Iterator[str]:
    match event:
        case BgpNeighborChange():
            state = "Up " if event.up else f"Down {event.reason}"
            yield f"%BGP-5-ADJCHANGE: neighbor {event.neighbor} {state}"
            if not event.up:
                yield (
                    f"%BGP_SESSION-5-ADJCHANGE: neighbor {event.neighbor} IPv4 Unicast "
                    f"topology base removed from session  {event.reason}"
                )
        case BgpNotification():
            way = "sent to" if event.sent else "received from"
            known = _NOTIFICATIONS.get((event.code, event.subcode))
            code = f"{event.code}/{event.subcode}" + (f" ({known})" if known else "")
            data = f" {event.data.hex().upper()}" if event.data else ""
            size = f"{len(event.data)} bytes"
            yield f"%BGP-3-NOTIFICATION: {way} neighbor {event.neighbor} {code} {size}{data}"


def _access_lists(event: object) -> Iterator[str]:
    match event:
        case events.AclLogged():
            packet = event.packet
            verdict = f"list {event.acl} {'permitted' if event.permitted else 'denied'}"
            count = plural(1, "packet", "packets")
            number, src, source, dst, destination = _flow(packet)
            if number in (ipv4.TCP, ipv4.UDP):
                ends = f"{src}({source}) -> {dst}({destination})"
                yield f"%SEC-6-IPACCESSLOGP: {verdict} {protocol(number)} {ends}, {count}"
            elif number == ipv4.ICMP:
                kind = f"({source}/{destination})"
                yield f"%SEC-6-IPACCESSLOGDP: {verdict} icmp {src} -> {dst} {kind}, {count}"
            else:
                yield f"%SEC-6-IPACCESSLOGNP: {verdict} {number} {src} -> {dst}, {count}"


def _flow(packet: IPv4) -> tuple[int, IPv4Address, int, IPv4Address, int]:
    """Protocol and both ends with their ports, of ICMP its type and code, else 0."""
    first = second = 0
    if not packet.fragment_offset:
        if packet.protocol in (ipv4.TCP, ipv4.UDP) and len(packet.payload) >= 4:
            first = int.from_bytes(packet.payload[:2], "big")
            second = int.from_bytes(packet.payload[2:4], "big")
        elif packet.protocol == ipv4.ICMP and len(packet.payload) >= 2:
            first, second = packet.payload[0], packet.payload[1]
    return packet.protocol, packet.src, first, packet.dst, second
