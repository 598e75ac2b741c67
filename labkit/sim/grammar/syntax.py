"""A command's syntax as text, and as a tree of what may come next.

    show ip route [<address:ipv4> [<mask:mask>] | static | bgp]
    duplex <value=auto|full|half>
    ping <target:host> { size <size:36-18024> | repeat <count:1-2147483647> | df-bit }*

Words are keywords (`logi~n`: abbreviated to no fewer than four letters); `<name:kind>` is a value,
`<name=a|b>` one of some keywords, kept under that name; `[ ]` is optional, `( | )` a choice,
`{ | }*` options in any order, each at most once.
`expand` says, for what remains of a syntax, which tokens may come next and what remains after
each: a derivative.  Must not know lines or commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from labkit.sim.grammar.words import Kind, find


@dataclass(frozen=True, slots=True, eq=False)
class Keyword:
    """A word as it stands; with a `name` it is also kept as a value."""

    text: str
    name: str = ""
    least: int = 0
    """Letters that its abbreviation has at least."""

    def begins_with(self, typed: str) -> bool:
        """Whether a word, in lower case, is this one or its abbreviation."""
        return len(typed) >= self.least and self.text.lower().startswith(typed)


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A word that is read as a value."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of some ways; `optional` adds the way of saying nothing."""

    ways: tuple[Rest, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """Ways in any order, each at most once."""

    ways: tuple[Rest, ...]


Token = Keyword | Value
Term = Keyword | Value | Choice | Options
Rest = tuple[Term, ...]
"""What remains of a syntax, first thing first; empty when it is complete."""


@cache
def expand(rest: Rest) -> tuple[tuple[tuple[Token, Rest], ...], bool]:
    """(Each token that may come next with what remains after it, whether it may end here)."""
    if not rest:
        return (), True
    first, after = rest[0], rest[1:]
    if isinstance(first, Keyword | Value):
        return ((first, after),), False
    if isinstance(first, Choice):
        branches = [way + after for way in first.ways]
        if first.optional:
            branches.append(after)
    else:
        branches = [(*way, _without(first, way), *after) for way in first.ways] + [after]
    following: list[tuple[Token, Rest]] = []
    complete = False
    for branch in branches:
        tokens, ends = expand(branch)
        following += [each for each in tokens if each not in following]
        complete = complete or ends
    return tuple(following), complete


@cache
def _without(options: Options, used: Rest) -> Options:
    return Options(tuple(way for way in options.ways if way is not used))


_PIECE = re.compile(r"\s*(<[^>]*>|\]|\[|\(|\)|\{|\}\*|\||[^\s\[\](){}|]+)")


def compile_syntax(text: str, kinds: Mapping[str, Kind]) -> Rest:
    """The tree of a syntax.  Raises ValueError if it is not well formed."""
    pieces = _PIECE.findall(text)
    if "".join(text.split()) != "".join("".join(pieces).split()):
        raise ValueError(f"not a syntax: {text!r}")
    stream = iter([*pieces, ""])
    ways, end = _ways(stream, kinds)
    if end or len(ways) != 1:
        raise ValueError(f"unbalanced syntax: {text!r}")
    return ways[0]


_CLOSING = {"]", ")", "}*", ""}


def _ways(stream: Iterator[str], kinds: Mapping[str, Kind]) -> tuple[tuple[Rest, ...], str]:
    """Alternatives up to a closing piece, and that piece."""
    ways: list[Rest] = []
    terms: list[Term] = []
    for piece in stream:
        if piece in _CLOSING or piece == "|":
            ways.append(tuple(terms))
            terms = []
            if piece != "|":
                return tuple(ways), piece
        elif piece in ("[", "(", "{"):
            inner, end = _ways(stream, kinds)
            if end != {"[": "]", "(": ")", "{": "}*"}[piece]:
                raise ValueError(f"{piece} is closed by {end!r}")
            terms.append(Options(inner) if piece == "{" else Choice(inner, piece == "["))
        else:
            terms.append(_token(piece, kinds))
    raise ValueError("the syntax ends too soon")


def _token(piece: str, kinds: Mapping[str, Kind]) -> Term:
    if not piece.startswith("<"):
        start, _, end = piece.partition("~")
        return Keyword(start + end, least=len(start) if end else 0)
    name, colon, kind = piece[1:-1].partition(":")
    if colon:
        return Value(name, find(kind, kinds))
    name, _, words = piece[1:-1].partition("=")
    return Choice(tuple((Keyword(word, name),) for word in words.split("|")))
