"""`show system cpu`: how busy the router is.

A simulated processor is idle: the page names the processes of what is
configured here, at rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.commands import shows
from labkit.cli.nokia_sros.page import DOUBLE, SINGLE, Lines

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
PERIOD = 1_000_000
"""Microseconds of a sample of the processor."""
_PROCESSES = ("BGP", "Cards & Ports", "IOM", "IP Stack", "IS-IS", "LDP", "Logging", "MPLS/RSVP",
              "Management", "OAM", "RTM/Policies", "Security", "Services", "System",
              "VRRP")  # fmt: skip


@shows("show > system > cpu")
def system_cpu(device: SrosDevice, values: Values) -> Lines:
    """`show system cpu`."""
    yield ""
    yield from (DOUBLE, "CPU Utilization (Sample period: 1 second)", DOUBLE)
    yield f"{'Name':<38} {'CPU Time':<14} {'CPU Usage':<16} Capacity"
    yield f"{'':<41}{'(uSec)':<33}Usage"
    yield SINGLE
    yield from (_row(name, 0, "0.00%", "0.00%") for name in _PROCESSES)
    yield SINGLE
    yield _row("Total", PERIOD, "100.00%")
    yield _row("   Idle", PERIOD, "100.00%")
    yield _row("   Usage", 0, "0.00%")
    yield _row("Busiest Core Utilization", 0, "0.00%")
    yield DOUBLE


def _row(name: str, time: int, usage: str, capacity: str = "") -> str:
    return f"{name:<31}{time:>16,}{usage:>16}{capacity:>16}"
