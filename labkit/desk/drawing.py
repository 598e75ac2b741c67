"""A drawing as a tree of SVG elements, for a page that builds them and for a file.

A `Shape` is a tag, attributes and children; text is text wherever it came from, and only becomes
markup here, escaped, when a whole file is asked for.  Must not know what is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

Tree = list[object]
"""[tag, attributes, children]: what a browser gets."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One element; children are shapes or texts."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: tuple[Shape | str, ...] = ()

    def tree(self) -> Tree:
        """Lists and strings, for JSON."""
        below = [c if isinstance(c, str) else c.tree() for c in self.children]
        return [self.tag, self.attributes, below]

    def markup(self) -> str:
        """Escaped XML."""
        attributes = "".join(
            f' {name}="{escape(harmless(value))}"' for name, value in self.attributes.items()
        )
        inside = "".join(
            escape(harmless(c), quote=False) if isinstance(c, str) else c.markup()
            for c in self.children
        )
        return f"<{self.tag}{attributes}>{inside}</{self.tag}>"


def shape(tag: str, *children: Shape | str, **attributes: object) -> Shape:
    """`shape("text", "R2", x=3, text_anchor="middle", class_="name")`; None leaves one out."""
    told = {
        name.rstrip("_").replace("_", "-"): value
        if isinstance(value, str)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
        for name, value in attributes.items()
        if value is not None
    }
    return Shape(tag, told, children)


def standalone(
    width: float, height: float, title: str, description: str, style: str, *shapes: Shape
) -> str:
    """A whole SVG file with its title and description; `style` is CSS of ours."""
    root = shape(
        "svg",
        shape("title", title, id="title"),
        shape("desc", description, id="desc"),
        shape("style", style),
        *shapes,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_labelledby="title desc",
        class_="labkit-drawing",
    )
    return root.markup()


def harmless(text: str) -> str:
    """Control characters, which XML forbids, and marks that turn the reading direction."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if (ord(each) < 32 and each not in "\n\t")
        or 0x7F <= ord(each) < 0xA0
        or "\u202a" <= each <= "\u202e"
        or "\u2066" <= each <= "\u2069"
        or 0xD800 <= ord(each) < 0xE000
        or ord(each) in (0xFFFE, 0xFFFF)
        else each
        for each in text
    )
