"""`| match` and `| count`: which lines of an output are shown; several may follow each other.

Words and options as SR OS's `match` has them.  Knows lines; must not know whose they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from labkit.sim.routers.sros.schema import (
    BAD_COMMAND,
    BAD_PARAMETER,
    MISSING,
    Mistake,
    Word,
    parse,
    tokenize,
)

ROOT = parse(
    "match <pattern:word> { ignore-case | invert-match"
    " | count | pre-lines <before:1-100> | post-lines <after:1-2147483647>"
    " | max-count <most:1-2147483647> | expression }*\ncount"
)
"""The commands that may stand after a `|`, as a grammar of their own."""
_MATCH, _COUNT = ROOT.children


@dataclass(frozen=True, slots=True)
class Match:
    """One `match`."""

    wanted: re.Pattern[str]
    invert: bool = False
    before: int = 0
    after: int = 0
    """Lines shown before and after each that matches."""
    most: int = 0
    """Matches after which the rest is left out; 0: never."""

    def __call__(self, lines: Sequence[str]) -> list[str]:
        hits = [i for i, line in enumerate(lines) if bool(self.wanted.search(line)) != self.invert]
        hits = hits[: self.most] if self.most else hits
        shown: set[int] = set()
        for hit in hits:
            shown.update(range(max(0, hit - self.before), min(len(lines), hit + self.after + 1)))
        return [lines[i] for i in sorted(shown)]


def count(lines: Sequence[str]) -> list[str]:
    """`| count`."""
    return [f"Count: {len(lines)} lines"]


@dataclass(frozen=True, slots=True)
class Pipe:
    """What stands after a command's `|`, in order."""

    stages: tuple[Callable[[Sequence[str]], list[str]], ...]

    def filter(self, lines: Iterable[str]) -> list[str]:
        """What is left of an output."""
        left = list(lines)
        for stage in self.stages:
            left = stage(left)
        return left


def begun(line: str) -> str | None:
    """What is typed so far after the last pipe, None before there is one."""
    bars = _bars(line)
    return line[bars[-1] + 1 :] if bars else None


def _bars(line: str) -> list[int]:
    """Where the pipes are; one between quotes is none."""
    if "|" not in line:
        return []
    return [i for i, c in enumerate(line) if c == "|" and line.count('"', 0, i) % 2 == 0]


def split(line: str) -> tuple[str, Pipe | None]:
    """A typed line without its pipes, and the pipes.  Raises Mistake."""
    bars = _bars(line)
    if not bars:
        return line, None
    stages: list[Callable[[Sequence[str]], list[str]]] = []
    for bar, end in zip(bars, [*bars[1:], len(line)], strict=True):
        words = tokenize(line[bar + 1 : end])
        moved = [replace(word, column=word.column + bar + 1) for word in words]
        stages.extend(_stages(moved))
    return line[: bars[0]], Pipe(tuple(stages))


def _stages(words: Sequence[Word]) -> Iterator[Callable[[Sequence[str]], list[str]]]:
    if not words:
        raise Mistake(MISSING)
    row = _COUNT if _COUNT.keyword.startswith(words[0].text) else _MATCH
    values, end = row.match(words, 0)
    if end < len(words):
        raise Mistake(BAD_COMMAND, words[end].column)
    if row is _COUNT:
        yield count
        return
    pattern = values["pattern"] if "expression" in values else re.escape(values["pattern"])
    try:
        wanted = re.compile(pattern, re.IGNORECASE if "ignore-case" in values else 0)
    except (re.error, OverflowError) as error:
        raise Mistake(BAD_PARAMETER, words[1].column) from error
    before, after, most = (int(values.get(name, "0")) for name in ("before", "after", "most"))
    invert = "invert-match" in values
    yield Match(wanted, invert, before, after, most)
    if "count" in values:
        yield count
