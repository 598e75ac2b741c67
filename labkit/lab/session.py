"""One shell's session: what is typed comes in from any thread, what is written goes to a screen.

The adapter between a sans-I/O `Shell`, the owner that runs it and the port of the SSH servers.
What a command caused is on disk before its prompt is shown: `settle` is called first.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cli.jobs import Wait
from labkit.cli.shell import Shell
from labkit.lab.owner import Owner
from labkit.serve.port import Screen

Opening = Callable[[], Shell]
"""Makes the session's shell anew; called in the owner's thread."""


class ShellSession:
    """A `serve.port.Session` and an owner's `Task`."""

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
        self._shell: Shell | None = None
        owner.post(lambda: self._open(command))

    # ---- from any thread

    def feed(self, typed: str) -> None:
        self._owner.post(lambda: self._do(lambda shell: shell.feed(typed)))

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
        shell = self._shell
        if shell is None:
            return
        idle = shell.waiting() is None
        text = shell.output()
        if idle and (text or shell.closed):
            self._settle()
        if text:
            self._screen.show(text)
        if self._ending and idle and not shell.closed:
            shell.hang_up()
        if shell.closed:
            self._close(shell.status)

    def fail(self, error: Exception) -> None:
        if self._shell is not None:
            self._shell.fail(f"% labkit: this command failed ({type(error).__name__}: {error})")

    def reopen(self) -> None:
        """The lab has started again: the same window, at the prompt of the new device."""
        old = self._shell
        if old is None or old.closed:
            return
        self._screen.show(old.output() + "\r\n")
        new = self._opening()
        new.width, new.height = old.width, old.height
        old.hang_up()
        self._shell = new
        new.feed("\r")

    def _open(self, command: str | None) -> None:
        try:
            self._shell = self._opening()
        except Exception as error:
            self._screen.show(f"labkit: {error}\r\n")
            self._screen.close(1)
            raise
        self._owner.tasks.append(self)
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
            self.push()

    def _close(self, status: int) -> None:
        self._shell = None
        self._owner.tasks.remove(self)
        self._screen.close(status)
