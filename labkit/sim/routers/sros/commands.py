"""The commands outside the configuration: each row beside the function that carries it out.

    @shows(ROUTER + " > arp [<address:ip>]")
    def arp(device, values): ...

A row is written from the root, the contexts that lead to it before it (` > `).  What only shows
something takes (device, values) and returns the lines of the answer; it raises Mistake, in the
vendor's words, before the first.  Whatever else takes (shell, command).
Must not know any command.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from labkit.sim.routers.jobs import Job
from labkit.sim.routers.sros.cursor import Command
from labkit.sim.routers.sros.page import Lines
from labkit.sim.routers.sros.schema import Row

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice
    from labkit.sim.routers.sros.shell import SrosShell

Run = Callable[["SrosShell", Command], Job | None]
R = TypeVar("R", bound=Run)
S = TypeVar("S", bound=Callable[["SrosDevice", dict[str, str]], Lines])
ROUTER = "show > router [<instance:instance>]"
SERVICE = "show > service > id <service:1-2147483647>"
_FROM_ROOT: list[tuple[str, Run]] = []
_EVERYWHERE: list[tuple[str, Run]] = []


def runs(*rows: str, everywhere: bool = False) -> Callable[[R], R]:
    """The function below carries these rows out; `everywhere`: they work in every context."""

    def register(run: R) -> R:
        (_EVERYWHERE if everywhere else _FROM_ROOT).extend((row, run) for row in rows)
        return run

    return register


def shows(*rows: str) -> Callable[[S], S]:
    """The function below has the lines that these rows show."""

    def register(show: S) -> S:
        def run(shell: SrosShell, command: Command) -> Job:
            return shell.print(list(show(shell.device, command.values)), command.pipe)

        runs(*rows)(run)
        return show

    return register


def place(root: Row, *, everywhere: bool = False) -> Row:
    """`root` with the rows of all functions below it."""
    for path, run in _EVERYWHERE if everywhere else _FROM_ROOT:
        row = root
        for syntax in path.split(" > "):
            row = row.child(syntax)
        row.run = run
    return root
