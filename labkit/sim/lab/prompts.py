"""The prompts of a lab: one a device in this process, and any number on people's screens.

A prompt in this process is for tests and notebooks that need no SSH: give a command, get what it
printed.  Its effects are those of the same words typed over SSH.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from labkit.sim.lab.owner import Owner
from labkit.sim.lab.session import ShellSession
from labkit.sim.routers.jobs import NEVER, Job
from labkit.sim.routers.shell import Shell
from labkit.sim.serve.port import Screen, Window

CONTROL = "lab"
"""The control channel's name among the devices; its sessions outlive the devices."""
WIDTH = 512


class Prompts:
    """Opens them, and opens them anew when the lab starts again."""

    def __init__(
        self, owner: Owner, make: Callable[[str, Window], Shell], settle: Callable[[], None]
    ) -> None:
        """`make` is called in the owner's loop for every new shell of a device."""
        self._owner = owner
        self._make = make
        self._settle = settle
        self._here: dict[str, InProcess] = {}

    def here(self, device: str) -> InProcess:
        """A device's prompt in this process, always the same one."""
        if device not in self._here:
            opening = self._opening(device, None)
            self._here[device] = InProcess(self._owner, opening, self._settle)
        return self._here[device]

    def open(
        self, device: str, screen: Screen, window: Window | None, command: str | None
    ) -> ShellSession:
        """A session for somebody's screen."""
        opening = self._opening(device, window)
        return ShellSession(device, self._owner, screen, opening, self._settle, command)

    def _opening(self, device: str, window: Window | None) -> Callable[[], Shell]:
        return lambda: self._make(device, window or Window(80, 0))

    # ---- in the owner's loop

    def begun(self, device: str) -> Shell:
        """A session of its own for a command of the lab's."""
        shell = self._opening(device, None)()
        shell.start()
        return shell

    def reopen(self) -> None:
        """The lab has started again: be at the new devices' prompts."""
        for prompt in self._here.values():
            prompt.reset()
        for session in self._sessions():
            if session.device != CONTROL:
                session.reopen()

    def count(self) -> dict[str, int]:
        """The open sessions by device."""
        return Counter(session.device for session in self._sessions())

    def _sessions(self) -> list[ShellSession]:
        return [each for each in self._owner.waiters if isinstance(each, ShellSession)]


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
        """The lab has started again: the next command opens a new session (owner's loop)."""
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
