"""`?`, Tab and `tree`, all read off the grammar.

`+` marks a context, `-` a command; words in `[no]` can be negated.  Knows rows; must not know
what any of them does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labkit.sim.grammar.syntax import Choice, Value
from labkit.sim.routers.sros import pipe
from labkit.sim.routers.sros.cursor import Cursor
from labkit.sim.routers.sros.meanings import meaning
from labkit.sim.routers.sros.schema import Mistake, Row, name_of, parameters, shown
from labkit.sim.routers.sros.walk import Scope, partial

GENERAL = """\
General Information:
  <?>      - lists the commands of the present context, or the parameters of a command
  <Tab>    - completes a word
  back     - goes up one context
  exit     - goes to the previous context; exit all goes to the root
  info     - shows the configuration of the present context
  tree     - shows the commands of the present context
  /        - before a command: the command is looked up from the root
"""


def help_text(cursor: Cursor, text: str) -> str:
    """What `?` shows after `text`."""
    text, scope = _looked_up(cursor, text)
    try:
        rows, typed, begun = partial(text, scope)
    except Mistake as mistake:
        return mistake.message + "\n"
    lines: list[str] = []
    if typed is not None and not (begun and typed.is_context):
        lines.extend(_usage(typed, begun))
    if typed is None or typed.is_context:
        lines.extend(_listing(rows, begun))
    return "".join(line + "\n" for line in lines) or "Error: Bad command.\n"


def _looked_up(cursor: Cursor, text: str) -> tuple[str, Scope]:
    """The words that count, and where they are looked up: after a pipe among its own."""
    piped = pipe.begun(text)
    if piped is None:
        return text, cursor.scope
    return piped, Scope(pipe.ROOT, pipe.ROOT, pipe.ROOT)


def _listing(rows: Sequence[Row], begun: str) -> Iterator[str]:
    names: dict[str, Row] = {}
    for row in rows:
        if row.keyword.startswith(begun):
            names.setdefault(row.keyword, row)
    for name in sorted(names):
        row = names[name]
        no = "[no]" if _negatable(row) else "    "
        sign = "+" if row.is_context else "-"
        yield f" {no} {name:<22} {sign} {meaning(row.path)}".rstrip()


def _negatable(row: Row) -> bool:
    changes = row.path.startswith(("configure/", "debug/"))
    return changes and "fixed" not in row.traits and not row.is_command


def _usage(row: Row, begun: str) -> Iterator[str]:
    alike = [each for each in _siblings(row) if each.keyword == row.keyword]
    for same in alike:
        yield f"  - {same.usage()}"
        if _negatable(same):
            keys = " ".join(shown(p) for p in parameters(same.terms) if name_of(p) in same.key)
            yield f"  - no {f'{same.keyword} {keys}'.rstrip()}"
    yield ""
    seen = set()
    for param in (param for same in alike for param in parameters(same.terms)):
        label = shown(param)
        if label not in seen:
            seen.add(label)
            yield f" {label:<20} : {_hint(param)}"
    for way in row.options:
        if shown(way[0]).startswith(begun or "\0"):
            yield f" [{' '.join(map(shown, way))}]"


def _hint(param: Value | Choice) -> str:
    """What a parameter may be, a range as SR OS writes it."""
    if isinstance(param, Choice):
        return "|".join(shown(way[0]) for way in param.ways)
    return re.sub(r"<(\d+)-(\d+)>", r"[\1..\2]", param.kind.label)


def _siblings(row: Row) -> Sequence[Row]:
    return row.parent.children if row.parent is not None else [row]


def complete(cursor: Cursor, text: str) -> str | None:
    """`text` with its last word completed, or None."""
    typing, scope = _looked_up(cursor, text)
    try:
        rows, typed, begun = partial(typing, scope)
    except Mistake:
        return None
    words = {row.keyword for row in rows if begun and row.keyword.startswith(begun)}
    if typed is not None and begun:
        firsts = {shown(way[0]) for way in typed.options}
        words |= {first for first in firsts if first.startswith(begun)}
    if not words:
        return None
    common = _common(sorted(words))
    if common == begun and len(words) > 1:
        return None
    return text[: len(text) - len(begun)] + common + (" " if len(words) == 1 else "")


def _common(words: Sequence[str]) -> str:
    first, last = words[0], words[-1]
    size = next((i for i, c in enumerate(first) if not last.startswith(first[: i + 1])), len(first))
    return first[:size]


def tree(row: Row, *, detail: bool, depth: int = 0) -> Iterator[str]:
    """The commands below a context, `detail` with their parameters."""
    seen = set()
    for child in sorted(row.children, key=lambda each: each.keyword):
        if child.keyword in seen and not detail:
            continue
        seen.add(child.keyword)
        yield "|   " * depth + "+---" + (child.usage() if detail else child.keyword)
        yield from tree(child, detail=detail, depth=depth + 1)
