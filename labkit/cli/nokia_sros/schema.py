"""The classic CLI as one tree of contexts, read from indented text.

SR OS has no modes: `configure`, `show` and `debug` alike are contexts within the root, a line
may walk through several of them, and any word may be shortened.  So the grammar is written as
the tree it is, a row a line, children indented by four:

    vprn <id:1..2147483647> [customer <customer:1..2147483647>] [create] ; create down
        description <text:text>
        interface <name:name> [create] ; create quiet prompt=if

`<name:kind>` is a parameter (kinds: words.py), `[...]` an option (neighbouring options come in
any order); after `;` stand the row's traits (TRAITS).
Knows the notation and how typed words match a row; must not know any command or device.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from labkit.cli.nokia_sros.words import Kind, kind

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
    "run": "the command that carries it out: run=x",
}
"""What may stand after `;` in a row."""


@dataclass(frozen=True, slots=True)
class Keyword:
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Param:
    name: str
    kind: Kind

    def __str__(self) -> str:
        return f"<{self.name.replace('_', '-')}>"


@dataclass(frozen=True, slots=True)
class Option:
    items: tuple[Keyword | Param, ...]

    def __str__(self) -> str:
        return "[" + " ".join(map(str, self.items)) + "]"


Element = Keyword | Param | Option


@dataclass(frozen=True, slots=True)
class Token:
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

    elements: tuple[Element, ...]
    traits: dict[str, str]
    parent: Row | None = field(repr=False)
    children: list[Row] = field(default_factory=list, repr=False)
    keyword: str = field(init=False)

    def __post_init__(self) -> None:
        self.keyword = str(self.elements[0]) if self.elements else ""

    @cached_property
    def path(self) -> str:
        """Keywords from the root, joined by slashes: the row's name."""
        if self.parent is None:
            return ""
        return f"{self.parent.path}/{self.keyword}".lstrip("/")

    @cached_property
    def is_context(self) -> bool:
        return bool(self.children) or self.has_shutdown or "context" in self.traits

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
        return tuple(item.name for item in self.elements if isinstance(item, Param))

    def key_of(self, values: dict[str, str]) -> tuple[str, ...]:
        """Those parameters' values; one that was not given is empty."""
        return tuple([values.get(name, "") for name in self.key])

    @cached_property
    def index(self) -> int:
        """Its place among its parent's rows."""
        return 0 if self.parent is None else self.parent.children.index(self)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each parameter, by name."""
        return {param.name: param.kind for param in self.params()}

    def entered(self, values: dict[str, str]) -> bool:
        """Whether typing this context with these values leads into it (`action reject`: no)."""
        only = self.traits.get("enter")
        return only is None or values.get("action") in only.split(",")

    def params(self) -> Iterator[Param]:
        """Every parameter, in order."""
        for element in self.elements:
            items = element.items if isinstance(element, Option) else (element,)
            yield from (item for item in items if isinstance(item, Param))

    def syntax(self) -> str:
        return " ".join(map(str, self.elements))

    def match(
        self, tokens: Sequence[Token], start: int, *, negated: bool = False
    ) -> tuple[dict[str, str], int]:
        """Read this row from `tokens[start:]`: (values by name, index after the last word).

        `no` needs no more than what tells the object apart.  Raises Mistake.
        """
        values: dict[str, str] = {}
        at, index = start, 0
        while index < len(self.elements):
            element = self.elements[index]
            if isinstance(element, Option):
                group = list(_leading_options(self.elements[index:]))
                at = _options(group, tokens, at, values)
                index += len(group)
                continue
            if at == len(tokens):
                if negated and (isinstance(element, Keyword) or element.name not in self.key):
                    break
                raise Mistake(MISSING)
            _take(element, tokens[at], values if index else {})
            at, index = at + 1, index + 1
        if "some" in self.traits and not negated and not self._chosen(values):
            raise Mistake(MISSING) if at == len(tokens) else Mistake(BAD_COMMAND, tokens[at].column)
        return values, at

    def _chosen(self, values: dict[str, str]) -> bool:
        options = [element for element in self.elements if isinstance(element, Option)]
        return any(_present(option.items[0], values) for option in options)

    def text(self, values: dict[str, str]) -> str:
        """The canonical line for `values`."""
        words: list[str] = []
        for element in self.elements:
            if not isinstance(element, Option):
                words.append(_written(element, values))
            elif all(_present(item, values) for item in element.items):
                words.extend(_written(item, values) for item in element.items)
        return " ".join(words)


def _leading_options(elements: Sequence[Element]) -> Iterator[Option]:
    for element in elements:
        if not isinstance(element, Option):
            return
        yield element


def _written(item: Keyword | Param, values: dict[str, str]) -> str:
    if isinstance(item, Keyword):
        return item.text
    value = values[item.name]
    return f'"{value}"' if item.kind.quoted else value


def _present(item: Keyword | Param, values: dict[str, str]) -> bool:
    return (item.text if isinstance(item, Keyword) else item.name) in values


def _take(item: Keyword | Param, token: Token, values: dict[str, str]) -> None:
    if isinstance(item, Keyword):
        if token.quoted or not item.text.startswith(token.text):
            raise Mistake(BAD_COMMAND, token.column)
        values[item.text] = item.text
        return
    value = item.kind.parse(token.text)
    if value is None:
        raise Mistake(BAD_PARAMETER, token.column)
    values[item.name] = value


def _options(
    group: Sequence[Option], tokens: Sequence[Token], at: int, values: dict[str, str]
) -> int:
    left = list(group)
    while at < len(tokens):
        option = _pick(left, tokens[at])
        if option is None:
            return at
        left.remove(option)
        for item in option.items:
            if at == len(tokens):
                raise Mistake(MISSING)
            _take(item, tokens[at], values)
            at += 1
    return at


def _pick(options: Sequence[Option], token: Token) -> Option | None:
    """The option that `token` begins, keywords before parameters."""
    found = []
    for option in options:
        first = option.items[0]
        if isinstance(first, Keyword) and not token.quoted:
            if first.text == token.text:
                return option
            if first.text.startswith(token.text):
                found.append(option)
    if len(found) > 1:
        raise Mistake(AMBIGUOUS, token.column)
    for option in options:
        first = option.items[0]
        if not found and isinstance(first, Param) and first.kind.parse(token.text) is not None:
            found.append(option)
    return found[0] if found else None


# --------------------------------------------------------------------------- the notation

_ELEMENT = re.compile(r"\[[^\]]*\]|<[^>]*>|[^\s\[\]<>]+")


def _item(text: str) -> Keyword | Param:
    if text.startswith("<"):
        name, _, spec = text[1:-1].partition(":")
        return Param(name, kind(spec))
    return Keyword(text)


def _element(text: str) -> Element:
    if text.startswith("["):
        return Option(tuple(_item(part) for part in _ELEMENT.findall(text[1:-1])))
    return _item(text)


def parse(*texts: str) -> Row:
    """Build the tree from grammar texts; returns the root, whose children they are.

    Raises KeyError for an unknown kind, ValueError for bad indentation or an unknown trait.
    """
    root = Row((), {}, None)
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
        row.children.append(Row((Keyword("shutdown"),), {}, row))


def _add(parent: Row, line: str) -> Row:
    syntax, _, traits = line.partition(" ; ")
    row = Row(
        tuple(_element(part) for part in _ELEMENT.findall(syntax)),
        dict(_trait(word) for word in traits.split()),
        parent,
    )
    for known in parent.children:
        if known.keyword == row.keyword and known.elements == row.elements:
            return known
    parent.children.append(row)
    return row


def _trait(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    if name not in TRAITS:
        raise ValueError(f"no such trait: {name}")
    return name, value


_WORD = re.compile(r'"([^"]*)"|(\S+)')


def tokenize(line: str) -> list[Token]:
    """Split a line into words; quotes keep spaces.  Raises Mistake for an open quote."""
    tokens = []
    for match in _WORD.finditer(line):
        if match[1] is not None:
            tokens.append(Token(match[1], match.start(), quoted=True))
        elif '"' in match[2]:
            raise Mistake(BAD_COMMAND, match.start() + match[2].index('"'))
        else:
            tokens.append(Token(match[2], match.start()))
    return tokens
