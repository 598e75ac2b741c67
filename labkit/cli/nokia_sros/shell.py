"""The classic CLI at a terminal: prompt, help, errors with their caret, the pager.

A line goes through the session's cursor (cursor.py); what comes back as a command is looked up
in COMMANDS here, or in the show commands (show.py).  Must not know SSH.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from labkit.cli.jobs import Ask, Job
from labkit.cli.nokia_sros import (
    display,
    grammar,
    helping,
    oam,
    ping,
    rollback,
    show,
    traceroute,
)
from labkit.cli.nokia_sros.cursor import Command, Cursor
from labkit.cli.nokia_sros.identity import BUILT, COPYRIGHT, PLATFORM, SAVED_AS, VERSION
from labkit.cli.nokia_sros.page import date
from labkit.cli.nokia_sros.pipe import Pipe
from labkit.cli.nokia_sros.schema import BAD_COMMAND, Mistake
from labkit.cli.shell import Shell

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

PAGE = 24
INFO_RULE = "-" * 46


class SrosShell(Shell):
    """One session on a router."""

    more_prompt = "Press any key to continue (Q to quit)"
    interrupt_echo = "^C"

    def __init__(
        self, device: SrosDevice, *, width: int = 80, height: int = PAGE, kind: str = "ssh"
    ) -> None:
        super().__init__(lambda: device.router.clock.now, width=width, height=height)
        self.device = device
        self.kind = kind
        self.cursor = Cursor(device.configuration, grammar.everywhere())
        self._page = height or PAGE

    # ---- what Shell asks for

    def greet(self) -> Job | None:
        self.write(
            f"{VERSION} cpm/hops64 {PLATFORM} {COPYRIGHT}\n"
            "All rights reserved. All use subject to applicable license agreements.\n"
            f"{BUILT}\n\n"
        )
        return None

    def start(self, command: str | None = None) -> None:
        if command is not None:
            self.height = 0
        super().start(command)

    def prompt(self) -> str:
        star = "*" if self.device.unsaved else ""
        path = self.cursor.path()
        end = "$ " if self.cursor.fresh else "# "
        return f"{star}A:{self.device.system_name()}{'>' if path else ''}{path}{end}"

    def on_end(self) -> None:
        self.cursor.go_to_root()

    def hung_up(self) -> None:
        if self in self.device.sessions:
            self.device.sessions.remove(self)

    def help(self, text: str) -> str:
        return helping.help_text(self.cursor, text)

    def complete(self, text: str) -> str | None:
        return helping.complete(self.cursor, text)

    def execute(self, line: str) -> tuple[Job | None, bool]:
        if line.lstrip().startswith("#"):
            return None, True
        free = line.lstrip().lstrip("/").startswith("environment")
        before = len(self.prompt())
        try:
            command = self.cursor.type(line)
            job = self._carry_out(command) if command is not None else None
            job = self._guarded(job, before) if job is not None else None
        except Mistake as mistake:
            self._complain(mistake, before)
            job = None
        self.device.settle()
        return job, free

    def _guarded(self, job: Job, offset: int) -> Job:
        """A job whose refusal is printed like any other."""
        try:
            yield from job
        except Mistake as mistake:
            self._complain(mistake, offset)

    def _complain(self, mistake: Mistake, offset: int) -> None:
        if mistake.column is not None:
            self.write(" " * (offset + mistake.column) + "^\n")
        self.write(mistake.message + "\n")

    # ---- commands

    def _carry_out(self, command: Command) -> Job | None:
        if command.negated and command.name != "more":
            raise Mistake(BAD_COMMAND)
        own = COMMANDS.get(command.name)
        if own is not None:
            return own(self, command)
        lines = list(show.COMMANDS[command.name](self.device, command.values))
        return self.print(lines, command.pipe)

    def print(self, lines: Iterable[str], pipe: Pipe | None = None) -> Job:
        """Write lines through the pager, those that a pipe leaves."""
        yield from self.page(lines if pipe is None else pipe.filter(lines))


def _more(shell: SrosShell, command: Command) -> None:
    shell.height = 0 if command.negated else shell._page


def _length(shell: SrosShell, command: Command) -> None:
    shell._page = int(command.values["lines"])
    if shell.height:
        shell.height = shell._page


def _width(shell: SrosShell, command: Command) -> None:
    shell.width = int(command.values["columns"])


def _refused(shell: SrosShell, command: Command) -> None:
    raise Mistake("MINOR: CLI Operation is not permitted.")


def _logout(shell: SrosShell, command: Command) -> None:
    shell.hang_up()


def _echo(shell: SrosShell, command: Command) -> None:
    shell.write(command.values.get("text", "") + "\n")


def _history(shell: SrosShell, command: Command) -> None:
    for number, line in enumerate(shell.editor.history, start=1):
        shell.write(f"{number:4} {line}\n")


def _pwc(shell: SrosShell, command: Command) -> None:
    place = shell.cursor.place
    if "previous" in command.values and shell.cursor.came_from:
        place = shell.cursor.came_from[-1]
    shell.write(
        INFO_RULE + "-" * 33 + "\nPresent Working Context :\n" + INFO_RULE + "-" * 33 + "\n"
    )
    shell.write(" <root>\n")
    for depth, step in enumerate(place, start=1):
        shell.write("  " * depth + step.row.text(step.values) + "\n")
    shell.write(INFO_RULE + "-" * 33 + "\n")


def _info(shell: SrosShell, command: Command) -> Job:
    node = shell.cursor.configuration.node(shell.cursor.place)
    if node is None:
        raise Mistake(BAD_COMMAND, 0)
    detail = "detail" in command.values
    body = list(node.body(len(shell.cursor.place), detail=detail))
    return shell.print([INFO_RULE, *body, INFO_RULE], command.pipe)


def _tree(shell: SrosShell, command: Command) -> Job:
    lines = helping.tree(shell.cursor.context, detail="detail" in command.values)
    return shell.print([shell.cursor.context.keyword or "<root>", *lines], command.pipe)


def _help(shell: SrosShell, command: Command) -> None:
    shell.write(helping.GENERAL)


def _display_config(shell: SrosShell, command: Command) -> Job:
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


def _save(shell: SrosShell, command: Command) -> None:
    url = command.values.get("url", SAVED_AS)
    shell.device.save()
    shell.write(f"Writing configuration to {url}\nSaving configuration ... OK\nCompleted.\n")


def _reboot(shell: SrosShell, command: Command) -> Job:
    if "now" not in command.values:
        answer = yield Ask("Are you sure you want to reboot (y/n)? ")
        if (answer or "").strip().lower() not in ("y", "yes"):
            return
    shell.write("Resetting...OK\n\n")
    shell.device.reboot()


COMMANDS: dict[str, Callable[[SrosShell, Command], Job | None]] = {
    "more": _more,
    "terminal_length": _length,
    "terminal_width": _width,
    "refused": _refused,
    "logout": _logout,
    "echo": _echo,
    "history": _history,
    "pwc": _pwc,
    "info": _info,
    "tree": _tree,
    "help": _help,
    "display_config": _display_config,
    "save": _save,
    "reboot": _reboot,
    "rollback_save": rollback.save,
    "rollback_compare": rollback.compare,
    "rollback_delete": rollback.delete,
    "rollback_view": rollback.view,
    "rollback_revert": rollback.revert,
    "lsp_ping": oam.lsp_ping,
    "lsp_trace": oam.lsp_trace,
    "sdp_ping": oam.sdp_ping,
    "ping": ping.ping,
    "traceroute": traceroute.traceroute,
}
