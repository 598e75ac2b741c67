"""Reading a typed line by a set of rows.

All rows are followed at once, word by word; a thread is one way to understand the words so far.
An exact keyword beats an abbreviation, and both beat a value that would fit anything.  What goes
wrong is a result, not an exception: every platform has its own words for it.

Must not know what a row does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from labkit.sim.grammar.syntax import Keyword, Rest, Token, Value, compile_syntax, expand
from labkit.sim.grammar.words import Kind, Unfit


class HasSyntax(Protocol):
    """What a row must have."""

    @property
    def syntax(self) -> str: ...


R = TypeVar("R", bound=HasSyntax)


@dataclass(frozen=True, slots=True)
class Match(Generic[R]):
    """A line understood."""

    row: R
    words: tuple[str, ...]
    """Its words in full and in canonical form."""
    values: dict[str, Any]

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value called `name`, or `default` if it was not typed."""
        return self.values.get(name, default)

    def said(self, keyword: str) -> bool:
        """Whether a word was typed, in full or abbreviated."""
        return keyword in self.words


@dataclass(frozen=True, slots=True)
class Bad:
    """No row goes on with the character at `column` of the line."""

    column: int


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A word shortens several keywords; `column` is where it begins."""

    column: int


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The line must go on."""


Mistake = Bad | Ambiguous | Incomplete


@dataclass(frozen=True, slots=True)
class Choosable:
    """A word that may come next, and the help for it; `<cr>` if the line may end."""

    word: str
    help: str
    keyword: bool = True


CR = Choosable("<cr>", "", keyword=False)


