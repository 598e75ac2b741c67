"""What of SR OS can be typed here, read off the grammar: for the documentation.

A tree as the CLI is one: contexts with what is inside them, a level deeper.  Must not know
documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.cli.nokia_sros.grammar import everywhere, root
from labkit.cli.nokia_sros.schema import Row


def sections() -> Iterator[tuple[str, list[str]]]:
    """Each context of the root with its lines; first what works in every context."""
    yield "in every context", [line for row in everywhere().children for line in _row(row, 0)]
    for name in dict.fromkeys(row.keyword for row in root().children):
        rows = [row for row in root().children if row.keyword == name]
        yield name, [line for row in rows for line in _row(row, 0)]


def _row(row: Row, depth: int) -> Iterator[str]:
    yield "    " * depth + row.usage()
    for child in sorted(row.children, key=lambda each: each.keyword):
        yield from _row(child, depth + 1)
