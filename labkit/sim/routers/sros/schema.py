"""The classic CLI as one tree of contexts, read from indented text.

SR OS has no modes: `configure`, `show` and `debug` alike are contexts within the root, a line
may walk through several of them, and any word may be shortened.  So the grammar is written as
the tree it is, a row a line, children indented by four:

    vprn <id:1-2147483647> { customer <customer:1-2147483647> | create }* ; create down
        description <text:text>
        interface <name:name> [create] ; create quiet prompt=if

The syntax of a row is that of labkit.sim.grammar, with the kinds of kinds.py; after `;` stand its
traits (TRAITS).
Knows how typed words match a row; must not know any command or device.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeGuard

from labkit.sim.grammar.syntax import (
    Choice,
    Keyword,
    Options,
    Rest,
    Term,
    Token,
    Value,
    compile_syntax,
    expand,
)
from labkit.sim.routers.sros.kinds import KINDS

TRAITS = {
    "create": "a new object needs the keyword `create`",
    "down": "has `shutdown`, is shut down at first, `info` always writes the state",
    "up": "has `shutdown`, is enabled at first, `info` always writes the state",
    "quiet": "has `shutdown`, is enabled at first, `info` writes the state when it is shut down",
    "firm": "must be shut down before it can be removed",
    "plain": "a context without a state of its own: written only when it holds something",
    "context": "can be entered although it has no children here",
    "single": "a context that exists once, whatever its parameters say",
    "fixed": "exists with its parent and cannot be removed",
    "enter": "entered only if the parameter `action` is one of these: enter=a,b",
    "multi": "may occur with several values; multi=a,b: these parameters tell them apart",
    "some": "one of its options at least must be given",
    "on": "a switch that is on unless negated",
    "kept": "its `no` is written, since a router that leaves the box has it set",
    "default": "this value is not written: default=x",
    "prompt": "the name in the prompt: prompt=x",
    "moves": "a command that the cursor itself carries out",
}
"""What may stand after `;` in a row."""


@dataclass(frozen=True, slots=True)
class Word:
    """A typed word, without its quotes, and the column it starts at."""

    text: str
    column: int
    quoted: bool = False


class Mistake(Exception):
    """What was typed does not fit: `message` in the vendor's words, `column` for the caret
    (None: no caret)."""

    def __init__(self, message: str, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


BAD_COMMAND = "Error: Bad command."
BAD_PARAMETER = "Error: Invalid parameter."
MISSING = "Error: Missing parameter"
AMBIGUOUS = "Error: Ambiguous command."


@dataclass(eq=False)
class Row:
    """One line of the grammar: a command, or a context with its children."""

    syntax: str
    traits: dict[str, str]
    parent: Row | None = field(repr=False)
    children: list[Row] = field(default_factory=list, repr=False)
    run: Callable[..., Any] | None = field(default=None, repr=False)
    """What carries it out, if it is a command (commands.py)."""
    keyword: str = field(init=False)
    terms: Rest = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.keyword = self.syntax.partition(" ")[0]
        self.terms = compile_syntax(self.syntax, KINDS)

    @cached_property
    def path(self) -> str:
        """Keywords from the root, joined by slashes: the row's name."""
        if self.parent is None:
            return ""
        return f"{self.parent.path}/{self.keyword}".lstrip("/")

    @cached_property
    def is_context(self) -> bool:
        return bool(self.children) or self.has_shutdown or "context" in self.traits

    @property
    def is_command(self) -> bool:
        return self.run is not None or "moves" in self.traits

    @cached_property
    def has_shutdown(self) -> bool:
        return not self.traits.keys().isdisjoint(("down", "up", "quiet"))

    @cached_property
    def starts_down(self) -> bool:
        return "down" in self.traits

    @cached_property
    def is_firm(self) -> bool:
        """Whether it must be shut down before it can be removed."""
        return self.starts_down or "firm" in self.traits

    @cached_property
    def in_prompt(self) -> str:
        return self.traits.get("prompt", self.keyword)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The parameters that tell two objects of this row apart."""
        named = self.traits.get("multi")
        if named:
            return tuple(named.split(","))
        if "single" in self.traits or not (self.is_context or named is not None):
            return ()
        return tuple(name for term in self.terms if (name := name_of(term)))

    def key_of(self, values: dict[str, str]) -> tuple[str, ...]:
        """Those parameters' values; one that was not given is empty."""
        return tuple([values.get(name, "") for name in self.key])

    @cached_property
    def index(self) -> int:
        """Its place among its parent's rows."""
        return 0 if self.parent is None else self.parent.children.index(self)

    @cached_property
    def orders(self) -> dict[str, Callable[[str], Any]]:
        """What the values of each parameter are ordered by, by name."""
        found = parameters(self.terms)
        return {name_of(p): p.kind.order if isinstance(p, Value) else str for p in found}

    @cached_property
    def options(self) -> list[Rest]:
        """What may be left out, in order."""
        return [way for term in self.terms if _optional(term) for way in term.ways]

    def entered(self, values: dict[str, str]) -> bool:
        """Whether typing this context with these values leads into it (`action reject`: no)."""
        only = self.traits.get("enter")
        return only is None or values.get("action") in only.split(",")

    def child(self, syntax: str, traits: dict[str, str] | None = None) -> Row:
        """The row below this one that has a syntax, made if it is not there yet."""
        for known in self.children:
            if known.syntax == syntax:
                return known
        self.children.append(Row(syntax, traits or {}, self))
        return self.children[-1]

    def usage(self) -> str:
        """The row as `?` and `tree` write it."""
        return " ".join(map(shown, self.terms))

    def match(
        self, words: Sequence[Word], start: int, *, negated: bool = False
    ) -> tuple[dict[str, str], int]:
        """Read this row from `words[start:]`: (values by name, index after the last word).

        `no` needs no more than what tells the object apart.  Raises Mistake.
        """
        values: dict[str, str] = {}
        at, rest = start, self.terms
        while True:
            ways, complete = expand(rest)
            if at == len(words):
                if complete or (negated and self._told_apart(rest)):
                    break
                raise Mistake(MISSING)
            way = _taken(ways, words[at])
            if way is None and complete:
                break
            if way is None:
                plain = any(isinstance(token, Keyword) and not token.name for token, _ in ways)
                raise Mistake(BAD_COMMAND if plain else BAD_PARAMETER, words[at].column)
            name, text, rest = way
            if at > start:
                values[name] = text
            at += 1
        if (
            "some" in self.traits
            and not negated
            and not any(_said(o, values) for o in self.options)
        ):
            raise Mistake(MISSING) if at == len(words) else Mistake(BAD_COMMAND, words[at].column)
        return values, at

    def _told_apart(self, rest: Rest) -> bool:
        """Whether what is missing is no part of an option, and no key."""
        first = next(term for term in rest if not _optional(term))
        return first in self.terms and name_of(first) not in self.key

    def text(self, values: dict[str, str]) -> str:
        """The canonical line for `values`."""
        return " ".join(_written(self.terms, values))


