"""What a row of the IOS grammar says beside its syntax, and the modes it belongs to.

`Command` is done, `Setting` is kept in the configuration.  A setting's `key` tells which line a
new value replaces; it is a template over the values ("neighbor {peer} remote-as"), and a `no`
form may stop after its words.  Must not know what any command does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from labkit.sim.grammar import Grammar, Match
from labkit.sim.model.config import Order
from labkit.sim.routers.ios.kinds import KINDS

if TYPE_CHECKING:
    from labkit.sim.net.router import Router
    from labkit.sim.routers.ios.configuring import Configuring
    from labkit.sim.routers.ios.shell import IosShell
    from labkit.sim.routers.jobs import Job


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the exec, or one that steers configuring (`exit`, `end`).

    `run` writes to the shell, or returns a job to be run; `show` returns lines, which the pipe
    may filter and the pager pages.
    """

    syntax: str
    run: Callable[[IosShell, Match[Any]], Job | None] | None = None
    show: Callable[[IosShell, Match[Any]], Iterable[str]] | None = None
    free: bool = False
    """Costs no lab time."""
    privilege: int = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """A line of the configuration."""

    syntax: str
    order: int = 0
    """Its group's place in the running configuration."""
    key: str = ""
    """Template of what identifies the line; empty: the whole line."""
    sort: Callable[[Match[Any]], Order] | None = None
    """Its place within the group; None: as typed."""
    default: str = ""
    """A text that is not kept, since it is what holds anyway."""
    absent: str = ""
    """What is kept in its place when it is switched off (`no ip address`)."""
    enters: str = ""
    """The mode that it opens: the line is a section."""
    text: Callable[[Match[Any]], str] | None = None
    """The canonical form, if that is not the words in full."""
    check: Callable[[Configuring, Match[Any]], str | None] | None = None
    """Why it is refused, in IOS's words, or None."""
    act: Callable[[Configuring, Match[Any], bool], None] | None = None
    """Does it all itself; told whether it was negated."""
    put: Callable[[Configuring, Match[Any]], None] | None = None
    """Sets it itself; it is taken out as usual."""
    then: Callable[[Configuring, Match[Any]], None] | None = None
    """What else follows when it is set."""

    def line_key(self, match: Match[Any]) -> str:
        """The key of the line that `match` speaks of; a value that was left out is empty."""
        if not self.key:
            return self.line_text(match)
        return " ".join(self.key.format_map(defaultdict(str, match.values)).split())

    def line_text(self, match: Match[Any]) -> str:
        return self.text(match) if self.text else match.text

    def line_order(self, match: Match[Any]) -> Order:
        return (self.order, *(self.sort(match) if self.sort else ()))


TEXTS = {
    word: text
    for word, colon, text in (
        line.partition(": ")
        for line in files(__package__).joinpath("help.txt").read_text("utf-8").splitlines()
    )
    if colon and not word.startswith("#")
}
"""Help texts, by word or by the words that lead to one and it."""
Row = Command | Setting
M = Match[Any]
"""What was typed."""


def enough(match: Match[Row]) -> bool:
    """Whether the words of a `no` form that stops early identify a line already."""
    row = match.row
    if not isinstance(row, Setting) or not row.key:
        return False
    try:
        words = row.key.format(**match.values).split()
    except KeyError:
        return False
    return list(match.words[: len(words)]) == words


@dataclass
class Mode:
    """A mode: its name, what it puts into the prompt, and its rows."""

    name: str
    suffix: str
    rows: Sequence[Row]
    parent: str | None = None
    """The mode that `exit` leads to; None: out of configuring."""

    @cached_property
    def grammar(self) -> Grammar[Row]:
        """Compiled when first asked for, once a process."""
        return Grammar(self.rows, KINDS, TEXTS)


def shows(
    syntax: str, page: Callable[[Router, Match[Any]], Iterable[str]], privilege: int = 1
) -> Command:
    """A command whose page is drawn from the live router and from what was typed."""

    def show(shell: IosShell, match: Match[Any]) -> Iterable[str]:
        return page(shell.device.router, match)

    return Command(syntax, show=show, privilege=privilege)
