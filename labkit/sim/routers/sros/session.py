"""What a session itself does: its settings, where it is, `info`, and what is done to the router.

Must not know how a line is read, nor what is configured.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.sim.routers.jobs import Ask, Job
from labkit.sim.routers.sros import display, helping, ping
from labkit.sim.routers.sros.commands import runs
from labkit.sim.routers.sros.cursor import Command
from labkit.sim.routers.sros.page import SINGLE, date
from labkit.sim.routers.sros.schema import BAD_COMMAND, Mistake
from labkit.sim.routers.sros.system import BUILT, COPYRIGHT, PLATFORM, SAVED_AS, VERSION

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice
    from labkit.sim.routers.sros.shell import SrosShell

INFO_RULE = "-" * 46


@runs("environment > more")
def more(shell: SrosShell, command: Command) -> None:
    shell.height = 0 if command.negated else shell.page_height


@runs("environment > terminal > length <lines:1-512>")
def length(shell: SrosShell, command: Command) -> None:
    shell.page_height = int(command.values["lines"])
    if shell.height:
        shell.height = shell.page_height


@runs("environment > terminal > width <columns:1-512>")
def width(shell: SrosShell, command: Command) -> None:
    shell.width = int(command.values["columns"])


@runs(
    "ssh <address:word> { -l <user:word> | router <instance:instance> }*",
    "telnet <address:ip> { <port:1-65535> | router <instance:instance> }*",
    everywhere=True,
)
def refused(shell: SrosShell, command: Command) -> None:
    raise Mistake("MINOR: CLI Operation is not permitted.")


@runs("logout", everywhere=True)
def logout(shell: SrosShell, command: Command) -> None:
    shell.hang_up()


@runs("echo [<text:name>]", everywhere=True)
def echo(shell: SrosShell, command: Command) -> None:
    shell.write(command.values.get("text", "") + "\n")


@runs("history", everywhere=True)
def history(shell: SrosShell, command: Command) -> None:
    for number, line in enumerate(shell.editor.history, start=1):
        shell.write(f"{number:4} {line}\n")


@runs("pwc [previous]", everywhere=True)
def pwc(shell: SrosShell, command: Command) -> None:
    place = shell.cursor.place
    if "previous" in command.values and shell.cursor.came_from:
        place = shell.cursor.came_from[-1]
    shell.write(f"{SINGLE}\nPresent Working Context :\n{SINGLE}\n <root>\n")
    for depth, step in enumerate(place, start=1):
        shell.write("  " * depth + step.row.text(step.values) + "\n")
    shell.write(SINGLE + "\n")


@runs("info [detail]", everywhere=True)
def info(shell: SrosShell, command: Command) -> Job:
    node = shell.cursor.configuration.node(shell.cursor.place)
    if node is None:
        raise Mistake(BAD_COMMAND, 0)
    detail = "detail" in command.values
    body = list(node.body(len(shell.cursor.place), detail=detail))
    return shell.print([INFO_RULE, *body, INFO_RULE], command.pipe)


@runs("tree [detail]", everywhere=True)
def tree(shell: SrosShell, command: Command) -> Job:
    lines = helping.tree(shell.cursor.context, detail="detail" in command.values)
    return shell.print([shell.cursor.context.keyword or "<root>", *lines], command.pipe)


@runs("help", everywhere=True)
def help_(shell: SrosShell, command: Command) -> None:
    shell.write(helping.GENERAL)


@runs("admin > display-config [detail]")
def display_config(shell: SrosShell, command: Command) -> Job:
    detail = "detail" in command.values
    return shell.print(_framed(shell.device, detail), command.pipe)


def _framed(device: SrosDevice, detail: bool) -> Iterator[str]:
    now = device.router.clock.now
    yield f"# {VERSION} cpm/hops64 {PLATFORM} {COPYRIGHT}"
    yield "# All rights reserved. All use subject to applicable license agreements."
    yield f"# {BUILT}"
    yield ""
    yield f"# Generated {date(now)}"
    yield ""
    yield from display.display(device.configuration, detail=detail)
    yield ""
    yield f"# Finished {date(now)}"


@runs("admin > save { <url:file> | detail }*")
def save(shell: SrosShell, command: Command) -> None:
    url = command.values.get("url", SAVED_AS)
    shell.device.save()
    shell.write(f"Writing configuration to {url}\nSaving configuration ... OK\nCompleted.\n")


@runs("admin > reboot { now | active }*")
def reboot(shell: SrosShell, command: Command) -> Job:
    if "now" not in command.values:
        answer = yield Ask("Are you sure you want to reboot (y/n)? ")
        if (answer or "").strip().lower() not in ("y", "yes"):
            return
    shell.write("Resetting...OK\n\n")
    shell.device.reboot()


_PING_OPTIONS = (
    "rapid | detail | ttl <ttl:1-128> | tos <tos:0-255> | size <size:0-16384> | source <source:ip>"
    " | interval <interval:1-10000> | count <count:1-100000> | do-not-fragment"
    " | timeout <timeout:1-10>"
)
_TRACEROUTE_OPTIONS = (
    "ttl <ttl:1-255> | wait <wait:1-60000> | no-dns | source <source:ip> | tos <tos:0-255>"
)


def _both(command: str, options: str) -> tuple[str, str]:
    """A command to a destination, its `router N` before the destination or after it."""
    router = "router <instance:instance>"
    return (
        f"{command} {router} <destination:ip> {{ {options} }}*",
        f"{command} <destination:ip> {{ {options} | {router} }}*",
    )


runs(*_both("ping", _PING_OPTIONS), everywhere=True)(ping.ping)
runs(*_both("traceroute", _TRACEROUTE_OPTIONS), everywhere=True)(ping.traceroute)
