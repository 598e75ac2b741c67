"""Wireshark's display filters, as far as this lab's protocols go: the language.

    ip.addr == 172.16.1.0/24 and not (icmp or esp.spi == 0x1a2b3c4d)

A test is a protocol, a field, or a field compared with a value or another field.  A frame may hold
a field many times (a packet within a packet): `==`, `<` … ask whether any of them fits, `!=` that
none is equal, as Wireshark 4 does.  `parse` turns text into a tree or says what is wrong and where;
`capture.matching` asks frames.  Pure; knows no frame.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from labkit.capture import fields
from labkit.capture.fields import Kind
from labkit.capture.literals import READ, Literal, raw_bytes, unquoted
from labkit.capture.protocols import KINDS, READERS

PROTOCOLS = ("frame", *READERS)
COMPARISONS = {
    "==": "==", "eq": "==", "!=": "!=", "ne": "!=", "<": "<", "lt": "<", "<=": "<=", "le": "<=",
    ">": ">", "gt": ">", ">=": ">=", "ge": ">=", "~=": "~=", "contains": "contains",
}  # fmt: skip
_AND, _OR, _NOT = ("and", "&&"), ("or", "||"), ("not", "!")
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"?)
    |(?P<sign>==|!=|~=|<=|>=|&&|\|\||[<>!(){},=&|])
    |(?P<word>[\w.:/*-]+)
    |(?P<other>\S))""",
    re.VERBOSE,
)
_DEEPEST = 100
_KIND_WORDS: dict[Kind, str] = {
    fields.number: "a number: compare it with one such as 64 or 0x40",
    fields.address: "an address: compare it with one such as 192.0.2.1, or a network such as "
    "192.0.2.0/24",
    fields.mac: "a MAC address: compare it with one such as 00:00:5e:00:01:65",
    fields.raw: "bytes: compare them with hex digits such as 1a:2b:3c",
    fields.words: 'text: compare it with words in quotes such as "admin"',
}


class FilterError(ValueError):
    """A filter that means nothing; `start` and `end` are where in its text."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = max(end, start + 1)


@dataclass(frozen=True, slots=True)
class Present:
    """A protocol or a field is there."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against values of which one must fit (`in` has many), or against another field."""

    name: str
    operator: str
    values: tuple[Literal, ...] = ()
    other: str = ""


@dataclass(frozen=True, slots=True)
class Between:
    """A field within a range, its ends included."""

    name: str
    low: Literal
    high: Literal


@dataclass(frozen=True, slots=True)
class Not:
    operand: Node


@dataclass(frozen=True, slots=True)
class All:
    """Every one of them."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of them."""

    operands: tuple[Node, ...]


Node: TypeAlias = Present | Compare | Between | Not | All | Any


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def parse(text: str) -> Node | None:
    """The tree of a filter, None for an empty one.  Raises FilterError."""
    tokens = _tokens(text)
    if not tokens:
        return None
    parser = _Parser(tokens, len(text))
    node = parser.either(0)
    parser.done()
    return node


def completions(start: str) -> list[str]:
    """The protocols and fields that begin so."""
    return sorted(name for name in {*PROTOCOLS, *KINDS} if name.startswith(start.lower()))


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None and match.lastgroup is not None
        kind, word = match.lastgroup, match[match.lastgroup]
        start, place = match.start(kind), match.end()
        if kind == "other":
            raise FilterError(f"{word!r} has no meaning in a filter.", start, place)
        if word in ("=", "&", "|"):
            raise FilterError(f"A single {word} has no meaning: write {word * 2}.", start, place)
        if kind == "string" and (len(word) < 2 or not word.endswith('"')):
            raise FilterError("This text has no closing quotation mark.", start, place)
        found.append(_Token(kind, word, start, place))
    return found


