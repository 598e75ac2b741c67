"""An IOS terminal session: login, privilege levels, modes, help, the pipe, log messages.

Reads a line by the grammar of the mode and does what its row says; what the commands do is in
`subjects`.  Must not know sockets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.sim.grammar import Ambiguous, Bad, Grammar, Incomplete, Match
from labkit.sim.model.config import Line
from labkit.sim.routers.ios.configuring import Configuring, Outcome
from labkit.sim.routers.ios.login.entry import greet
from labkit.sim.routers.ios.rows import Command, Row
from labkit.sim.routers.ios.subjects import MODES, exec_mode
from labkit.sim.routers.ios.wording import complaint, help_list, mistake_text, word_list
from labkit.sim.routers.jobs import Job
from labkit.sim.routers.shell import Shell

if TYPE_CHECKING:
    from labkit.sim.routers.ios.device import IosDevice

PAGE = 24
FILTERS = {"begin": "Begin with the line that matches", "count": "Count lines that match",
           "exclude": "Exclude lines that match", "include": "Include lines that match",
           "section": "Filter a section of output"}  # fmt: skip
_PIPE = re.compile(r"\s\|\s*")


class IosShell(Shell):
    """One session on a gateway.  `kind` is ssh (logged in already), telnet or console."""

    def __init__(
        self,
        device: IosDevice,
        kind: str = "ssh",
        *,
        width: int = 80,
        height: int = PAGE,
        secret: str | None = None,
    ) -> None:
        super().__init__(lambda: device.router.clock.now, width=width, height=height)
        self.device = device
        self.kind = kind
        self.secret = secret
        self.user = "student" if kind == "ssh" else ""
        self.peer: IPv4Address | None = None
        self.privilege = 15 if kind == "ssh" else 1
        self.monitors = kind == "console"
        """Whether log messages are shown here (`terminal monitor`)."""
        self.configuring: Configuring | None = None
        self.on_notice: Callable[[], None] = lambda: None
        self.opened = self.now()
        self._take_line_settings()

    # ---------------------------------------------------------------- what Shell asks for

    def greet(self) -> Job | None:
        return greet(self)

    def start(self, command: str | None = None) -> None:
        if command is not None:
            self.height = 0
        super().start(command)

    def prompt(self) -> str:
        sign = "#" if self.privilege > 1 else ">"
        mode = self.configuring.mode.suffix if self.configuring else ""
        return f"{self.device.hostname[:20]}{mode}{sign}"

    @property
    def line_name(self) -> str:
        """The terminal line of the session, as the log writes it."""
        return "console" if self.kind == "console" else f"vty{self.line_number}"

    @property
    def line_number(self) -> int:
        """Which vty: the place among the sessions that are no console."""
        lines = [each for each in self.device.sessions if each.kind != "console"]
        return lines.index(self) if self in lines else 0

    def notify(self, text: str) -> None:
        super().notify(text)
        self.on_notice()

    def redraws(self) -> bool:
        """`logging synchronous` on the terminal line."""
        section = self.line_section
        return section is not None and section.find("logging synchronous") is not None

    @property
    def line_section(self) -> Line | None:
        """What is configured for the session's terminal line."""
        kind = "line con" if self.kind == "console" else "line vty"
        sections = self.device.running.under(kind)
        return sections[0] if sections else None

    def _take_line_settings(self) -> None:
        """`length` and `width` hold for sessions that begin now."""
        section = self.line_section
        for line in section.children if section is not None else ():
            if line.key == "length":
                self.height = line.values["lines"]
            elif line.key == "width":
                self.width = line.values["columns"]

    def on_end(self) -> None:
        self.end_configuring()

    def hung_up(self) -> None:
        if self in self.device.sessions:
            self.device.sessions.remove(self)

    def execute(self, line: str) -> tuple[Job | None, bool]:
        if line.lstrip().startswith("!"):
            return None, True
        if self.configuring is not None:
            return self._configure(line)
        return self.run_exec(line, len(self.prompt()))

    # ---------------------------------------------------------------- exec

    def run_exec(self, line: str, offset: int) -> tuple[Job | None, bool]:
        """Run a command of the exec; the caret of a mistake counts `offset` columns."""
        piped = _PIPE.search(line)
        text = line[: piped.start()] if piped else line
        found = exec_mode(self.privilege).grammar.read(text)
        if not isinstance(found, Match):
            self.write(complaint(found, line, " " * offset))
            return None, True
        row = found.row
        assert isinstance(row, Command)
        if row.show is not None:
            keep = None
            if piped:
                keep = self._filter(line, piped.end(), offset)
                if keep is None:
                    return None, True
            return self._show(row, found, keep), row.free
        if piped:
            self.write(complaint(Bad(piped.start() + 1), line, " " * offset))
            return None, True
        assert row.run is not None
        return row.run(self, found), row.free

    def _show(
        self, row: Command, match: Match[Row], keep: Callable[[Iterable[str]], Iterable[str]] | None
    ) -> Job:
        assert row.show is not None
        lines = row.show(self, match)
        yield from self.page(lines if keep is None else keep(lines))

    def _filter(
        self, line: str, at: int, offset: int
    ) -> Callable[[Iterable[str]], Iterable[str]] | None:
        """What stands behind the pipe, as a function over lines; None if it is wrong."""
        word, _, pattern = line[at:].strip().partition(" ")
        names = [name for name in FILTERS if word and name.startswith(word.lower())]
        if len(names) != 1:
            bad = Bad(at) if word else Incomplete()
            self.write(complaint(bad, line, " " * offset))
            return None
        if not pattern.strip():
            self.write(complaint(Incomplete(), line, ""))
            return None
        try:
            found = re.compile(pattern.strip())
        except re.error:
            self.write("% Failed to compile regular expression.\n\n")
            return None
        return lambda lines: _FILTERS[names[0]](lines, found)

    # ---------------------------------------------------------------- configuring

    def begin_configuring(self) -> None:
        self.configuring = Configuring(self.device, MODES)

    def end_configuring(self) -> None:
        """Back to the exec; IOS logs that somebody has configured."""
        if self.configuring is None:
            return
        self.configuring = None
        host = str(self.peer) if self.peer else ""
        self.device.log.configured(self.line_name, self.user, host)

    def _configure(self, line: str) -> tuple[Job | None, bool]:
        assert self.configuring is not None
        offset = len(self.prompt())
        try:
            outcome = self.configuring.execute(line)
        finally:
            self.device.commit()
        if outcome.mistake is not None:
            self.write(complaint(outcome.mistake, line, " " * offset))
            return None, True
        self.write(outcome.said)
        if outcome.command is None:
            return None, False
        return self._steer(line, outcome, offset)

    def _steer(self, line: str, outcome: Outcome, offset: int) -> tuple[Job | None, bool]:
        """`exit`, `end` and `do` while configuring."""
        assert self.configuring is not None and outcome.command is not None
        syntax = outcome.command.row.syntax
        if syntax.startswith("do "):
            start = line.index(line.split()[0]) + len(line.split()[0])
            return self.run_exec(" " * start + line[start:], offset)
        if syntax == "end" or not self.configuring.leave():
            self.end_configuring()
        return None, False

    # ---------------------------------------------------------------- help

    def help(self, text: str) -> str:
        grammar, body = self._grammar(text)
        if _PIPE.search(text) and not self.configuring:
            return help_list_of_filters()
        choices = grammar.choices(body)
        if not isinstance(choices, list):
            if isinstance(choices, Ambiguous):
                return mistake_text(choices, text) + "\n"
            return "% Unrecognized command\n"
        if body and not body[-1].isspace():
            return word_list(choices, self.width)
        if not body.strip() and self.configuring is None:
            return "Exec commands:\n" + help_list(choices)
        return help_list(choices)

    def complete(self, text: str) -> str | None:
        grammar, body = self._grammar(text)
        completed = grammar.complete(body)
        return None if completed is None else text[: len(text) - len(body)] + completed

    def _grammar(self, text: str) -> tuple[Grammar[Row], str]:
        """The grammar that reads `text`, and the part of it that it reads."""
        if self.configuring is None:
            return exec_mode(self.privilege).grammar, text
        verb = re.match(r"\s*(no|do|default)\s+", text)
        body = text[verb.end() :] if verb else text
        if verb and verb[1] == "do":
            return exec_mode(self.privilege).grammar, body
        here = self.configuring.mode.grammar
        known = here.choices(body)
        if isinstance(known, list) and known:
            return here, body
        return MODES["config"].grammar, body


