"""`show logging`, and the rows of `logging`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.sim.grammar import Match
from labkit.sim.routers.ios import running
from labkit.sim.routers.ios.log import messages
from labkit.sim.routers.ios.log.messages import LEVELS
from labkit.sim.routers.ios.rows import Command, M, Row, Setting
from labkit.sim.routers.ios.system.commands import confirmed
from labkit.sim.routers.jobs import Job

if TYPE_CHECKING:
    from labkit.sim.routers.ios.device import IosDevice
    from labkit.sim.routers.ios.shell import IosShell

LEVEL = ("<level=emergencies|alerts|critical|errors|warnings|notifications|informational"
         "|debugging> | <level:0-7>")  # fmt: skip


def _leveled(match: Match[Any]) -> str:
    """A line of `logging`, its level in words; the highest goes without saying."""
    words = [word for word in match.words if word != str(match.get("level"))]
    level = match.get("level")
    name = LEVELS[level] if isinstance(level, int) else level
    return " ".join([*words, *([] if name in (None, "debugging") else [str(name)])])


GLOBAL: list[Row] = [
    Setting(
        "service timestamps <what=debug|log> "
        "[uptime | datetime { msec | localtime | show-timezone }*]",
        20,
        key="service timestamps {what}",
    ),
    Setting("service sequence-numbers", 22, key="service sequence-numbers"),
    Setting("logging on", 44, absent="no logging on", default="logging on"),
    Setting(f"logging buffered [<size:4096-2147483647>] [{LEVEL}]",
            45, key="logging buffered", absent="no logging buffered", text=_leveled),
    Setting("logging rate-limit [console] [all] <rate:1-10000> [except <level=emergencies|alerts"
            "|critical|errors|warnings|notifications|informational|debugging>]",
            46, key="logging rate-limit"),
    Setting(f"logging console [{LEVEL}]", 46, text=_leveled,
            key="logging console", absent="no logging console", default="logging console"),
    Setting(f"logging monitor [{LEVEL}]", 46, text=_leveled,
            key="logging monitor", absent="no logging monitor", default="logging monitor"),
    Setting(f"logging trap [{LEVEL}]", 224, key="logging trap", text=_leveled,
            absent="no logging trap", default="logging trap informational"),
    Setting("logging facility <facility=local0|local1|local2|local3|local4|local5|local6|local7"
            "|syslog|user>", 224, key="logging facility", default="logging facility local7"),
    Setting("logging source-interface <interface:interface>", 224,
            key="logging source-interface"),
    Setting("logging host <host:ipv4>", 225, key="logging host {host}"),
    Setting("logging <host:ipv4>", 225, key="logging host {host}",
            text=lambda match: f"logging host {match['host']}"),
]  # fmt: skip


def _show_logging(shell: IosShell, match: M) -> Iterator[str]:
    logged = shell.device.log
    yield (f"Syslog logging: {'enabled' if logged.on else 'disabled'} (0 messages dropped, "
           f"{logged.limited} messages rate-limited, 0 flushes, 0 overruns, xml disabled, "
           "filtering disabled)")  # fmt: skip
    yield from ("", "No Active Message Discriminator.", "", "")
    yield from ("No Inactive Message Discriminator.", "", "")
    for name, to in (("Console logging", logged.console), ("Monitor logging", logged.monitor),
                     ("Buffer logging", logged.buffering)):  # fmt: skip
        gap = " " if name.startswith("Buffer") else ""
        if to.level is None:
            yield f"    {name}: {gap}disabled"
        else:
            level = messages.LEVELS[to.level]
            yield f"    {name}: {gap}level {level}, {to.count} messages logged, xml disabled,"
            yield f"                    {'' if gap else ' '}filtering disabled"
    yield f"    Exception Logging: size ({running.EXCEPTION_SIZE} bytes)"
    yield "    Count and timestamp logging messages: disabled"
    yield "    Persistent logging: disabled"
    yield from ("", "No active filter modules.", "")
    yield from _trap(shell.device)
    if logged.buffering.level is not None:
        yield f"Log Buffer ({logged.size} bytes):"
        yield ""
        yield from tuple(logged.buffer)


def _trap(device: IosDevice) -> Iterator[str]:
    trap = device.log.trap
    if trap.level is None:
        yield "    Trap logging: disabled"
    else:
        level = messages.LEVELS[trap.level]
        yield f"    Trap logging: level {level}, {trap.count} message lines logged"
    yield "        Logging Source-Interface:       VRF Name:"
    source = device.running.find("logging source-interface")
    if source is not None:
        yield f"        {source.text.split()[2]:<32}"
    yield ""


def _clear_logging(shell: IosShell, match: M) -> Job:
    if (yield from confirmed("Clear logging buffer [confirm]")):
        shell.device.log.clear()


EXEC: list[Row] = [
    Command("clear logging", _clear_logging, privilege=15),
    Command("show logging", show=_show_logging),
]
