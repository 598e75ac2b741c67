"""`show version` and `show inventory` of an IOSv."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from labkit.cli.cisco_ios.timestamps import uptime
from labkit.net.router import Router

RELEASE = "15.6(3)M2"
_BEFORE = """\
Cisco IOS Software, IOSv Software (VIOS-ADVENTERPRISEK9-M), Version {release}, \
RELEASE SOFTWARE (fc2)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2017 by Cisco Systems, Inc.
Compiled Wed 29-Mar-17 14:05 by prod_rel_team


ROM: Bootstrap program is IOSv

{hostname} uptime is {uptime}
System returned to ROM by reload
System image file is "flash0:/vios-adventerprisek9-m"
Last reload reason: Unknown reason

Cisco IOSv (revision 1.0) with  with 460017K/62464K bytes of memory.
Processor board ID {serial}
{ports} Gigabit Ethernet interfaces
DRAM configuration is 72 bits wide with parity disabled.
256K bytes of non-volatile configuration memory.
2097152K bytes of ATA System CompactFlash 0 (Read/Write)
0K bytes of ATA CompactFlash 1 (Read/Write)
0K bytes of ATA CompactFlash 2 (Read/Write)
10080K bytes of ATA CompactFlash 3 (Read/Write)

Configuration register is 0x0
"""
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUV"


def serial(router: Router) -> str:
    """A serial number that belongs to the device's name."""
    digest = hashlib.sha256(router.name.encode()).digest()
    return "9" + "".join(_ALPHABET[octet % 32] for octet in digest[:20])


def version(router: Router, hostname: str | None = None) -> Iterator[str]:
    """`show version`."""
    text = _BEFORE.format(
        release=RELEASE,
        hostname=hostname or router.facts.hostname,
        uptime=uptime(router.clock.now - router.booted),
        serial=serial(router),
        ports=sum(not each.facts.loopback for each in router.interfaces.values()),
    )
    yield from text.splitlines()
    yield ""


def inventory(router: Router) -> Iterator[str]:
    """`show inventory`."""
    number = serial(router)
    yield f'NAME: "IOSv", DESCR: "IOSv chassis, Hw Serial#: {number}, Hw Revision: 1.0"'
    yield f"PID: IOSv              , VID: 1.0, SN: {number}"
    yield ""