def help_list_of_filters() -> str:
    """Help after a pipe."""
    return "".join(f"  {word:<9}{text}\n" for word, text in FILTERS.items()) + "\n"


# --------------------------------------------------------------------------- the pipe


def _begin(lines: Iterable[str], pattern: re.Pattern[str]) -> Iterator[str]:
    on = False
    for line in lines:
        on = on or bool(pattern.search(line))
        if on:
            yield line


def _section(lines: Iterable[str], pattern: re.Pattern[str]) -> Iterator[str]:
    """Every line that matches, with the deeper lines below it."""
    depth: int | None = None
    for line in lines:
        here = len(line) - len(line.lstrip(" "))
        if depth is not None and here > depth and line.strip():
            yield line
            continue
        depth = None
        if pattern.search(line):
            depth = here
            yield line


def _count(lines: Iterable[str], pattern: re.Pattern[str]) -> Iterator[str]:
    number = sum(1 for line in lines if pattern.search(line))
    yield f"Number of lines which match regexp = {number}"


_FILTERS: dict[str, Callable[[Iterable[str], re.Pattern[str]], Iterable[str]]] = {
    "begin": _begin,
    "count": _count,
    "exclude": lambda lines, pattern: (line for line in lines if not pattern.search(line)),
    "include": lambda lines, pattern: (line for line in lines if pattern.search(line)),
    "section": _section,
}
