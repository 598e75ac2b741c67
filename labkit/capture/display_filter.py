"""Wireshark's display filters, as far as this lab's protocols go: the language.

    ip.addr == 172.16.1.0/24 and not (icmp or esp.spi == 0x1a2b3c4d)

A test is a protocol, a field, or a field compared with a value.  A frame may hold a field many
times (a packet within a packet): `==`, `<` … ask whether any of them fits, `!=` that none is equal,
as Wireshark 4 does.  What is written here means what it means there; what is not known is refused
with a sentence.  `parse` gives a test that asks frames through `Look`; it knows no frame itself.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any, NoReturn, Protocol, TypeAlias

from labkit.protocols.fields import KINDS, READERS
from labkit.protocols.fields import field as fields
from labkit.protocols.fields.field import Kind, Value

PROTOCOLS = ("frame", *READERS)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "eq": operator.eq, "!=": operator.ne, "ne": operator.ne,
    "<": operator.lt, "lt": operator.lt, "<=": operator.le, "le": operator.le,
    ">": operator.gt, "gt": operator.gt, ">=": operator.ge, "ge": operator.ge,
    "contains": operator.contains,
}  # fmt: skip
_AND, _OR, _NOT = ("and", "&&"), ("or", "||"), ("not", "!")
_UNKNOWN = {
    "matches": "Regular expressions are not known here: use contains.",
    "in": "Lists in braces are not known here: write tests with or between them.",
    "~=": "Write not (… == …) in place of ~=.",
}
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"?)
    |(?P<sign>==|!=|~=|<=|>=|&&|\|\||[<>!()=&|])
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


class Look(Protocol):
    """What a filter asks of a frame."""

    def holds(self, protocol: str) -> bool:
        """Whether the protocol is anywhere in it."""

    def values(self, name: str) -> list[Value]:
        """All values of a field, from the outside."""

    def contents(self, name: str) -> Iterable[Value]:
        """What `contains` looks into: a field's values, or a protocol's bytes and all within."""


Test: TypeAlias = Callable[[Look], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """`test` says whether a frame is chosen."""

    test: Test


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int

    def among(self, words: Iterable[str]) -> bool:
        return self.kind != "string" and self.text.lower() in words


def parse(text: str) -> Filter | None:
    """What a filter means, None for an empty one.  Raises FilterError."""
    tokens = list(_tokens(text.rstrip()))
    if not tokens:
        return None
    parser = _Parser(tokens, _Token("end", "", len(text), len(text)))
    test = parser.either(0)
    parser.done()
    return Filter(test)


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None and match.lastgroup is not None
        kind, word = match.lastgroup, match[match.lastgroup]
        start, place = match.start(kind), match.end()
        token = _Token(kind, word, start, place)
        if word in ("=", "&", "|"):
            _refuse(f"A single {word} has no meaning: write {word * 2}.", token)
        if kind == "other" and word not in "{},":
            _refuse(f"{word!r} has no meaning in a filter.", token)
        if kind == "string" and (len(word) < 2 or not word.endswith('"')):
            _refuse("This text has no closing quotation mark.", token)
        if kind == "string" and "\\" in word:
            _refuse("A backslash is not known here: write bytes as hex digits (1a:2b:3c).", token)
        yield token


@dataclass
class _Parser:
    """Recursive descent: or, and, not, test."""

    tokens: list[_Token]
    end: _Token
    last: str = ""

    @property
    def next(self) -> _Token:
        return self.tokens[0] if self.tokens else self.end

    def take(self) -> _Token:
        token = self.next
        if token.kind == "end":
            _refuse(f"Something is missing after {self.last}.", token)
        del self.tokens[:1]
        self.last = token.text
        return token

    def takes(self, words: tuple[str, ...]) -> bool:
        return self.next.among(words) and bool(self.take())

    def done(self) -> None:
        token = self.next
        if token.text == ")":
            _refuse("This ) closes nothing.", token)
        if token.kind != "end":
            _refuse(f'Two tests follow each other: write "and" or "or" before {token.text}.', token)

    def either(self, depth: int) -> Test:
        found = [self.both(depth)]
        while self.takes(_OR):
            found.append(self.both(depth))
        return found[0] if len(found) == 1 else lambda frame: any(each(frame) for each in found)

    def both(self, depth: int) -> Test:
        found = [self.one(depth)]
        while self.takes(_AND):
            found.append(self.one(depth))
        return found[0] if len(found) == 1 else lambda frame: all(each(frame) for each in found)

    def one(self, depth: int) -> Test:
        if depth > _DEEPEST:
            _refuse("Too many tests within each other.", self.next)
        if self.takes(_NOT):
            refused = self.one(depth + 1)
            return lambda frame: not refused(frame)
        opening = self.next
        if self.takes(("(",)):
            inside = self.either(depth + 1)
            if not self.takes((")",)):
                if self.next.kind == "end":
                    _refuse("This ( is never closed.", opening)
                self.done()
            return inside
        return self.test()

    def test(self) -> Test:
        token = self.take()
        if token.kind != "word":
            _refuse(f"A test begins with a protocol or a field, not with {token.text}.", token)
        name = _known(token)
        if self.next.among(_UNKNOWN):
            _refuse(_UNKNOWN[self.next.text.lower()], self.next)
        if self.next.among(_ORDER):
            sign = self.take().text.lower()
            if self.next.kind == "end" or self.next.among((*_AND, *_OR, ")", "(")):
                _refuse(f"The value that {token.text} is compared with is missing.", self.next)
            return _comparison(name, token, sign, self.take())
        if name in PROTOCOLS:
            return lambda frame: frame.holds(name)
        return lambda frame: bool(frame.values(name))


def _comparison(name: str, asked: _Token, sign: str, token: _Token) -> Test:
    """A field, and a value that it is compared with."""
    if token.kind == "word" and token.text.lower() in KINDS:
        _refuse("A field is compared with a value here, not with another field.", token)
    if sign == "contains":
        needle = _needle(name, asked, token)
        return lambda frame: any(needle in each for each in frame.contents(name))  # type: ignore[operator]
    if name in PROTOCOLS:
        _refuse(f"{asked.text} is a protocol: it is there or not, or contains something.", asked)
    wanted, order = _literal(name, asked, token), _ORDER[sign]
    if isinstance(wanted, IPv4Network):
        return _of_network(name, wanted, order, every=sign in ("!=", "ne"))
    if sign in ("!=", "ne"):
        return lambda frame: bool(frame.values(name)) and wanted not in frame.values(name)
    kind = type(wanted)
    return lambda frame: any(type(v) is kind and order(v, wanted) for v in frame.values(name))


def _of_network(
    name: str, network: IPv4Network, order: Callable[[Any, Any], bool], *, every: bool
) -> Test:
    """Addresses as far as the network's mask goes."""
    mask, base = int(network.netmask), int(network.network_address)

    def test(frame: Look) -> bool:
        values = [int(v) & mask for v in frame.values(name) if isinstance(v, IPv4Address)]
        found = [order(each, base) for each in values]
        return bool(found) and all(found) if every else any(found)

    return test


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


