"""What of SR OS can be typed here, read off the grammar, and by which rows a line is read.

A tree as the CLI is one: contexts with what is inside them, a level deeper.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from labkit.sim.routers.sros.grammar import everywhere, root
from labkit.sim.routers.sros.schema import Mistake, Row
from labkit.sim.routers.sros.walk import Scope, read
from tests.coverage.users import Line


def sections() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each context of the root, with (row, how it is shown); first what works everywhere."""
    yield "in every context", [each for row in everywhere().children for each in _shown(row, 0)]
    for name in dict.fromkeys(row.keyword for row in root().children):
        rows = [row for row in root().children if row.keyword == name]
        yield name, [each for row in rows for each in _shown(row, 0)]


def reads(text: Sequence[Line]) -> Iterator[str]:
    """Every row that reads some words of a line, in the context that its prompt or the lines
    before it lead to; the first line of a text is typed at the root."""
    here, came_from = root(), list[Row]()
    for line in text:
        if line.prompt:
            here = _contexts().get(line.prompt.strip("#$").partition(">")[2], root())
        try:
            understood = read(line.text, Scope(here, everywhere(), root()))
        except Mistake:
            continue
        yield from (_name(step.row) for step in understood.steps)
        if not understood.steps or understood.negated:
            continue
        last = understood.steps[-1]
        if last.row.keyword == "back":
            here = here.parent or root()
        elif last.row.keyword == "exit":
            here = root() if "all" in last.values or not came_from else came_from.pop()
            came_from = [] if "all" in last.values else came_from
        elif last.row.is_context and last.row.entered(last.values):
            came_from.append(here)
            here = last.row


@cache
def _contexts() -> dict[str, Row]:
    """The contexts by what they put into the prompt (`config>router>if`)."""
    found, waiting = {"": root()}, [("", row) for row in root().children]
    while waiting:
        above, row = waiting.pop(0)
        name = f"{above}>{row.in_prompt}".lstrip(">")
        if row.is_context:
            found.setdefault(name, row)
        waiting += [(name, child) for child in row.children]
    return found


def _shown(row: Row, depth: int) -> Iterator[tuple[str, str]]:
    yield _name(row), "    " * depth + row.usage()
    for child in sorted(row.children, key=lambda each: each.keyword):
        yield from _shown(child, depth + 1)


@cache
def _name(row: Row) -> str:
    return row.usage() if row.parent is None else f"{_name(row.parent)} / {row.usage()}"
