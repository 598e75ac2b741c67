"""A session that is typed at whatever happens, and what must hold all the while."""

from __future__ import annotations

from random import Random
from typing import Protocol

from labkit.sim.net.clock import SECOND, Clock
from labkit.sim.routers.jobs import NEVER
from labkit.sim.routers.shell import Shell

PATIENCE = 30
"""Steps of the clock before a command is interrupted."""
ANSWERS = ("\r", "\r", "y\r", "n\r", "no\r", "q", " ", "10.0.0.1\r", "x\r", "\x03", "\x1a", "?\r")


class Typed(Protocol):
    """A device to type at."""

    def open_shell(self, kind: str = "ssh", *, width: int = 80, height: int = 24,
                   secret: str | None = None) -> Shell: ...  # fmt: skip


class Session:
    """One terminal; a closed one is opened again."""

    def __init__(self, device: Typed, clock: Clock, random: Random) -> None:
        self.device = device
        self.clock = clock
        self.random = random
        self.shell = self._open()

    def _open(self) -> Shell:
        shell = self.device.open_shell(height=self.random.choice((0, 0, 24)))
        shell.start()
        return shell

    def type(self, line: str) -> None:
        """Type a line; afterwards the shell is at its prompt, or closed by it."""
        if self.shell.closed:
            self.shell = self._open()
        self.shell.feed(line + "\r")
        self._finish()
        if not self.shell.closed:
            said = self.shell.output()
            assert said.endswith(self.shell.prompt() + self.shell.editor.text), (line, said[-300:])

    def _finish(self) -> None:
        steps = 0
        while self.shell.busy() and not self.shell.closed:
            steps += 1
            assert steps < 10 * PATIENCE, "the command does not end"
            wait = self.shell.waiting()
            if wait is None:
                self.shell.feed(self.random.choice(ANSWERS) if steps < PATIENCE else "\x03")
            elif wait.done() or wait.until <= self.clock.now:
                self.shell.resume()
            elif steps > PATIENCE:
                self.shell.feed("\x1ex\x03")
            else:
                self._let_time_go_by(wait.until)

    def _let_time_go_by(self, until: int) -> None:
        following = self.clock.next_time()
        if until >= NEVER and following is None:
            following = self.clock.now + SECOND
        self.clock.run_until(until if following is None else min(until, following))
