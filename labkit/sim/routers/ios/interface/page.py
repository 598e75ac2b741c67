"""`show interfaces`, `show ip interface` and `show ip arp`.

Ports come first, loopbacks after them.  Rates and error counters are 0: the lab measures none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

from labkit.sim.grammar import Match
from labkit.sim.net.clock import SECOND
from labkit.sim.net.interface import Interface
from labkit.sim.net.link import Counters
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.kinds import interface_order, short_name
from labkit.sim.routers.ios.rows import Command, M, Row, shows
from labkit.sim.routers.ios.system.commands import confirmed
from labkit.sim.routers.ios.wording import mac
from labkit.sim.routers.jobs import Job

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell


def ordered(router: Router, name: str | None = None) -> list[Interface]:
    """The interfaces as lists have them, or just the one called `name`."""
    chosen = [each for each in router.interfaces.values() if name in (None, each.name)]
    return sorted(chosen, key=_order)


def _order(interface: Interface) -> tuple[bool, int, tuple[int, ...]]:
    rank, numbers = interface_order(interface.name)
    return interface.facts.loopback, rank, numbers


def protocol(interface: Interface) -> str:
    """The state of the line protocol."""
    return "up" if interface.up else "down"


# --------------------------------------------------------------------------- brief


def ip_brief(router: Router, name: str | None = None) -> Iterator[str]:
    """`show ip interface brief [NAME]`."""
    yield "Interface                  IP-Address      OK? Method Status                Protocol"
    for each in ordered(router, name):
        address = str(each.ip or "unassigned")
        yield (f"{each.name:<26} {address:<15} YES NVRAM  {each.status:<21} {protocol(each):<8}")


def description(router: Router) -> Iterator[str]:
    """`show interfaces description`."""
    yield "Interface                      Status         Protocol Description"
    for each in ordered(router):
        status = {"administratively down": "admin down"}.get(each.status, each.status)
        name = short_name(each.name)
        yield f"{name:<30} {status:<14} {protocol(each):<8} {each.facts.description}"


# --------------------------------------------------------------------------- show interfaces


def interfaces(router: Router, name: str | None = None) -> Iterator[str]:
    """`show interfaces [NAME]`."""
    for each in ordered(router, name):
        yield f"{each.name} is {each.status}, line protocol is {protocol(each)} "
        yield from _loopback(each) if each.facts.loopback else _ethernet(each)


def _ethernet(each: Interface) -> Iterator[str]:
    count = each.counters
    yield f"  Hardware is iGbE, address is {mac(each.mac)} (bia {mac(each.mac)})"
    yield from _head(each, 1500, "BW 1000000 Kbit/sec, DLY 10 usec, ")
    yield "  Encapsulation ARPA, loopback not set"
    yield "  Keepalive set (10 sec)"
    yield "  Auto Duplex, Auto Speed, link type is auto, media type is RJ45"
    yield "  output flow-control is unsupported, input flow-control is unsupported"
    yield "  ARP type: ARPA, ARP Timeout 04:00:00"
    last_in = "00:00:00" if count.in_packets else "never"
    last_out = "00:00:00" if count.out_packets else "never"
    yield f"  Last input {last_in}, output {last_out}, output hang never"
    yield from _queues(each, "0/40 (size/max)")
    yield f"     {count.in_packets} packets input, {count.in_bytes} bytes, 0 no buffer"
    yield "     Received 0 broadcasts (0 IP multicasts)"
    yield "     0 runts, 0 giants, 0 throttles "
    yield "     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored"
    yield "     0 watchdog, 0 multicast, 0 pause input"
    yield f"     {count.out_packets} packets output, {count.out_bytes} bytes, 0 underruns"
    yield "     0 output errors, 0 collisions, 0 interface resets"
    yield "     0 unknown protocol drops"
    yield "     0 babbles, 0 late collision, 0 deferred"
    yield "     0 lost carrier, 0 no carrier, 0 pause output"
    yield "     0 output buffer failures, 0 output buffers swapped out"


def _loopback(each: Interface) -> Iterator[str]:
    count = each.counters
    yield "  Hardware is Loopback"
    yield from _head(each, 1514, "BW 8000000 Kbit/sec, DLY 5000 usec, ")
    yield "  Encapsulation LOOPBACK, loopback not set"
    yield "  Keepalive set (10 sec)"
    yield "  Last input never, output never, output hang never"
    yield from _queues(each, "0/0 (size/max)")
    yield f"     {count.in_packets} packets input, {count.in_bytes} bytes, 0 no buffer"
    yield "     Received 0 broadcasts (0 IP multicasts)"
    yield "     0 runts, 0 giants, 0 throttles "
    yield "     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored, 0 abort"
    yield f"     {count.out_packets} packets output, {count.out_bytes} bytes, 0 underruns"
    yield "     0 output errors, 0 collisions, 0 interface resets"
    yield "     0 unknown protocol drops"
    yield "     0 output buffer failures, 0 output buffers swapped out"


def _head(each: Interface, mtu: int, speed: str) -> Iterator[str]:
    if each.facts.description:
        yield f"  Description: {each.facts.description}"
    if each.address is not None:
        yield f"  Internet address is {each.address}"
    yield f"  MTU {mtu} bytes, {speed}"
    yield "     reliability 255/255, txload 1/255, rxload 1/255"


def _queues(each: Interface, output: str) -> Iterator[str]:
    count = each.counters
    yield '  Last clearing of "show interface" counters never'
    yield (
        f"  Input queue: 0/75/{count.in_drops}/0 (size/max/drops/flushes); "
        f"Total output drops: {count.out_drops}"
    )
    yield "  Queueing strategy: fifo"
    yield f"  Output queue: {output}"
    yield "  5 minute input rate 0 bits/sec, 0 packets/sec"
    yield "  5 minute output rate 0 bits/sec, 0 packets/sec"


# --------------------------------------------------------------------------- show ip interface


def ip_interface(router: Router, name: str | None = None) -> Iterator[str]:
    """`show ip interface [NAME]`."""
    for each in ordered(router, name):
        yield f"{each.name} is {each.status}, line protocol is {protocol(each)}"
        if each.address is None:
            yield "  Internet protocol processing disabled"
        else:
            yield from _ip(each)


def _ip(each: Interface) -> Iterator[str]:
    told = each.facts
    yield f"  Internet address is {each.address}"
    yield "  Broadcast address is 255.255.255.255"
    yield "  Address determined by non-volatile memory"
    yield f"  MTU is {1514 if told.loopback else told.ip_mtu} bytes"
    yield "  Helper address is not set"
    yield "  Directed broadcast forwarding is disabled"
    yield from (f"  Secondary address {address}" for address in told.secondary)
    yield f"  Outgoing access list is {told.acl_out or 'not set'}"
    yield f"  Inbound  access list is {told.acl_in or 'not set'}"
    yield f"  Proxy ARP is {'enabled' if told.proxy_arp else 'disabled'}"
    yield "  Local Proxy ARP is disabled"
    yield "  Security level is default"
    yield "  Split horizon is enabled"
    yield "  ICMP redirects are always sent"
    yield f"  ICMP unreachables are {'always' if told.unreachables else 'never'} sent"
    yield "  ICMP mask replies are never sent"
    yield "  IP fast switching is enabled"
    yield "  IP fast switching on the same interface is disabled"
    yield "  IP Flow switching is disabled"
    yield "  IP CEF switching is enabled"
    yield "  IP CEF switching turbo vector"
    yield "  IP multicast fast switching is enabled"
    yield "  IP multicast distributed fast switching is disabled"
    yield "  IP route-cache flags are Fast, CEF"
    yield "  Router Discovery is disabled"
    yield "  IP output packet accounting is disabled"
    yield "  IP access violation accounting is disabled"
    yield "  TCP/IP header compression is disabled"
    yield "  RTP/IP header compression is disabled"
    yield "  Policy routing is disabled"
    nat = f"enabled, interface in domain {told.nat}" if told.nat else "disabled"
    yield f"  Network address translation is {nat}"
    yield "  BGP Policy Mapping is disabled"
    yield f"  Input features: {', '.join(_inward(each))}"
    outward = _outward(each)
    if outward:
        yield f"  Output features: {', '.join(outward)}"
    yield "  IPv4 WCCP Redirect outbound is disabled"
    yield "  IPv4 WCCP Redirect inbound is disabled"
    yield "  IPv4 WCCP Redirect exclude is disabled"


def _inward(each: Interface) -> list[str]:
    """What a packet meets on its way in, in order (docs/adr/0006)."""
    told = each.facts
    found = []
    if told.acl_in:
        found.append("Access List")
    if told.crypto_map:
        found.append("IPSec input classification")
    if told.nat == "outside":
        found.append("NAT Outside")
    if told.adjust_mss:
        found.append("TCP Adjust MSS")
    return [*found, "MCI Check"]


def _outward(each: Interface) -> list[str]:
    told = each.facts
    found = []
    if told.nat:
        found.append("Post-routing NAT Outside" if told.nat == "outside" else "NAT Inside")
    if told.acl_out:
        found.append("Access List")
    if told.adjust_mss:
        found.append("TCP Adjust MSS")
    if told.crypto_map:
        found += ["IPSec output classification", "IPSec: to crypto engine"]
    return found


# --------------------------------------------------------------------------- ARP


_ARP_HEADER = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface"


def arp(
    router: Router, address: IPv4Address | None = None, interface: str | None = None
) -> Iterator[str]:
    """`show ip arp [A.B.C.D | INTERFACE]`: our own addresses (no age) and neighbours'."""
    rows: list[tuple[IPv4Address, str, str, str]] = []
    for each in router.interfaces.values():
        if each.attachment is None or not each.up or interface not in (None, each.name):
            continue
        if each.ip is not None:
            rows.append((each.ip, "-", mac(each.mac), each.name))
        for entry in each.arp.entries.values():
            known = "Incomplete" if entry.mac is None else mac(entry.mac)
            minutes = (router.clock.now - entry.learned) // (60 * SECOND)
            rows.append(
                (entry.address, str(minutes), known, each.name if entry.mac is not None else "")
            )
    yield _ARP_HEADER
    for each_address, minutes_old, hardware, name in sorted(rows):
        if address in (None, each_address):
            row = f"Internet  {each_address!s:<15} {minutes_old:>10}  {hardware:<14}  ARPA   {name}"
            yield row.rstrip()


