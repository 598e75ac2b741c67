"""One shell's session: what is typed comes in from any thread, what is written goes to a screen.

The adapter between a sans-I/O `Shell`, the owner that runs it and the port of the SSH servers.
What a command caused is on disk before its prompt is shown: `settle` is called first.  Much that
is typed at once is taken a little at a time, so that nobody else waits for it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from labkit.sim.lab.owner import Owner
from labkit.sim.routers.jobs import Wait
from labkit.sim.routers.shell import INPUT_LIMIT, Shell
from labkit.sim.serve.port import ANEW, Screen

TURN = 0.005
"""Seconds that a session may type before the others have their turn."""
PIECE = 64
"""Characters that it types in one go."""
HELD = 32_768
"""Characters of output that are held back while there is more to type."""

Opening = Callable[[], Shell]
"""Makes the session's shell anew; called in the owner's thread."""


class ShellSession:
    """A `serve.port.Session` and an owner's `Waiter`."""

    def __init__(
        self,
        device: str,
        owner: Owner,
        screen: Screen,
        opening: Opening,
        settle: Callable[[], None],
        command: str | None = None,
    ) -> None:
        self.device = device
        self._owner = owner
        self._screen = screen
        self._opening = opening
        self._settle = settle
        self._ending = False
        self._backlog: deque[str] = deque()
        """Typed, and not yet given to the shell: a character each."""
        self._scheduled = False
        self._written = ""
        self._shell: Shell | None = None
        self._single = command is not None
        self._anew = False
        """Nothing was typed or shown since the session was told of a start."""
        owner.post(lambda: self._open(command))

    # ---- from any thread

    def feed(self, typed: str) -> None:
        self._owner.post(lambda: self._take(typed))

    def resize(self, width: int, height: int) -> None:
        def change(shell: Shell) -> None:
            shell.width = width
            if shell.height:
                shell.height = height

        self._owner.post(lambda: self._do(change))

    def end_of_input(self) -> None:
        def end(shell: Shell) -> None:
            self._ending = True  # only here: what was typed before must have been fed

        self._owner.post(lambda: self._do(end))

    def hang_up(self) -> None:
        self._owner.post(lambda: self._do(lambda shell: shell.hang_up()))

    # ---- in the owner's thread

    def waiting(self) -> Wait | None:
        return None if self._shell is None else self._shell.waiting()

    def resume(self) -> None:
        if self._shell is not None:
            self._shell.resume()

    def push(self) -> None:
        self._show()
        if self._backlog and not self._scheduled:
            self._scheduled = True
            self._owner.post(self._type)

    def _take(self, typed: str) -> None:
        self._anew = False
        self._backlog.extend(typed[: INPUT_LIMIT - len(self._backlog)])
        if not self._scheduled:
            self._type()

    def _type(self) -> None:
        """Give the shell its next turn; what is left waits for `push`, when others had theirs."""
        self._scheduled = False
        self._do(self._type_on)

    def _type_on(self, shell: Shell) -> None:
        deadline = time.perf_counter() + TURN
        while self._backlog and time.perf_counter() < deadline:
            piece = [self._backlog.popleft() for _ in range(min(PIECE, len(self._backlog)))]
            shell.feed("".join(piece))

    def _show(self) -> None:
        shell = self._shell
        if shell is None:
            return
        idle = shell.waiting() is None
        self._written += shell.output()
        if self._backlog and idle and len(self._written) < HELD and not shell.closed:
            return
        text, self._written = self._written, ""
        if idle and (text or shell.closed):
            self._settle()
        if text:
            self._anew = False
            self._screen.show(text)
        if self._ending and idle and not self._backlog and not shell.closed:
            shell.hang_up()
        if shell.closed:
            self._close(shell.status)

    def fail(self, error: Exception) -> None:
        if self._shell is not None:
            self._shell.fail(f"% labkit: this command failed ({type(error).__name__}: {error})")

    def reopen(self) -> None:
        """The lab has started again: the same window, at the prompt of the new device.

        A line says so.  It takes the place of a prompt at which nothing was typed, and one is
        enough for starts that follow each other: no prompt is left behind.
        """
        old = self._shell
        if old is None or old.closed:
            return
        said, self._written = self._written + old.output(), ""
        if self._single:  # its command is gone with the old lab, and there is no prompt to be at
            self._screen.show(f"{said}\r\n{ANEW}\r\n")
            old.hang_up()
            self._close(1)
            return
        prompt = old.prompt()
        waits = not (old.busy() or old.editor.text)
        new = self._opening()
        new.width, new.height = old.width, old.height
        new.feed("\r")
        if not (waits and self._anew and not said and new.prompt() == prompt):
            line = "\r" + ANEW.ljust(len(prompt)) if waits else f"\r\n{ANEW}"
            self._screen.show(said + line + new.output())
        new.output()
        old.hang_up()
        self._shell, self._anew = new, True

    def _open(self, command: str | None) -> None:
        try:
            self._shell = self._opening()
        except Exception as error:
            self._screen.show(f"labkit: {error}\r\n")
            self._screen.close(1)
            raise
        self._owner.waiters.append(self)
        self._do(lambda shell: shell.start(command))

    def _do(self, work: Callable[[Shell], None]) -> None:
        if self._shell is None:
            return
        try:
            work(self._shell)
        except Exception as error:
            self.fail(error)
            raise
        finally:
            self._show()

    def _close(self, status: int) -> None:
        self._shell = None
        self._backlog.clear()
        self._owner.waiters.remove(self)
        self._screen.close(status)
