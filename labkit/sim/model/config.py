"""A router's configuration as a plain ordered tree of lines.

Knows text, nesting, which line replaces which (`key`) and who stands before whom (`order`).
Must not know any vendor: a platform's grammar decides keys and orders, and prints the tree in
its own way (`render` is the plain one: a space deeper for each level, as IOS indents).

    tree = Line()
    section = tree.put(Line("interface Loopback0", order=(40,)))
    section.put(Line("ip address 10.15.15.15 255.255.255.0", key="ip address"))
    section.put(Line("ip address 10.15.15.16 255.255.255.0", key="ip address"))   # replaces
    tree.find("interface Loopback0").remove("ip address")
    assert parse(render(tree)) == tree
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Order = tuple[Any, ...]
"""What lines are sorted by; equal orders keep the order in which they came."""


@dataclass(slots=True)
class Line:
    """One line and the lines inside it.  The root of a tree is a line without text."""

    text: str = ""
    key: str = field(default="", compare=False)
    """What identifies the line among its siblings; its text if not given."""
    order: Order = field(default=(), compare=False)
    children: list[Line] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What the grammar read from the words, by parameter name."""

    def __post_init__(self) -> None:
        self.key = self.key or self.text

    def find(self, *keys: str) -> Line | None:
        """The line inside this one that `keys` lead to, one key a level."""
        line = self
        for key in keys:
            inside = next((child for child in line.children if child.key == key), None)
            if inside is None:
                return None
            line = inside
        return line

    def put(self, line: Line) -> Line:
        """Set a line: it replaces the one with the same key, whose children it takes over.

        Returns the line that is in the tree now.
        """
        old = self.find(line.key)
        if old is None:
            orders = [child.order for child in self.children]
            self.children.insert(bisect_right(orders, line.order), line)
            return line
        if old.order != line.order:
            self.children.remove(old)
            line.children = line.children or old.children
            return self.put(line)
        old.text, old.values = line.text, line.values
        old.children = line.children or old.children
        return old

    def remove(self, key: str) -> bool:
        """Take a line out, with all inside it; whether it was there."""
        line = self.find(key)
        if line is not None:
            self.children = [child for child in self.children if child is not line]
        return line is not None

    def under(self, prefix: str) -> list[Line]:
        """The lines inside this one whose text begins with the words of `prefix`."""
        words = prefix.split()
        return [c for c in self.children if c.text.split()[: len(words)] == words]

    def walk(self) -> Iterator[tuple[int, Line]]:
        """Every line inside this one, with its depth (0 for the children)."""
        for child in self.children:
            yield 0, child
            for depth, line in child.walk():
                yield depth + 1, line

    def copy(self) -> Line:
        """A tree of its own with the same lines."""
        inside = [child.copy() for child in self.children]
        return Line(self.text, self.key, self.order, inside, dict(self.values))


def render(tree: Line, indent: str = " ") -> str:
    """The tree as text, each level one `indent` deeper."""
    return "".join(indent * depth + line.text + "\n" for depth, line in tree.walk())


def parse(text: str, indent: str = " ") -> Line:
    """The tree that `render` would print so.  Raises ValueError for a line too deep."""
    root = Line()
    path = [root]
    for number, written in enumerate(text.splitlines(), 1):
        body = written.lstrip(indent)
        if not body:
            continue
        depth = (len(written) - len(body)) // len(indent)
        if depth >= len(path):
            raise ValueError(f"line {number} is deeper than a child of the line above: {written!r}")
        del path[depth + 1 :]
        line = Line(body)
        path[-1].children.append(line)
        path.append(line)
    return root
