"""A device's prompt in this process: give a command, get what it printed.

For tests and notebooks that need no SSH; its effects are those of the same words typed over SSH.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from labkit.cli.jobs import NEVER, Job
from labkit.cli.shell import Shell
from labkit.lab.owner import Owner

WIDTH = 512


class InProcess:
    """One session that the caller's thread drives."""

    def __init__(
        self, owner: Owner, opening: Callable[[], Shell], settle: Callable[[], None]
    ) -> None:
        self._owner = owner
        self._opening = opening
        self._settle = settle
        self._shell: Shell | None = None
        self._text: list[str] = []

    def run(self, command: str, *answers: str) -> str:
        """Give a command, answering its questions in turn; returns its output with LF line
        ends, without echo and prompt.  Raises ValueError for a question without an answer."""
        self._owner.finish(self._run(command, answers))
        text = "".join(self._text).replace("\r\n", "\n")
        prompt = self.prompt
        return text.removeprefix(f"{command}\n").removesuffix(prompt)

    @property
    def prompt(self) -> str:
        """The prompt as it stands."""
        return self._owner.call(lambda: "" if self._shell is None else self._shell.prompt())

    def reset(self) -> None:
        """The lab has started again: the next command opens a new session (owner's thread)."""
        if self._shell is not None:
            self._shell.hang_up()
        self._shell = None

    def _run(self, command: str, answers: Iterable[str]) -> Job:
        if self._shell is None or self._shell.closed:
            self._shell = self._opening()
            self._shell.width, self._shell.height = WIDTH, 0
            self._shell.start()
        shell = self._shell
        self._text = []
        shell.output()
        yield from type_command(shell, command, answers)
        self._text.append(shell.output())
        self._settle()


def type_command(shell: Shell, command: str, answers: Iterable[str] = ()) -> Job:
    """Type one command at a shell and wait for its end, as a job of the caller's."""
    replies = iter(answers)
    shell.feed(command + "\r")
    while shell.busy() and not shell.closed:
        wait = shell.waiting()
        if wait is not None and (wait.until < NEVER or wait.done()):
            yield wait
            shell.resume()
            continue
        answer = next(replies, None)
        if answer is None:
            shell.feed("\x03")
            if shell.busy():  # a Telnet client passes it on
                shell.hang_up()
            raise ValueError(f"the command asks a question: {command}")
        shell.feed(answer + "\r")
