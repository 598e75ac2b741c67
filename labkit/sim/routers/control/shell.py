"""The prompt `lab# `: one table of commands, each equal to a Python call on the lab.

Its commands cost no lab time of their own, so that a script through this channel and one in
Python have the same effect.  Errors begin with `% `.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from labkit.sim.routers.jobs import Interrupt, Job
from labkit.sim.routers.shell import Shell

PROMPT = "lab# "
FAREWELL = "# The lab goes on; this session is closed.\n"
"""Has a `#` in it: netmiko takes `#` for root and waits for another prompt after `exit`."""


class Control(Protocol):
    """The lab as its control channel sees it, in the owner's loop.

    Raises ValueError, LookupError or OSError with one clear line for what cannot be done.
    """

    def now(self) -> int:
        """Lab time in microseconds."""

    def do(self, verb: str, *arguments: Any, **options: Any) -> Job:
        """What the lab's method of this name does, as a job."""

    def status(self) -> str:
        """Its state, a line each."""


class Refused(Exception):
    """A command was typed wrongly; the message says how it goes."""


class ControlShell(Shell):
    """One session on the control channel."""

    interrupt_echo = "^C"

    def __init__(
        self, control: Control, names: Mapping[str, Callable[[], list[str]]], *, width: int = 80
    ) -> None:
        """`names`: what there is to choose from, by the command that takes it."""
        super().__init__(control.now, width=width)
        self.control = control
        self._names = names

    def prompt(self) -> str:
        return PROMPT

    def help(self, text: str) -> str:
        word = text.split()[0] if text.split() else ""
        rows = [row for row in COMMANDS.values() if row.name.startswith(word)]
        lines = [f"  {row.usage:<54} {row.what}\n" for row in rows]
        if len(rows) == 1 and rows[0].name in self._names:
            lines.append("    " + "  ".join(self._names[rows[0].name]()) + "\n")
        return "".join(lines) or f"% Unknown command: {word}\n"

    def complete(self, text: str) -> str | None:
        words = text.split(" ")
        if len(words) == 1:
            found = [name for name in COMMANDS if name.startswith(words[0])]
        else:
            choices = self._names.get(words[0]) if len(words) == 2 else None
            found = [name for name in (choices() if choices else ()) if name.startswith(words[-1])]
        return " ".join([*words[:-1], found[0]]) + " " if len(found) == 1 else None

    def execute(self, line: str) -> tuple[Job | None, bool]:
        return self._run_command(line), True

    def _run_command(self, line: str) -> Job:
        self.status = 1
        try:
            words = shlex.split(line, comments=True)
            if words:
                job = _find(words[0]).run(self, words[1:])
                if job is not None:
                    yield from job
            self.status = 0
        except Interrupt:
            self.write("^C\n")
        except OSError as error:
            reason = error.strerror or str(error)
            self.write(f"% {error.filename}: {reason}\n" if error.filename else f"% {reason}\n")
        except (Refused, ValueError, LookupError) as error:
            self.write(f"% {error.args[-1] if error.args else error}\n")


@dataclass(frozen=True, slots=True)
class ControlCommand:
    name: str
    usage: str
    what: str
    run: Callable[[ControlShell, list[str]], Job | None]


def _find(word: str) -> ControlCommand:
    if word in COMMANDS:
        return COMMANDS[word]
    found = [row for name, row in COMMANDS.items() if name.startswith(word)]
    if len(found) != 1:
        known = ", ".join(COMMANDS)
        raise Refused(f"{'Ambiguous' if found else 'Unknown'} command {word!r}; there are: {known}")
    return found[0]


def _operands(command: str, words: list[str], least: int, most: int | None) -> list[str]:
    if len(words) < least or (most is not None and len(words) > most):
        raise Refused(f"usage: {COMMANDS[command].usage}")
    return words