@dataclass(frozen=True, slots=True)
class Word:
    """A typed word and where it begins."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Thread(Generic[R]):
    """One way to understand the words before number `at`."""

    row: R
    rest: Rest
    at: int = 0
    words: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    """As `words`, with `<name>` for values: where help texts are looked up."""
    values: tuple[tuple[str, Any], ...] = ()

    def match(self) -> Match[R]:
        return Match(self.row, self.words, dict(self.values))


@dataclass(frozen=True, slots=True)
class Reading(Generic[R]):
    """How far a line was understood: its threads, or the mistake that ended them all."""

    threads: tuple[Thread[R], ...]
    mistake: Mistake | None = None


_WORD = re.compile(r"\S+")


def split(line: str) -> list[Word]:
    """The words of a line with their columns."""
    return [Word(found[0], found.start()) for found in _WORD.finditer(line)]


@dataclass
class Grammar(Generic[R]):
    """Rows, the kinds of values they speak of, and help texts.

    A help text is looked up by the words that lead to it ("show ip route"), then by the word.
    """

    rows: Sequence[R]
    kinds: Mapping[str, Kind]
    texts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _start(self) -> tuple[Thread[R], ...]:
        return tuple(Thread(row, compile_syntax(row.syntax, self.kinds)) for row in self.rows)

    @cached_property
    def _opening(self) -> tuple[Next[R], ...]:
        """The ways over the first word."""
        return tuple(_ways(self._start))

    @cached_property
    def _opened_by(self) -> dict[str, list[Next[R]]]:
        """The ways over the first word that a keyword in full leaves, by that keyword."""
        found: dict[str, list[Next[R]]] = {}
        for way in self._opening:
            if isinstance(way[1], Keyword):
                found.setdefault(way[1].text.lower(), []).append(way)
        return found

    # ---------------------------------------------------------------- reading

    def read(
        self, line: str, enough: Callable[[Match[R]], bool] | None = None
    ) -> Match[R] | Mistake:
        """What a line means.  A line that stops early is taken if `enough` says so."""
        reading = self.follow(line)
        if reading.mistake is not None:
            return reading.mistake
        for thread in reading.threads:
            if expand(thread.rest)[1]:
                return thread.match()
        if enough is not None:
            for thread in reading.threads:
                match = thread.match()
                if enough(match):
                    return match
        return Incomplete()

    def follow(self, line: str) -> Reading[R]:
        """The threads that fit all words of a line."""
        words = split(line)
        if not words:
            return Reading(self._start)
        ways = self._opened_by.get(words[0].text.lower(), self._opening)
        found = _step(ways, line, words, 0)
        if not isinstance(found, list):
            return Reading((), found)
        threads = found
        for index in range(1, len(words)):
            waiting = [thread for thread in threads if thread.at > index]
            here = [thread for thread in threads if thread.at == index]
            if not here:
                continue
            found = _step(_ways(here), line, words, index)
            if not isinstance(found, list) and not waiting:
                return Reading((), found)
            threads = waiting + (found if isinstance(found, list) else [])
        return Reading(tuple(threads))

    # ---------------------------------------------------------------- help

    def choices(self, text: str) -> list[Choosable] | Mistake:
        """What may follow `text`: after a space the next words, else ends of the last one."""
        done, partial = _cut(text)
        reading = self.follow(done)
        if reading.mistake is not None:
            return reading.mistake
        found: dict[str, Choosable] = {}
        ends = False
        for thread in reading.threads:
            following, complete = expand(thread.rest)
            ends = ends or complete
            for token, _ in following:
                choice = self._choosable(token, thread.path)
                if choice.keyword and not choice.word.startswith(partial.lower()):
                    continue
                found.setdefault(choice.word, choice)
        listed = sorted(found.values(), key=lambda choice: choice.word.lower())
        if partial:
            return [choice for choice in listed if choice.keyword]
        return listed + ([CR] if ends else [])

    def complete(self, text: str) -> str | None:
        """`text` with its last word in full and a space, if there is one way to complete it."""
        done, partial = _cut(text)
        choices = self.choices(text)
        if not partial or not isinstance(choices, list):
            return None
        words = [choice.word for choice in choices]
        if partial.lower() in words:
            return done + partial.lower() + " "
        return f"{done}{words[0]} " if len(words) == 1 else None

    def _choosable(self, token: Token, path: tuple[str, ...]) -> Choosable:
        if isinstance(token, Keyword):
            help_text = self.texts.get(" ".join((*path, token.text)), self.texts.get(token.text))
            return Choosable(token.text, help_text or "")
        name = f"<{token.name}>"
        help_text = self.texts.get(" ".join((*path, name)), self.texts.get(name, token.kind.help))
        return Choosable(token.kind.label, help_text, keyword=False)


def _cut(text: str) -> tuple[str, str]:
    """A text before its last word, and that word (empty after a space)."""
    partial = "" if text[-1:].isspace() else (text.split() or [""])[-1]
    return text[: len(text) - len(partial)], partial


Next = tuple[Thread[R], Token, Rest]


def _ways(threads: Iterable[Thread[R]]) -> list[Next[R]]:
    """Every way on from these threads."""
    return [(thread, token, rest) for thread in threads for token, rest in expand(thread.rest)[0]]


def _step(
    ways: Sequence[Next[R]], line: str, words: list[Word], index: int
) -> list[Thread[R]] | Mistake:
    """Follow every way over word number `index`, or say what is wrong with it."""
    word = words[index]
    typed = word.text.lower()
    if not ways:
        return Bad(word.column)
    short = [way for way in ways if isinstance(way[1], Keyword) and way[1].begins_with(typed)]
    exact = [way for way in short if _keyword(way).text.lower() == typed]
    if exact:
        return [_took(way, _keyword(way).text, index) for way in exact]
    values = [value for way in ways for value in _valued(way, line, words, index)]
    strong = [thread for thread, weak in values if not weak]
    if len({_keyword(way).text for way in short}) > 1 and not strong:
        return Ambiguous(word.column)
    taken = strong + [_took(way, _keyword(way).text, index) for way in short]
    taken = taken or [thread for thread, _ in values]
    return taken or _mistake(ways, words, index)


def _keyword(way: Next[R]) -> Keyword:
    assert isinstance(way[1], Keyword)
    return way[1]


def _took(way: Next[R], text: str, index: int) -> Thread[R]:
    thread, token, rest = way
    assert isinstance(token, Keyword)
    values = (*thread.values, (token.name, text)) if token.name else thread.values
    return Thread(thread.row, rest, index + 1, (*thread.words, text), (*thread.path, text), values)


def _valued(way: Next[R], line: str, words: list[Word], index: int) -> list[tuple[Thread[R], bool]]:
    """The thread that reads the word as a value, and whether that is a weak reading."""
    thread, token, rest = way
    if not isinstance(token, Value):
        return []
    kind, word, end = token.kind, words[index], index + 1
    text = word.text
    if kind.rest:
        text, end = line[word.column :].rstrip(), len(words)
    try:
        value = kind.parse(text)
    except Unfit:
        if not kind.joined or end == len(words):
            return []
        try:
            value, end = kind.parse(text + words[end].text), end + 1
        except Unfit:
            return []
    taken = Thread(
        thread.row,
        rest,
        end,
        (*thread.words, str(value)),
        (*thread.path, f"<{token.name}>"),
        (*thread.values, (token.name, value)),
    )
    return [(taken, kind.weak)]


def _mistake(ways: Sequence[Next[R]], words: list[Word], index: int) -> Mistake:
    """The first character that fits no way; half of a joined value is incomplete."""
    word, furthest = words[index], 0
    for _, token, _ in ways:
        if isinstance(token, Keyword):
            furthest = max(furthest, _common(token.text.lower(), word.text.lower()))
            continue
        try:
            token.kind.parse(word.text)
        except Unfit as unfit:
            if token.kind.joined and unfit.offset == len(word.text):
                if index + 1 == len(words):
                    return Incomplete()
                return Bad(words[index + 1].column)
            furthest = max(furthest, unfit.offset)
    return Bad(word.column + furthest)


def _common(one: str, other: str) -> int:
    """How many characters two words begin with in common."""
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return index
    return min(len(one), len(other))
