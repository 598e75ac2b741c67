"""The configuration as SR OS holds it: a tree of objects, each an instance of a grammar row.

Knows how objects are found, set, negated, removed and written (`info`, `info detail`): order,
defaults and quoting all come from the row (schema.py).  Must not know what any row means.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.sim.routers.sros.schema import Row

Key = tuple[str, ...]


@dataclass(eq=False, slots=True)
class Branch:
    """One context or line of the configuration; `values` holds what was typed, by name."""

    row: Row
    values: dict[str, str] = field(default_factory=dict)
    parent: Branch | None = field(default=None, repr=False)
    children: list[Branch] = field(default_factory=list, repr=False)
    shutdown: bool = False
    negated: bool = False
    key: Key = field(init=False, repr=False)
    """The values that tell it from its siblings of the same row; they stay what they are."""

    def __post_init__(self) -> None:
        self.key = self.row.key_of(self.values)

    # ---- reading

    def __getitem__(self, name: str) -> str:
        """A parameter's value; KeyError if it was not given."""
        return self.values[name]

    def all(self, *keywords: str) -> Iterator[Branch]:
        """Descendants reached by a path of keywords, in order."""
        for child in self.children:
            if child.row.keyword == keywords[0]:
                if len(keywords) == 1:
                    yield child
                else:
                    yield from child.all(*keywords[1:])

    def one(self, *keywords: str) -> Branch | None:
        """The first descendant at a path of keywords."""
        return next(self.all(*keywords), None)

    def has(self, *keywords: str) -> bool:
        return self.one(*keywords) is not None

    def value(self, *path: str, default: str = "") -> str:
        """The value `path[-1]` of the line at `path[:-1]`, or `default` if it is not set."""
        node = self.one(*path[:-1])
        return node.values.get(path[-1], default) if node else default

    def address(self, *path: str) -> IPv4Address | None:
        """The same as an address, if it is set."""
        text = self.value(*path)
        return IPv4Address(text) if text else None

    def find(self, row: Row, values: dict[str, str]) -> Branch | None:
        """The child that `row` and its identifying values name."""
        key = row.key_of(values)
        for child in self.children:
            if child.row is row and child.key == key:
                return child
        return None

    # ---- changing

    def add(self, row: Row, values: dict[str, str]) -> Branch:
        """Put a new object in its place among its siblings."""
        kept = {name: value for name, value in values.items() if name != "create"}
        node = Branch(row, kept, self, shutdown=row.starts_down)
        insort(self.children, node, key=_place)
        for fixed in row.children:
            if "fixed" in fixed.traits and fixed.is_context and not fixed.key:
                node.add(fixed, {})
        return node

    def remove(self, node: Branch) -> None:
        self.children.remove(node)

    def set(self, row: Row, values: dict[str, str], *, negated: bool) -> bool:
        """Apply a line that is no context; whether anything changed."""
        if row.syntax == "shutdown":
            changed, self.shutdown = self.shutdown == negated, not negated
            return changed
        old = self.find(row, values)
        keep_negation = negated and not row.traits.keys().isdisjoint(("on", "kept"))
        if negated and not keep_negation:
            if old is not None:
                self.remove(old)
            return old is not None
        if not negated and self._is_default(row, values):
            if old is not None:
                self.remove(old)
            return old is not None
        if old is not None and old.negated == negated and (negated or old.values == values):
            return False
        if old is not None:
            self.remove(old)
        self.add(row, values).negated = negated
        return True

    @staticmethod
    def _is_default(row: Row, values: dict[str, str]) -> bool:
        if "on" in row.traits:
            return True
        default = row.traits.get("default")
        return default is not None and row.text(values) == f"{row.keyword} {default}"

    def copy(self, parent: Branch | None = None) -> Branch:
        """A copy of this object and everything below it."""
        node = Branch(self.row, dict(self.values), parent, [], self.shutdown, self.negated)
        node.children = [child.copy(node) for child in self.children]
        return node

    # ---- writing

    def line(self) -> str:
        """This object's own line."""
        if self.negated:
            return f"no {self.row.keyword}"
        text = self.row.text(self.values)
        if "create" in self.row.traits and not text.endswith(" create"):
            text += " create"
        return text

    def shows(self) -> bool:
        """Whether `info` writes this object at all."""
        if "plain" in self.row.traits:
            return any(child.shows() for child in self.children)
        return True

    def lines(self, depth: int = 0, *, detail: bool = False) -> Iterator[str]:
        """This object as `info` writes it, from its own line to its `exit`."""
        pad = " " * 4 * depth
        yield pad + self.line()
        if self.row.is_context and self.row.entered(self.values):
            yield from self.body(depth + 1, detail=detail)
            yield pad + "exit"

    def body(
        self, depth: int, *, detail: bool = False, only: Iterable[str] | None = None
    ) -> Iterator[str]:
        """What is inside: children, then the state; `only` picks children by keyword."""
        pad = " " * 4 * depth
        wanted = None if only is None else set(only)
        for child in self._in_order(detail):
            if isinstance(child, str):
                if wanted is None or child.split()[0] in wanted:
                    yield pad + child
            elif child.shows() and (wanted is None or child.row.keyword in wanted):
                yield from child.lines(depth, detail=detail)
        if wanted is None or "shutdown" in wanted:
            yield from self._state(pad, detail)

    def _state(self, pad: str, detail: bool) -> Iterator[str]:
        if self.shutdown:
            yield pad + "shutdown"
        elif self.row.has_shutdown and ("quiet" not in self.row.traits or detail):
            yield pad + "no shutdown"

    def _in_order(self, detail: bool) -> Iterator[Branch | str]:
        """Children, and for `info detail` the unset lines as their defaults."""
        if not detail:
            yield from self.children
            return
        for row in self.row.children:
            present = [child for child in self.children if child.row is row]
            yield from present
            if present or row.is_context or row.keyword == "shutdown" or row.is_command:
                continue
            if "multi" not in row.traits:
                yield _default(row)


def _default(row: Row) -> str:
    if "on" in row.traits:
        return row.keyword
    value = row.traits.get("default")
    return f"no {row.keyword}" if value is None else f"{row.keyword} {value}"


def _place(node: Branch) -> tuple[object, ...]:
    """Where a line belongs among its siblings: by row, then by its identifying values."""
    row = node.row
    given = [name for name in row.key if name in node.values]
    first = node.values.get(given[0], "") == "system" if given else False
    order = tuple(row.orders[name](node.values[name]) for name in given if name in row.orders)
    return (row.index, not first, len(given), order)
