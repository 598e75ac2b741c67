"""Where someone is in the CLI, and what a typed line does there.

Navigation (`configure`, `exit`, `back`, `/`) and every change of configuration happen here, so
a person at a prompt and a file being loaded go the same way; whatever else a line asks for
comes back as a `Command`.  Must not know how anything is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from labkit.sim.routers.sros.configuration import Configuration, Place
from labkit.sim.routers.sros.pipe import Pipe
from labkit.sim.routers.sros.schema import BAD_COMMAND, Mistake, Row
from labkit.sim.routers.sros.walk import Scope, TypedLine, read


@dataclass(frozen=True, slots=True)
class Command:
    """A command for the platform to carry out."""

    row: Row
    values: dict[str, str]
    negated: bool = False
    pipe: Pipe | None = None


class Cursor:
    """One session's position: the context it is in and those it came from."""

    def __init__(self, configuration: Configuration, everywhere: Row) -> None:
        self.configuration = configuration
        self.everywhere = everywhere
        self.place: Place = ()
        self.came_from: list[Place] = []
        self.fresh = False
        """The present context was just created (the prompt ends in `$`)."""

    @property
    def context(self) -> Row:
        return self.place[-1].row if self.place else self.configuration.root

    @property
    def scope(self) -> Scope:
        return Scope(self.context, self.everywhere, self.configuration.root)

    def type(self, text: str) -> Command | None:
        """Do what a line says, or return the command it holds.  Raises Mistake."""
        self._stay_valid()
        line = read(text, self.scope)
        if not line.steps:
            if line.rooted:
                self._enter((), fresh=False)
            return None
        last = line.steps[-1].row
        if last.is_command:
            return self._command(line)
        if line.pipe is not None:
            raise Mistake(BAD_COMMAND, text.index("|"))
        base = () if line.rooted else self.place
        if self._is_configuration(base, line):
            place, created = self.configuration.apply(self.place, line)
            if last.is_context and not line.negated and last.entered(line.steps[-1].values):
                self._enter(place, fresh=created)
        elif line.negated:
            raise Mistake(BAD_COMMAND, line.steps[-1].column)
        else:
            self._enter((*base, *line.steps), fresh=False)
        return None

    def _command(self, line: TypedLine) -> Command | None:
        row = line.steps[-1].row
        values = {k: v for step in line.steps for k, v in step.values.items()}
        if not line.rooted:
            above = {k: v for step in self.place for k, v in step.values.items()}
            values = {**above, **values} if line.steps[0].row.parent is self.context else values
        if "moves" not in row.traits:
            return Command(row, values, line.negated, line.pipe)
        _MOVES[row.keyword](self, values)
        return None

    def back(self, values: dict[str, str]) -> None:
        """Up one context."""
        self._enter(self.place[:-1], fresh=False)

    def exit(self, values: dict[str, str]) -> None:
        """To where one came from, or to the root."""
        self._exit(to_root="all" in values)

    def _is_configuration(self, base: Place, line: TypedLine) -> bool:
        first = base[0].row if base else line.steps[0].row
        return self.configuration.tree(first) is not None

    def _enter(self, place: Place, *, fresh: bool) -> None:
        if place != self.place:
            self.came_from.append(self.place)
        self.place, self.fresh = place, fresh

    def _exit(self, *, to_root: bool) -> None:
        if to_root:
            self.place, self.came_from = (), []
        else:
            self.place = self.came_from.pop() if self.came_from else ()
        self.fresh = False

    def _stay_valid(self) -> None:
        """Another session may have removed what we are in."""
        place = self.place = self.configuration.valid(self.place)
        # What our own context stands in is there as long as it is.
        self.came_from = [
            each if place[: len(each)] == each else self.configuration.valid(each)
            for each in self.came_from
        ]

    def go_to_root(self) -> None:
        """Ctrl-Z."""
        self._exit(to_root=True)

    def path(self) -> str:
        """The context as the prompt writes it: `config>service>vprn`."""
        return ">".join(step.row.in_prompt for step in self.place)


_MOVES: dict[str, Callable[[Cursor, dict[str, str]], None]] = {
    "back": Cursor.back,
    "exit": Cursor.exit,
    "begin": lambda cursor, values: cursor.configuration.begin(),
    "commit": lambda cursor, values: cursor.configuration.commit(),
    "abort": lambda cursor, values: cursor.configuration.abort(),
}
"""Commands that move about, or edit policies, by keyword."""