class _Parser:
    """Recursive descent: or, and, not, test."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens = tokens
        self._place = 0
        self._end = _Token("end", "", length, length)

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place] if self._place < len(self._tokens) else self._end

    def _take(self) -> _Token:
        token = self._next
        self._place += 1
        return token

    def _takes(self, words: tuple[str, ...]) -> bool:
        if self._next.kind != "string" and self._next.text.lower() in words:
            self._place += 1
            return True
        return False

    def done(self) -> None:
        token = self._next
        if token.text == ")":
            _refuse("This ) closes nothing.", token)
        if token.kind != "end":
            _refuse(f'Two tests follow each other: write "and" or "or" before {token.text}.', token)

    def either(self, depth: int) -> Node:
        found = [self._both(depth)]
        while self._takes(_OR):
            found.append(self._both(depth))
        return found[0] if len(found) == 1 else Any(tuple(found))

    def _both(self, depth: int) -> Node:
        found = [self._one(depth)]
        while self._takes(_AND):
            found.append(self._one(depth))
        return found[0] if len(found) == 1 else All(tuple(found))

    def _one(self, depth: int) -> Node:
        if depth > _DEEPEST:
            _refuse("Too many tests within each other.", self._next)
        if self._takes(_NOT):
            return Not(self._one(depth + 1))
        opening = self._next
        if self._takes(("(",)):
            inside = self.either(depth + 1)
            if not self._takes((")",)):
                if self._next.kind == "end":
                    _refuse("This ( is never closed.", opening)
                self.done()
            return inside
        return self._test()

    def _test(self) -> Node:
        token = self._take()
        if token.kind == "end":
            before = self._tokens[-1]
            _refuse(f"Something is missing after {before.text}.", token)
        if token.kind != "word":
            _refuse(f"A test begins with a protocol or a field, not with {token.text}.", token)
        name = _known(token)
        operator = self._next
        if operator.text.lower() == "in" and operator.kind == "word":
            return self._one_of(name, token)
        if operator.kind != "string" and operator.text.lower() in COMPARISONS:
            self._take()
            return self._comparison(name, token, COMPARISONS[operator.text.lower()])
        if operator.text.lower() == "matches":
            _refuse("Regular expressions are not known here: use contains.", operator)
        return Present(name)

    def _comparison(self, name: str, field: _Token, operator: str) -> Node:
        token = self._take()
        if token.kind == "end" or token.text in (*_AND, *_OR, ")", "("):
            _refuse(f"The value that {field.text} is compared with is missing.", token)
        if name in PROTOCOLS and operator != "contains":
            _refuse(
                f"{field.text} is a protocol: it is there or not, and can only be asked what it "
                "contains.", field,
            )  # fmt: skip
        if token.kind == "word" and token.text.lower() in KINDS and operator != "contains":
            return Compare(name, operator, other=token.text.lower())
        if operator == "contains":
            return Compare(name, operator, (_needle(name, field, token),))
        return Compare(name, operator, (_literal(name, field, token),))

    def _one_of(self, name: str, field: _Token) -> Node:
        self._take()
        if name in PROTOCOLS:
            _refuse(f"{field.text} is a protocol and has no value.", field)
        if not self._takes(("{",)):
            _refuse("After in comes a list in braces: in {1, 2}.", self._next)
        values: list[Literal] = []
        ranges: list[Node] = []
        while True:
            token = self._take()
            if token.kind not in ("word", "string"):
                _refuse("A value is missing in this list.", token)
            low, dots, high = token.text.partition("..")
            if dots and token.kind == "word" and low and high:
                ends = (_literal(name, field, _part(token, each)) for each in (low, high))
                ranges.append(Between(name, *ends))
            else:
                values.append(_literal(name, field, token))
            if self._takes(("}",)):
                break
            if not self._takes((",",)):
                _refuse("Values in braces are set apart by commas.", self._next)
        if values:
            ranges.append(Compare(name, "==", tuple(values)))
        return ranges[0] if len(ranges) == 1 else Any(tuple(ranges))


def _part(token: _Token, text: str) -> _Token:
    return _Token(token.kind, text, token.start, token.end)


def _refuse(message: str, token: _Token) -> NoReturn:
    raise FilterError(message, token.start, token.end)


def _known(token: _Token) -> str:
    name = token.text.lower()
    if name in KINDS or name in PROTOCOLS:
        return name
    near = difflib.get_close_matches(name, [*KINDS, *PROTOCOLS], 1, 0.6)
    hint = f"; did you mean {near[0]}?" if near else "."
    _refuse(f"There is no protocol or field {token.text} here{hint}", token)


# --------------------------------------------------------------------------- values


def _literal(name: str, field: _Token, token: _Token) -> Literal:
    """A value of the field's kind."""
    kind = KINDS[name]
    if token.kind == "string":
        if kind is not fields.words:
            _wrong(field, kind, token)
        return unquoted(token.text)
    try:
        return READ[kind](token.text)
    except (ValueError, KeyError):
        _wrong(field, kind, token)


def _wrong(field: _Token, kind: Kind, token: _Token) -> NoReturn:
    _refuse(f"{field.text} is {_KIND_WORDS[kind]}; {token.text} is none.", token)


def _needle(name: str, field: _Token, token: _Token) -> Literal:
    """What is looked for within bytes or text."""
    kind = KINDS.get(name, fields.raw)
    if kind in (fields.number, fields.address):
        _refuse(f"{field.text} is {_KIND_WORDS[kind].split(':')[0]} and contains nothing.", field)
    if token.kind == "string":
        text = unquoted(token.text)
        return text if kind is fields.words else text.encode("latin-1", "replace")
    if kind is fields.words:
        return token.text
    try:
        return raw_bytes(token.text)
    except ValueError:
        _refuse('Write words in quotes ("admin"), or bytes as hex digits (1a:2b:3c).', token)
