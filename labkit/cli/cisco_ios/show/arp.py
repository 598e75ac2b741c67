"""`show ip arp`: addresses of our own (no age) and of neighbours, by address."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from labkit.cli.cisco_ios.show.text import mac
from labkit.net.clock import SECOND
from labkit.net.router import Router

_HEADER = "Protocol  Address          Age (min)  Hardware Addr   Type   Interface"


def arp(
    router: Router, address: IPv4Address | None = None, interface: str | None = None
) -> Iterator[str]:
    """`show ip arp [A.B.C.D | INTERFACE]`."""
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
    yield _HEADER
    for each_address, minutes_old, hardware, name in sorted(rows):
        if address in (None, each_address):
            row = f"Internet  {each_address!s:<15} {minutes_old:>10}  {hardware:<14}  ARPA   {name}"
            yield row.rstrip()
