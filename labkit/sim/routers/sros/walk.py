"""From a typed line to the rows it names: abbreviations, `/`, `no`, and which word is wrong.

A line is looked up in the present context, then among the commands that work everywhere, then
at the root.  Knows rows and words; must not know what a command does or what is configured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.sim.routers.editor import LINE_LIMIT
from labkit.sim.routers.sros.pipe import Pipe, split
from labkit.sim.routers.sros.schema import (
    AMBIGUOUS,
    BAD_COMMAND,
    MISSING,
    Mistake,
    Row,
    Word,
    tokenize,
)


@dataclass(frozen=True, slots=True)
class TypedRow:
    """One row on the way, with the values that were typed for it."""

    row: Row
    values: dict[str, str]
    column: int


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line understood: where it starts, the steps it takes, whether the last is negated."""

    rooted: bool
    steps: tuple[TypedRow, ...]
    negated: bool = False
    pipe: Pipe | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where words are looked up: the context, commands that work everywhere, the root."""

    context: Row
    everywhere: Row
    root: Row


def candidates(rows: Sequence[Row], word: str) -> list[Row]:
    """The rows whose keyword `word` shortens; an exact keyword beats the rest."""
    exact = [row for row in rows if row.keyword == word]
    if exact or not word:
        return exact
    return [row for row in rows if row.keyword.startswith(word)]


def read(line: str, scope: Scope) -> TypedLine:
    """Understand a line.  Raises Mistake."""
    text, pipe = split(line)
    words = tokenize(text)
    if not words:
        return TypedLine(False, ())
    rooted, words = _rooted(words, scope)
    start = scope.root if rooted else scope.context
    rows = [*start.children, *scope.everywhere.children]
    if not rooted and scope.context is not scope.root and not _known(rows, words):
        rows, rooted = [*scope.root.children], True
    steps, negated = _steps(rows, words)
    if steps and steps[0].row.parent is scope.everywhere:
        rooted = False
    return TypedLine(rooted, steps, negated, pipe)


def _rooted(words: list[Word], scope: Scope) -> tuple[bool, list[Word]]:
    first = words[0]
    if first.quoted or not first.text.startswith("/"):
        return scope.context is scope.root, words
    rest = Word(first.text[1:], first.column + 1)
    return True, ([rest] if rest.text else []) + words[1:]


def _known(rows: Sequence[Row], words: Sequence[Word]) -> bool:
    typed = [word.text for word in words if word.text != "no"]
    return not typed or bool(candidates(rows, typed[0]))


def _steps(rows: Sequence[Row], words: Sequence[Word]) -> tuple[tuple[TypedRow, ...], bool]:
    steps: list[TypedRow] = []
    negated, at = False, 0
    while at < len(words):
        word = words[at]
        if word.text == "no" and not word.quoted and not negated:
            negated, at = True, at + 1
            if at == len(words):
                raise Mistake(MISSING)
            continue
        step, at = _step(rows, words, at, negated)
        steps.append(step)
        rows = step.row.children
        ends = negated and step.row.key and not step.row.path.startswith("debug")
        if at < len(words) and (not rows or ends):
            raise Mistake(BAD_COMMAND, words[at].column)
    return tuple(steps), negated


def _step(
    rows: Sequence[Row], words: Sequence[Word], at: int, negated: bool
) -> tuple[TypedRow, int]:
    word = words[at]
    found = [] if word.quoted else candidates(rows, word.text)
    if not found:
        raise Mistake(BAD_COMMAND, word.column)
    if len({row.keyword for row in found}) > 1:
        raise Mistake(AMBIGUOUS, word.column)
    return _best(found, words, at, negated)


def _best(
    found: Sequence[Row], words: Sequence[Word], at: int, negated: bool
) -> tuple[TypedRow, int]:
    """Several rows may share a keyword: the first that fits, or the one that got furthest."""
    worst: Mistake | None = None
    for row in found:
        try:
            values, end = row.match(words, at, negated=negated)
        except Mistake as mistake:
            if worst is None or _reach(mistake) >= _reach(worst):
                worst = mistake
            continue
        left = end < len(words)
        if left and not row.children and row is not found[-1]:
            continue
        if left and row.children and not _goes_on(row, words[end], found):
            continue
        return TypedRow(row, values, words[at].column), end
    raise worst or Mistake(BAD_COMMAND, words[at].column)


def _reach(mistake: Mistake) -> int:
    """How far into the line a mistake is; one without a caret is at its end."""
    return LINE_LIMIT if mistake.column is None else mistake.column


def _goes_on(row: Row, word: Word, found: Sequence[Row]) -> bool:
    return row is found[-1] or word.text == "no" or bool(candidates(row.children, word.text))


# --------------------------------------------------------------------------- help


def partial(line: str, scope: Scope) -> tuple[Sequence[Row], Row | None, str]:
    """What could follow `line`: (rows to choose from, the row being typed, the word begun)."""
    begun = "" if not line or line[-1].isspace() else line.split()[-1]
    words = tokenize(line[: len(line) - len(begun)])
    rooted, begun_root = scope.context is scope.root, begun.startswith("/")
    if words:
        rooted, words = _rooted(words, scope)
    elif begun_root:
        rooted, begun = True, begun[1:]
    start = scope.root if rooted else scope.context
    rows = [*start.children, *scope.everywhere.children]
    if words and not rooted and not _known(rows, words):
        rows = [*scope.root.children]
    words = [word for word in words if word.text != "no"]
    if not words:
        return rows, None, begun
    try:
        steps, _ = _steps(rows, words)
    except Mistake as mistake:
        if mistake.message != MISSING:
            raise
        row = _typed(rows, words)
        return [], row, begun
    return steps[-1].row.children, steps[-1].row, begun


def _typed(rows: Sequence[Row], words: Sequence[Word]) -> Row | None:
    """The row whose parameters are being typed at the end of `words`."""
    row, at = None, 0
    while at < len(words):
        found = candidates(rows, words[at].text)
        if not found:
            break
        row = found[0]
        try:
            _, at = row.match(words, at)
        except Mistake:
            break
        rows = row.children
    return row