def _number(text: str) -> int:
    if re.fullmatch(r"0x[0-9a-fA-F]+", text):
        return int(text, 16)
    if not re.fullmatch(r"0|[1-9][0-9]{0,19}", text):  # 0377 would be octal
        raise ValueError(text)
    return int(text)


def _address(text: str) -> IPv4Address | IPv4Network:
    return IPv4Network(text, strict=False) if "/" in text else IPv4Address(text)


def _bytes(text: str) -> bytes:
    """`1a:2b`, `1a-2b` or `1a2b`.  Raises ValueError."""
    if not re.fullmatch(r"[0-9a-fA-F]{2}([:.-]?[0-9a-fA-F]{2})*", text):
        raise ValueError(text)
    return bytes.fromhex(re.sub("[:.-]", "", text))


def _mac(text: str) -> bytes:
    data = _bytes(text)
    if len(data) != 6:
        raise ValueError(text)
    return data


_READ: dict[Kind, Callable[[str], Value | IPv4Network]] = {
    fields.number: _number, fields.address: _address, fields.raw: _bytes, fields.mac: _mac,
    fields.words: str,
}  # fmt: skip


def _literal(name: str, asked: _Token, token: _Token) -> Value | IPv4Network:
    """A value of the field's kind."""
    kind = KINDS[name]
    if (token.kind == "string") == (kind is fields.words):
        try:
            return _READ[kind](token.text.strip('"'))
        except ValueError:
            pass
    _refuse(f"{asked.text} is {_KIND_WORDS[kind]}; {token.text} is none.", token)


def _needle(name: str, asked: _Token, token: _Token) -> bytes | str:
    """What is looked for within bytes or text."""
    kind = KINDS.get(name, fields.raw)
    if kind in (fields.number, fields.address):
        _refuse(f"{asked.text} is {_KIND_WORDS[kind].split(':')[0]} and contains nothing.", asked)
    text = token.text.strip('"')
    if kind is fields.words:
        return text
    if token.kind == "string":
        return text.encode("latin-1", "replace")
    try:
        return _bytes(text)
    except ValueError:
        _refuse('Write words in quotes ("admin"), or bytes as hex digits (1a:2b:3c).', token)
