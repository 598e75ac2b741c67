"""The router itself: `show version`, `show system …`, `show users`, `show log`, hardware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.sim.routers.sros.commands import shows
from labkit.sim.routers.sros.log import LOGS
from labkit.sim.routers.sros.page import (
    DOUBLE,
    SINGLE,
    Lines,
    date,
    days,
    moment,
    pair,
    table,
    title,
)
from labkit.sim.routers.sros.schema import Mistake

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

ROWS = """
configure ; prompt=config plain fixed
    system ; plain fixed
        name <name:name>
        location <text:text>
"""

Values = dict[str, str]


@shows("show > version")
def version(device: SrosDevice, values: Values) -> Lines:
    yield f"{VERSION} cpm/hops64 {PLATFORM} {COPYRIGHT}"
    yield "All rights reserved. All use subject to applicable license agreements."
    yield BUILT


@shows("show > uptime")
def uptime(device: SrosDevice, values: Values) -> Lines:
    yield f"System Up Time         : {_up(device)} (hr:min:sec)"


def _up(device: SrosDevice) -> str:
    text = days(device.router.clock.now - device.router.booted)
    number, _, clock = text.partition("d ")
    return f"{number} days, {clock}.00"


@shows("show > time")
def time(device: SrosDevice, values: Values) -> Lines:
    yield date(device.router.clock.now)


@shows("show > users")
def users(device: SrosDevice, values: Values) -> Lines:
    def rows() -> Lines:
        for session in device.sessions:
            kind = {"ssh": "SSHv2", "telnet": "Telnet"}.get(session.kind, "Console")
            yield f"{'student':<32} {kind:<9} {'--':<23}"

    header = ("User                             Type      From", " ")
    yield from table("User Information", header, rows(), "Number of users : {}")


@shows("show > debug")
def debug(device: SrosDevice, values: Values) -> Lines:
    tree = device.configuration.debug
    if tree.children:
        yield from tree.lines()


@shows("show > log > log-id [<log:1-101>]")
def log(device: SrosDevice, values: Values) -> Lines:
    if "log" not in values:
        return device.log.logs()
    if int(values["log"]) not in LOGS:
        raise Mistake(f"MINOR: CLI Log {values['log']} does not exist.")
    return device.log.show(int(values["log"]))


@shows("show > system > information")
def system_information(device: SrosDevice, values: Values) -> Lines:
    def row(name: str, value: object) -> str:
        return f"{name:<23}: {value}"

    def when(time: int | None) -> str:
        return moment(time).strftime("%Y/%m/%d %H:%M:%S") if time is not None else "N/A"

    system = device.configuration.config.one("system")
    assert system is not None
    saved = device.saved is not None
    yield from title("System Information")
    yield row("System Name", device.system_name())
    yield row("System Type", CHASSIS)
    yield row("System Version", VERSION.partition("-")[2])
    yield row("System Contact", system.value("contact", "text"))
    yield row("System Location", system.value("location", "text"))
    yield row("System Coordinates", "")
    yield row("System Active Slot", "A")
    yield row("System Up Time", f"{_up(device)} (hr:min:sec)")
    yield ""
    yield row("Configured Oper Mode", "default")
    yield row("Tel/Tel6/SSH/FTP Admin", "Disabled/Disabled/Enabled/Disabled")
    yield row("Tel/Tel6/SSH/FTP Oper", "Down/Down/Up/Down")
    yield ""
    yield row("BOF Source", "cf3:")
    yield row("Image Source", "primary")
    yield row("Config Source", "primary" if saved else "N/A")
    yield row("Last Booted Config File", SAVED_AS if saved else "N/A")
    yield row("Last Saved Config", SAVED_AS if saved else "N/A")
    yield row("Time Last Saved", when(device.saved_at if saved else None))
    yield row("Changes Since Last Save", "Yes" if device.unsaved else "No")
    user = "student" if device.modified_at is not None else "N/A"
    yield row("User Last Modified", user)
    yield row("Time Last Modified", when(device.modified_at))
    yield "=" * 79


@shows("show > chassis")
def chassis(device: SrosDevice, values: Values) -> Lines:
    yield from title("Chassis Information")
    yield pair("    Name", device.system_name(), name=34)
    yield pair("    Type", CHASSIS, name=34)
    yield pair("    Number of slots", 2, name=34)
    yield pair("    Number of ports", len(list(device.node("port"))), name=34)
    yield "=" * 79


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


VERSION = "TiMOS-C-13.0.R9"
BUILT = "Built on Thu Mar 3 14:25:49 PST 2016 by builder in /rel13.0/b1/R9/panos/main"
PLATFORM = "ALCATEL-LUCENT SR 7750"
COPYRIGHT = "Copyright (c) 2000-2016 Alcatel-Lucent."
CHASSIS = "7750 SR-12"
SAVED_AS = "cf3:\\config.cfg"
PORTS = tuple(f"1/1/{number}" for number in range(1, 6))
"""The ports of its one MDA, an m5-1gb-sfp-b."""