def _number(text: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refused(f"{what} is a number, not {text!r}") from None


def _start(shell: ControlShell, words: list[str]) -> Job:
    words = _operands("start", words, 1, 2)
    seed = int(_number(words[1], "the seed")) if len(words) == 2 else None
    return shell.control.do("start", words[0], seed)


def _advance(shell: ControlShell, words: list[str]) -> Job:
    seconds = _number(_operands("advance", words, 1, 1)[0], "SECONDS")
    return shell.control.do("advance", seconds)


def _link(shell: ControlShell, words: list[str]) -> Job:
    change: dict[str, Any]
    match _operands("link", words, 2, 3)[1:]:
        case ["up" | "down" as state]:
            change = {"up": state == "up"}
        case ["loss" | "duplicate" as what, value]:
            change = {what: part(value, what)}
        case ["delay", value]:
            change = {"delay_ms": _number(value.removesuffix("ms"), "the delay")}
        case ["mtu", value]:
            change = {"mtu": int(_number(value, "the MTU"))}
        case _:
            raise Refused(f"usage: {COMMANDS['link'].usage}")
    return shell.control.do("link", words[0], **change)


def part(text: str, what: str) -> float:
    """A part of all frames: `0.25` or `25%`.  Raises ValueError."""
    value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 <= value <= 1:
        raise ValueError(f"{what} is from 0 to 1, or a percentage such as 5%, not {text}")
    return value


def _inject(shell: ControlShell, words: list[str]) -> Job:
    link, file, *rest = _operands("inject", words, 2, None)
    towards = None
    if len(rest) >= 2 and rest[-2] == "to":
        towards, rest = rest[-1], rest[:-2]
    frames = [int(_number(word, "a frame")) for word in rest]
    return shell.control.do("inject", link, file, frames, towards)


def _fault(shell: ControlShell, words: list[str]) -> Job:
    name = _operands("fault", words, 1, 1)[0]
    return shell.control.do("fault", None if name == "off" else name)


def _save(shell: ControlShell, words: list[str]) -> Job:
    file = Path(_operands("save", words, 1, 1)[0])
    yield from shell.control.do("save", file)
    shell.write(f"Saved in {file.absolute()}\n")


def _load(shell: ControlShell, words: list[str]) -> Job:
    return shell.control.do("load", _operands("load", words, 1, 1)[0])


def _status(shell: ControlShell, words: list[str]) -> None:
    _operands("status", words, 0, 0)
    shell.write(f"{shell.control.status()}\n")


def _help(shell: ControlShell, words: list[str]) -> None:
    shell.write(shell.help(" ".join(words)))


def _exit(shell: ControlShell, words: list[str]) -> None:
    shell.write(FAREWELL)
    shell.hang_up()


_ROWS = (
    ControlCommand(
        "start",
        "start CHECKPOINT [SEED]",
        "a fresh lab; sessions stay, captures begin anew",
        _start,
    ),
    ControlCommand("advance", "advance SECONDS", "let lab time go by", _advance),
    ControlCommand(
        "link",
        "link NAME up|down|loss P|delay MS|mtu N|duplicate P",
        "cut, mend or impair a link (P: 0.1 or 10%)",
        _link,
    ),
    ControlCommand(
        "fault",
        "fault ID|off",
        "bring a fault in, or take it out",
        _fault,
    ),
    ControlCommand(
        "inject",
        "inject LINK FILE [FRAME ...] [to NODE]",
        "put frames of a capture on a link",
        _inject,
    ),
    ControlCommand("save", "save FILE", "write all configurations to a file", _save),
    ControlCommand("load", "load FILE", "a fresh lab from what `save` wrote", _load),
    ControlCommand("status", "status", "checkpoint, time, links, files", _status),
    ControlCommand("help", "help [COMMAND]", "this list; so does ?", _help),
    ControlCommand("exit", "exit", "close this session; the lab goes on", _exit),
)
COMMANDS = {row.name: row for row in _ROWS}
