"""`show hosts`, `show memory statistics`, `show processes cpu`: what the box itself has.

The packet counts are live.  A simulated processor is idle, and memory holds the image and the
tables: only their sizes' proportions are an IOSv's.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.cli.cisco_ios.show.bgp import by_prefix
from labkit.net.bgp.speaker import Neighbor
from labkit.net.router import Router

PROCESSOR_BYTES, IO_BYTES = 460_017 * 1024, 62_464 * 1024
"""The memory that `show version` tells."""
IMAGE_BYTES, BUFFER_BYTES = 54_000_000, 21_000_000
ROUTE_BYTES, BGP_PREFIX_BYTES = 344, 296
"""Modelled, except that what there is more of takes more."""


def hosts(domain: str | None, lookup: bool) -> Iterator[str]:
    """`show hosts`; there is no name server in this lab."""
    yield f"Default domain is {domain or 'not set'}"
    if lookup:
        yield "Name/address lookup uses domain service"
        yield "Name servers are 255.255.255.255"
    else:
        yield "Name/address lookup uses static mappings"
    yield ""
    yield "Codes: UN - unknown, EX - expired, OK - OK, ?? - revalidate"
    yield "       temp - temporary, perm - permanent"
    yield "       NA - Not Applicable None - Not defined"
    yield ""
    yield "Host                      Port  Flags      Age Type   Address(es)"


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
    counters = [each.counters for each in router.interfaces.values()]
    yield "CPU utilization for five seconds: 0%/0%; one minute: 0%; five minutes: 0%"
    yield " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process "
    woken = {
        (3, "Exec"): 1,
        (85, "IP Input"): sum(each.in_packets for each in counters),
        (247, "BGP Router"): sum(each.session.received.total for each in _bgp(router)),
    }
    for (number, name), times in woken.items():
        yield f"{number:>4} {0:>11} {times:>11} {0:>10}  0.00%  0.00%  0.00%   0 {name:<16} "


def _bgp(router: Router) -> list[Neighbor]:
    return list(router.bgp.neighbors.values())
