"""What makes one configuration into another, as `show archive config` and a rollback write it.

Lines are compared by their text within the same section; the number of an access-list entry does
not count.  Must not know where the configurations come from.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.model.config import Line

NONE = "!No changes were found"


def contextual(one: Line, other: Line) -> Iterator[str]:
    """The Contextual Config Diff: what `other` has more (+), then what it has less (-)."""
    yield "!Contextual Config Diffs:"
    lines = [*_more(one, other, "+"), *_more(other, one, "-")]
    yield from lines or [NONE]


def _more(one: Line, other: Line, sign: str, depth: int = 0) -> Iterator[str]:
    pad = " " * depth
    known = {line.text.rstrip(): line for line in one.children}
    for line in other.children:
        same = known.get(line.text.rstrip())
        if same is None:
            yield f"{pad}{sign}{line.text.rstrip()}"
            for deeper, inside in line.walk():
                yield f"{pad}{' ' * (deeper + 1)}{sign}{inside.text.rstrip()}"
            continue
        inside_lines = list(_more(same, line, sign, depth + 1))
        if inside_lines:
            yield f"{pad}{line.text.rstrip()}"
            yield from inside_lines


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
