"""Commands of the exec that are about the box itself: sessions, the log, debugging.

Each takes the shell and what was typed; shows return lines, others write or return a job.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cli.cisco_ios import debug_packet, log, login, running
from labkit.cli.cisco_ios.kinds import MONTHS
from labkit.cli.cisco_ios.rows import Command, Row
from labkit.cli.cisco_ios.show import resources
from labkit.cli.cisco_ios.timestamps import clock, day_and_time, instant
from labkit.cli.grammar import Match
from labkit.cli.jobs import Ask, Interrupt, Job

if TYPE_CHECKING:
    from labkit.cli.cisco_ios.device import IosDevice
    from labkit.cli.cisco_ios.shell import IosShell

M = Match[Any]
_DEBUG_NAMES = {
    "crypto isakmp": "Crypto ISAKMP debugging",
    "crypto engine": "Crypto Engine debugging",
    "crypto ipsec": "Crypto IPSEC debugging",
}

HISTORY = 20
"""Commands that `show history` lists."""
CRYPTO_DEBUGS = ("crypto isakmp", "crypto engine", "crypto ipsec")

# ------------------------------------------------------------------------- sessions


def _enable(shell: IosShell, match: M) -> Job:
    return login.enable(shell)


def _disable(shell: IosShell, match: M) -> None:
    shell.privilege = 1


def _exit(shell: IosShell, match: M) -> None:
    shell.hang_up()


def configure(shell: IosShell, match: M) -> None:
    """`configure terminal`."""
    shell.write("Enter configuration commands, one per line.  End with CNTL/Z.\n")
    shell.begin_configuring()


def _configure_which(shell: IosShell, match: M) -> Job:
    answer = yield Ask("Configuring from terminal, memory, or network [terminal]? ")
    if "terminal".startswith((answer or "").strip().lower()):
        configure(shell, match)
    else:
        shell.write('?Must be "terminal", "memory" or "network"\n')


def _length(shell: IosShell, match: M) -> None:
    shell.height = match["lines"]


def _width(shell: IosShell, match: M) -> None:
    shell.width = match["columns"]


def _monitor(shell: IosShell, match: M) -> None:
    shell.monitors = not match.said("no")


def confirmed(question: str) -> Any:
    """Whether a `[confirm]` is answered with Enter or yes; as part of a job."""
    try:
        answer = yield Ask(question)
    except Interrupt:
        return False
    return (answer or "").strip().lower() in ("", "y", "yes")


# ------------------------------------------------------------------------- log and debug


def _show_logging(shell: IosShell, match: M) -> Iterator[str]:
    journal = shell.device.journal
    yield (f"Syslog logging: {'enabled' if journal.on else 'disabled'} (0 messages dropped, "
           f"{journal.limited} messages rate-limited, 0 flushes, 0 overruns, xml disabled, "
           "filtering disabled)")  # fmt: skip
    yield from ("", "No Active Message Discriminator.", "", "")
    yield from ("No Inactive Message Discriminator.", "", "")
    for name, to in (("Console logging", journal.console), ("Monitor logging", journal.monitor),
                     ("Buffer logging", journal.buffering)):  # fmt: skip
        gap = " " if name.startswith("Buffer") else ""
        if to.level is None:
            yield f"    {name}: {gap}disabled"
        else:
            level = log.LEVELS[to.level]
            yield f"    {name}: {gap}level {level}, {to.count} messages logged, xml disabled,"
            yield f"                    {'' if gap else ' '}filtering disabled"
    yield f"    Exception Logging: size ({running.EXCEPTION_SIZE} bytes)"
    yield "    Count and timestamp logging messages: disabled"
    yield "    Persistent logging: disabled"
    yield from ("", "No active filter modules.", "")
    yield from _trap(shell.device)
    if journal.buffering.level is not None:
        yield f"Log Buffer ({journal.size} bytes):"
        yield ""
        yield from tuple(journal.buffer)


def _trap(device: IosDevice) -> Iterator[str]:
    trap = device.journal.trap
    if trap.level is None:
        yield "    Trap logging: disabled"
    else:
        yield f"    Trap logging: level {log.LEVELS[trap.level]}, {trap.count} message lines logged"
    yield "        Logging Source-Interface:       VRF Name:"
    source = device.running.find("logging source-interface")
    if source is not None:
        yield f"        {source.text.split()[2]:<32}"
    yield ""


def _clear_logging(shell: IosShell, match: M) -> Job:
    if (yield from confirmed("Clear logging buffer [confirm]")):
        shell.device.journal.clear()


def _debug(shell: IosShell, match: M) -> None:
    flag = " ".join(match.words[1:])
    shell.device.journal.debug(flag, True)
    shell.write(f"{_DEBUG_NAMES[flag]} is on\n")


def _debug_packet(shell: IosShell, match: M) -> None:
    flag = " ".join(match.words[1:])
    shell.device.journal.debug(flag, True)
    shell.write(debug_packet.title(flag) + "\n")


def _undebug(shell: IosShell, match: M) -> None:
    journal = shell.device.journal
    if match.said("all"):
        journal.undebug_all()
        shell.write("All possible debugging has been turned off\n")
        return
    flag = " ".join(match.words[-2:])
    journal.debug(flag, False)
    shell.write(f"{_DEBUG_NAMES[flag]} is off\n")


def _undebug_packet(shell: IosShell, match: M) -> None:
    shell.device.journal.debug(debug_packet.FLAG, False)
    shell.write("IP packet debugging is off\n")


def _show_debugging(shell: IosShell, match: M) -> Iterator[str]:
    flags = shell.device.journal.debugs
    packets = debug_packet.flag_of(flags)
    if packets is not None:
        yield "Generic IP:"
        yield f"  {debug_packet.title(packets)}"
    if flags & set(CRYPTO_DEBUGS):
        yield ""
        yield "Cryptographic Subsystem:"
        for flag in CRYPTO_DEBUGS:
            if flag in flags:
                yield f"  {_DEBUG_NAMES[flag]} is on"
    yield ""


# ------------------------------------------------------------------------- small shows


def _show_clock(shell: IosShell, match: M) -> Iterator[str]:
    yield clock(shell.device.now(), shell.device.clock_ahead is not None)


def _clock_set(shell: IosShell, match: M) -> None:
    """`clock set`: the device's own clock; the lab's goes on as it was."""
    device, (hour, minute, second) = shell.device, match["time"]
    month = MONTHS.index(match["month"]) + 1
    try:
        wanted = instant(match["day"], month, match["year"], hour, minute, second)
    except ValueError:
        shell.write("% Invalid day of month\n")
        return
    before = day_and_time(device.now())
    device.clock_ahead = wanted - shell.now()
    peer = str(shell.peer) if shell.peer else ""
    told = log.clock_set(before, day_and_time(wanted), shell.line_name, shell.user, peer)
    device.journal.tell(told)


def _show_login(shell: IosShell, match: M) -> Iterator[str]:
    return shell.device.logins.show()


def _show_privilege(shell: IosShell, match: M) -> Iterator[str]:
    yield f"Current privilege level is {shell.privilege}"


def _show_history(shell: IosShell, match: M) -> Iterator[str]:
    for line in shell.editor.history[-HISTORY:]:
        yield f"  {line}"


def _show_users(shell: IosShell, match: M) -> Iterator[str]:
    yield "    Line       User       Host(s)              Idle       Location"
    vty = 0
    for session in shell.device.sessions:
        mark = "*" if session is shell else " "
        if session.kind == "console":
            line, number = "con 0", 0
        else:
            line, number = f"vty {vty}", 2 + vty
            vty += 1
        place = str(session.peer) if session.peer else ""
        who = f"{line:<10} {session.user:<10} idle"
        yield f"{mark}{number:3} {who}                 00:00:00 {place}"
    yield ""
    yield "  Interface    User               Mode         Idle     Peer Address"
    yield ""


def _show_hosts(shell: IosShell, match: M) -> Iterator[str]:
    running_now = shell.device.running
    name = running_now.find("ip domain name")
    lookup = running_now.find("ip domain lookup")
    domain = name.text.split()[-1] if name else None
    yield from resources.hosts(domain, lookup is None or not lookup.text.startswith("no "))
    for line in running_now.under("ip host"):
        yield f"{line.values['name']:<25} None  (perm, OK)  0   IP    {line.values['address']}"


ROWS: list[Row] = [
    Command("enable [<level:0-15>]", _enable, free=True),
    Command("disable [<level:0-15>]", _disable, free=True),
    Command("( exit | logout | quit )", _exit, free=True),
    Command("configure terminal", configure, privilege=15),
    Command("configure", _configure_which, privilege=15),
    Command("terminal length <lines:0-512>", _length, free=True),
    Command("terminal width <columns:0-512>", _width, free=True),
    Command("terminal [no] monitor", _monitor, free=True, privilege=15),
    Command("debug crypto ( isakmp | ipsec | engine )", _debug, privilege=15),
    Command("debug ip packet [detail] [<acl:word>]", _debug_packet, privilege=15),
    Command("( undebug | no debug ) all", _undebug, privilege=15),
    Command("( undebug | no debug ) crypto ( isakmp | ipsec | engine )", _undebug, privilege=15),
    Command("( undebug | no debug ) ip packet [detail] [<acl:word>]", _undebug_packet,
            privilege=15),
    Command("clear logging", _clear_logging, privilege=15),
    Command("show logging", show=_show_logging),
    Command("show debugging", show=_show_debugging),
    Command("clock set <time:clock> ( <day:1-31> <month:month> | <month:month> <day:1-31> ) "
            "<year:1993-2035>", _clock_set, privilege=15),
    Command("show clock", show=_show_clock),
    Command("show logi~n", show=_show_login, privilege=15),
    Command("show privilege", show=_show_privilege),
    Command("show history", show=_show_history),
    Command("show users", show=_show_users),
    Command("show hosts", show=_show_hosts),
]  # fmt: skip