Way = tuple[Token, Rest]


def _taken(ways: Sequence[Way], word: Word) -> tuple[str, str, Rest] | None:
    """The way that a word takes (name, canonical text, what remains), keywords before parameters.

    Raises Mistake if it shortens several keywords.
    """
    fit = [way for way in ways if isinstance(way[0], Keyword) and way[0].text.startswith(word.text)]
    for exact in (True, False):
        found = [way for way in fit if _text(way) == word.text or not exact]
        plain = [] if word.quoted else [way for way in found if not way[0].name]
        if len(plain) > 1:
            raise Mistake(AMBIGUOUS, word.column)
        named = [way for way in found if way[0].name and word.text]
        for token, rest in plain or (named if len(named) == 1 else ()):
            assert isinstance(token, Keyword)
            return token.name or token.text, token.text, rest
    for token, rest in ways:
        if isinstance(token, Value):
            try:
                return token.name, str(token.kind.parse(word.text)), rest
            except ValueError:
                continue
    return None


def _text(way: Way) -> str:
    return way[0].text if isinstance(way[0], Keyword) else ""


# --------------------------------------------------------------------------- terms


def name_of(term: Term) -> str:
    """What a parameter's value is kept under; empty for anything else."""
    if isinstance(term, Choice):
        first = term.ways[0][0]
        return first.name if isinstance(first, Keyword) and not term.optional else ""
    return "" if isinstance(term, Options) else term.name


def parameters(terms: Sequence[Term]) -> Iterator[Value | Choice]:
    """Every parameter, in order: a value, or one of some words."""
    for term in terms:
        if isinstance(term, Value) or (isinstance(term, Choice) and name_of(term)):
            yield term
        elif isinstance(term, Choice | Options):
            for way in term.ways:
                yield from parameters(way)


def _optional(term: Term) -> TypeGuard[Choice | Options]:
    return isinstance(term, Options) or (isinstance(term, Choice) and term.optional)


def shown(term: Term) -> str:
    """A term as `?` writes it: `<name>` for a parameter, options in brackets."""
    if _optional(term):
        return " ".join(f"[{' '.join(map(shown, way))}]" for way in term.ways)
    if isinstance(term, Keyword):
        return term.text
    return f"<{name_of(term).replace('_', '-')}>"


def _said(way: Rest, values: dict[str, str]) -> bool:
    return (name_of(way[0]) or shown(way[0])) in values


def _written(terms: Rest, values: dict[str, str]) -> Iterator[str]:
    for term in terms:
        if _optional(term):
            for way in term.ways:
                if _said(way, values):
                    yield from _written(way, values)
        elif isinstance(term, Keyword):
            yield term.text
        else:
            value = values[name_of(term)]
            yield f'"{value}"' if isinstance(term, Value) and term.kind.quoted else value


# --------------------------------------------------------------------------- the tree


def parse(*texts: str) -> Row:
    """Build the tree from grammar texts; returns the root, whose children they are.

    Raises KeyError for an unknown kind, ValueError for bad syntax, indentation or trait.
    """
    root = Row("", {}, None)
    for text in texts:
        stack = [root]
        for line in text.splitlines():
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            depth, odd = divmod(len(line) - len(line.lstrip()), 4)
            if odd or depth >= len(stack):
                raise ValueError(f"bad indentation: {line!r}")
            del stack[depth + 1 :]
            stack.append(_add(stack[-1], line))
    _complete(root)
    return root


def _complete(row: Row) -> None:
    """Give every context that has a state its `shutdown`, last as SR OS writes it."""
    for child in row.children:
        _complete(child)
    if row.has_shutdown:
        row.children.append(Row("shutdown", {}, row))


def _add(parent: Row, line: str) -> Row:
    syntax, _, traits = line.partition(" ; ")
    return parent.child(syntax.strip(), dict(_trait(word) for word in traits.split()))


def _trait(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    if name not in TRAITS:
        raise ValueError(f"no such trait: {name}")
    return name, value


_QUOTED = re.compile(r'"([^"]*)"|(\S+)')


def tokenize(line: str) -> list[Word]:
    """Split a line into words; quotes keep spaces.  Raises Mistake for an open quote."""
    words = []
    for match in _QUOTED.finditer(line):
        if match[1] is not None:
            words.append(Word(match[1], match.start(), quoted=True))
        elif '"' in match[2]:
            raise Mistake(BAD_COMMAND, match.start() + match[2].index('"'))
        else:
            words.append(Word(match[2], match.start()))
    return words