# --------------------------------------------------------------------------- commands


def _chosen(
    render: Callable[[Router, str | None], Iterable[str]],
) -> Callable[[Router, Match[Any]], Iterable[str]]:
    """A rendering of one interface, which must exist, or of all."""

    def rendering(router: Router, match: Match[Any]) -> Iterator[str]:
        name = match.get("interface")
        if name is not None and name not in router.interfaces:
            yield "% Invalid interface"
            return
        yield from render(router, name)

    return rendering


def _clear_arp(shell: IosShell, match: M) -> None:
    for interface in shell.device.router.interfaces.values():
        interface.arp.clear()


def _clear_counters(shell: IosShell, match: M) -> Job:
    name = match.get("interface")
    what = f"this interface {name}" if name else "all interfaces"
    if (yield from confirmed(f'Clear "show interface" counters on {what} [confirm]')):
        for interface in shell.device.router.interfaces.values():
            if name in (None, interface.name):
                interface.counters = Counters()


EXEC: list[Row] = [
    shows("show ip interface brief [<interface:interface>]", _chosen(ip_brief)),
    shows("show ip interface [<interface:interface>]", _chosen(ip_interface)),
    shows("show interfaces [<interface:interface>]", _chosen(interfaces)),
    shows("show interfaces description", lambda router, match: description(router)),
    shows("show arp", lambda router, match: arp(router)),
    shows("show ip arp [<address:ipv4> | <interface:interface>]",
          lambda router, match: arp(router, match.get("address"), match.get("interface"))),
    Command("clear arp-cache", _clear_arp, privilege=15),
    Command("clear counters [<interface:interface>]", _clear_counters, privilege=15),
]  # fmt: skip
