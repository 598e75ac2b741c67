"""What makes one configuration into another, as a rollback writes it.

Lines are compared by their text within the same section; the number of an access-list entry does
not count.  Must not know where the configurations come from.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.model.config import Line


def commands(one: Line, other: Line) -> list[str]:
    """The lines that turn `one` into `other`: removals first, section by section."""
    return [*_removals(one, other, 0), *_additions(one, other, 0)]


def _removals(one: Line, other: Line, depth: int) -> Iterator[str]:
    pad = " " * depth
    kept = {line.text.rstrip(): line for line in other.children}
    keys = {line.key for line in other.children}
    for line in one.children:
        text = line.text.rstrip()
        same = kept.get(text)
        if same is not None:
            inside = list(_removals(line, same, depth + 1))
            yield from [pad + text, *inside] if inside else []
        elif line.key not in keys or line.children:
            yield pad + (text.removeprefix("no ") if text.startswith("no ") else f"no {text}")


def _additions(one: Line, other: Line, depth: int) -> Iterator[str]:
    pad = " " * depth
    known = {line.text.rstrip(): line for line in one.children}
    for line in other.children:
        text = line.text.rstrip()
        same = known.get(text)
        if same is None:
            yield pad + text
            yield from (" " * (depth + deeper + 1) + each.text for deeper, each in line.walk())
            continue
        inside = list(_additions(same, line, depth + 1))
        yield from [pad + text, *inside] if inside else []
