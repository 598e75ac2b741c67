"""`show version`, `inventory`, `memory` and `processes`: what the box itself is and has.

The packet counts are live.  A simulated processor is idle, and memory holds the image and the
tables: only their sizes' proportions are an IOSv's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from labkit.sim.net.router import Router
from labkit.sim.routers.ios.routing.bgp.table import by_prefix
from labkit.sim.routers.ios.rows import Row, shows
from labkit.sim.routers.ios.wording import uptime

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


# --------------------------------------------------------------------------- memory, processor


PROCESSOR_BYTES, IO_BYTES = 460_017 * 1024, 62_464 * 1024
"""The memory that `show version` tells."""
IMAGE_BYTES, BUFFER_BYTES = 54_000_000, 21_000_000
ROUTE_BYTES, BGP_PREFIX_BYTES = 344, 296
"""Modelled, except that what there is more of takes more."""


def memory(router: Router) -> Iterator[str]:
    """`show memory statistics`."""
    routes = sum(len(table) for table in router.state.tables.routes.values())
    used = IMAGE_BYTES + routes * ROUTE_BYTES + len(by_prefix(router)) * BGP_PREFIX_BYTES
    yield "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)"
    yield _pool("Processor", 0xEBB4A8C0, PROCESSOR_BYTES, used)
    yield _pool("I/O", 0xE8000000, IO_BYTES, BUFFER_BYTES)


def _pool(name: str, head: int, total: int, used: int) -> str:
    free = total - used
    return f"{name:>9}  {head:8X} {total:>11} {used:>11} {free:>11} {free:>11} {free:>11}"


def processes(router: Router) -> Iterator[str]:
    """`show processes cpu`: the processes that packets and sessions wake."""
    sessions = [each.session for each in router.bgp.neighbors.values()]
    counters = [each.counters for each in router.interfaces.values()]
    yield "CPU utilization for five seconds: 0%/0%; one minute: 0%; five minutes: 0%"
    yield " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process "
    woken = {
        (3, "Exec"): 1,
        (85, "IP Input"): sum(each.in_packets for each in counters),
        (247, "BGP Router"): sum(each.received.total for each in sessions),
    }
    for (number, name), times in woken.items():
        yield f"{number:>4} {0:>11} {times:>11} {0:>10}  0.00%  0.00%  0.00%   0 {name:<16} "


EXEC: list[Row] = [
    shows("show version", lambda router, match: version(router)),
    shows("show inventory", lambda router, match: inventory(router)),
    shows("show memory [summary | statistics]", lambda router, match: memory(router)),
    shows("show processes cpu [sorted]", lambda router, match: processes(router)),
]
