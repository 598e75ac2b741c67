"""`debug ip icmp`: replies and errors that the router sends or gets.

Echo requests are not worth a line to IOS.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from labkit.net.events import IcmpReceived, IcmpSent
from labkit.wire.icmp import Icmp

FLAG = "ip icmp"
_ECHO_REPLY, _UNREACHABLE, _TIME_EXCEEDED = 0, 3, 11
_CODES = {
    0: "net",
    1: "host",
    2: "protocol",
    3: "port",
    4: "frag. needed and DF set",
    13: "administratively prohibited",
}


def lines(event: object) -> Iterator[str]:
    """What debugging says about an event."""
    if not isinstance(event, IcmpSent | IcmpReceived):
        return
    sent = isinstance(event, IcmpSent)
    message = event.message
    if message.type == _ECHO_REPLY:
        verb = "sent" if sent else "rcvd"
        ends = f"src {event.source}, dst {event.destination}"
        yield f"ICMP: echo reply {verb}, {ends}, topology BASE, dscp 0 topoid 0"
    elif message.type == _UNREACHABLE:
        what = f"dst ({_original_destination(message)}) {_CODES.get(message.code, 'host')}"
        yield f"ICMP: {what} unreachable {_way(event, sent)}"
    elif message.type == _TIME_EXCEEDED:
        kind = "(time to live)" if message.code == 0 else "(reassembly)"
        was = f" (dest was {_original_destination(message)})" if sent else ""
        yield f"ICMP: time exceeded {kind} {_way(event, sent)}{was}"


def _way(event: IcmpSent | IcmpReceived, sent: bool) -> str:
    return f"sent to {event.destination}" if sent else f"rcv from {event.source}"


def _original_destination(message: Icmp) -> IPv4Address:
    """Where the packet was going that the error is about."""
    original = message.payload
    return IPv4Address(original[16:20]) if len(original) >= 20 else IPv4Address(0)
