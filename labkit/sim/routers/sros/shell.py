"""The classic CLI at a terminal: prompt, help, errors with their caret, the pager.

A line goes through the session's cursor (cursor.py); what comes back as a command is carried out
by its row's function (commands.py).  Must not know SSH.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from labkit.sim.routers.jobs import Job
from labkit.sim.routers.shell import Shell
from labkit.sim.routers.sros import grammar, helping
from labkit.sim.routers.sros.cursor import Command, Cursor
from labkit.sim.routers.sros.pipe import Pipe
from labkit.sim.routers.sros.schema import BAD_COMMAND, Mistake
from labkit.sim.routers.sros.system import BUILT, COPYRIGHT, PLATFORM, VERSION

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

PAGE = 24


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
        self.page_height = height or PAGE

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
        if command.negated and command.row.keyword != "more":
            raise Mistake(BAD_COMMAND)
        assert command.row.run is not None
        job: Job | None = command.row.run(self, command)
        return job

    def print(self, lines: Iterable[str], pipe: Pipe | None = None) -> Job:
        """Write lines through the pager, those that a pipe leaves."""
        yield from self.page(lines if pipe is None else pipe.filter(lines))
