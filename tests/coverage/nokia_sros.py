"""What of SR OS can be typed here, read off the grammar, and by which rows a line is read.

A tree as the CLI is one: contexts with what is inside them, a level deeper.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from labkit.sim.routers.sros.grammar import everywhere, root
from labkit.sim.routers.sros.schema import Mistake, Row
from labkit.sim.routers.sros.walk import Scope, candidates, read

_RELATIVE = ("configure", "debug")
"""Contexts that people enter and go on in; in the others a line is typed from the root."""


def sections() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each context of the root, with (row, how it is shown); first what works everywhere."""
    yield "in every context", [each for row in everywhere().children for each in _shown(row, 0)]
    for name in dict.fromkeys(row.keyword for row in root().children):
        rows = [row for row in root().children if row.keyword == name]
        yield name, [each for row in rows for each in _shown(row, 0)]


def reads(line: str) -> Iterator[str]:
    """Every row that reads some words of a line, typed in some context."""
    word = next((word for word in line.split() if word != "no"), "no").removeprefix("/")
    for context in _contexts():
        if context is not root() and not candidates(context.children, word):
            continue
        try:
            steps = read(line, Scope(context, everywhere(), root())).steps
        except Mistake:
            continue
        yield from (_name(step.row) for step in steps)


@cache
def _contexts() -> list[Row]:
    found, waiting = [root()], [row for row in root().children if row.keyword in _RELATIVE]
    while waiting:
        row = waiting.pop()
        found += [row] if row.is_context else []
        waiting += row.children
    return found


def _shown(row: Row, depth: int) -> Iterator[tuple[str, str]]:
    yield _name(row), "    " * depth + row.usage()
    for child in sorted(row.children, key=lambda each: each.keyword):
        yield from _shown(child, depth + 1)


@cache
def _name(row: Row) -> str:
    return row.usage() if row.parent is None else f"{_name(row.parent)} / {row.usage()}"
