"""Commands of a session: leaving, configuring, the terminal, the clock, who else is there, names.

Each takes the shell and what was typed; shows return lines, others write or return a job.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from labkit.sim.grammar import Match
from labkit.sim.routers.ios.kinds import MONTHS
from labkit.sim.routers.ios.log import messages
from labkit.sim.routers.ios.rows import Command, M, Row
from labkit.sim.routers.ios.wording import day_and_time, full_clock, instant
from labkit.sim.routers.jobs import Ask, Interrupt, Job

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

HISTORY = 20
"""Commands that `show history` lists."""


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


# ------------------------------------------------------------------------- small shows


def _show_clock(shell: IosShell, match: M) -> Iterator[str]:
    yield full_clock(shell.device.now(), shell.device.clock_ahead is not None)


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
    told = messages.clock_set(before, day_and_time(wanted), shell.line_name, shell.user, peer)
    device.log.tell(told)


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
    """`show hosts`; there is no name server in this lab."""
    running_now = shell.device.running
    name = running_now.find("ip domain name")
    lookup = running_now.find("ip domain lookup")
    yield f"Default domain is {name.text.split()[-1] if name else 'not set'}"
    if lookup is None or not lookup.text.startswith("no "):
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
    for line in running_now.under("ip host"):
        yield f"{line.values['name']:<25} None  (perm, OK)  0   IP    {line.values['address']}"


_CDP = """\
Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge
                  S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone,
                  D - Remote, C - CVTA, M - Two-port Mac Relay

Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID

Total cdp entries displayed : 0"""
"""Nobody in this lab speaks CDP: SR OS routers and hosts are the only neighbours."""


def _cdp(shell: IosShell, match: Match[Any]) -> Iterable[str]:
    off = shell.device.running.find("cdp run")
    if off is not None:
        return ["% CDP is not enabled"]
    return _CDP.splitlines()[-1:] if match.said("detail") else _CDP.splitlines()


EXEC: list[Row] = [
    Command("( exit | logout | quit )", _exit, free=True),
    Command("configure terminal", configure, privilege=15),
    Command("configure", _configure_which, privilege=15),
    Command("terminal length <lines:0-512>", _length, free=True),
    Command("terminal width <columns:0-512>", _width, free=True),
    Command("terminal [no] monitor", _monitor, free=True, privilege=15),
    Command("clock set <time:clock> ( <day:1-31> <month:month> | <month:month> <day:1-31> ) "
            "<year:1993-2035>", _clock_set, privilege=15),
    Command("show clock", show=_show_clock),
    Command("show privilege", show=_show_privilege),
    Command("show history", show=_show_history),
    Command("show users", show=_show_users),
    Command("show hosts", show=_show_hosts),
    Command("show cdp neighbors [detail]", show=_cdp),
]  # fmt: skip
