"""What the tests of show commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Read = Callable[[str, Iterable[str]], list[dict[str, object]]]
"""A command and the lines it printed, to the rows that a public template reads in them."""


def text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def line_with(lines: Iterable[str], part: str) -> str:
    """The only line that has `part` in it."""
    found = [line for line in lines if part in line]
    assert len(found) == 1, found
    return found[0]
