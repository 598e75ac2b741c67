"""The pieces of the map: one link with its words, one device with its symbol and details.

A piece is drawn for a layer and says its state in colour, in stroke and in words.  Pure; where
devices stand comes from the topology's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING

from labkit.desk.drawing import Shape, shape

if TYPE_CHECKING:
    from labkit.sim import LinkState, NodeState, Snapshot

WIDTH, HEIGHT = 1120, 560
_LEFT, _STEP = 62, 166
_TOP, _ROW = 232, 190
_LINE = 15
"""Between two lines of text."""
Point = tuple[float, float]


def place(node: NodeState) -> Point:
    """Where a device stands."""
    column, row = node.at
    return _LEFT + (column - 1) * _STEP, _TOP + (row - 1) * _ROW


def short(name: str) -> str:
    """A device's name as the map writes it."""
    return name.removesuffix("-Router")


# --------------------------------------------------------------------------- links


def draw_link(link: LinkState, at: Mapping[str, Point], layer: str, snapshot: Snapshot) -> Shape:
    (x1, y1), (x2, y2) = at[link.a], at[link.b]
    mx, my = (x1 + x2) / 2, (y1 + y2) / 2
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    state = link.state + (f": {link.why}" if link.why else "")
    mirrored = link.name in snapshot.mirrored
    label = (
        f"Link {link.name}, {link.a} to {link.b}, {state}, {link.frames} frames"
        f"{', mirrored' if mirrored else ''}"
    )
    parts = [
        shape("line", class_="hit", **ends),
        shape("line", class_="focus-mark", **ends),
        shape("line", class_=f"wire {link.kind} {link.state}", **ends),
    ]
    if link.state == "cut":
        cross = f"M {mx - 8:g} {my - 8:g} l 16 16 m 0 -16 l -16 16"
        parts.append(shape("path", d=cross, class_="cross"))
    parts += _link_words(link, (x1, y1), (x2, y2), layer, mirrored, _network(link, snapshot))
    return shape(
        "g", *parts, class_=f"link state-{link.state}", data_key=f"link:{link.name}",
        role="button", aria_label=label,
    )  # fmt: skip


def _link_words(
    link: LinkState, start: Point, end: Point, layer: str, mirrored: bool, network: str
) -> list[Shape]:
    name, count, anchor = _beside(start, end, layer, outside=link.kind == "access")
    what = network if layer == "IP" and network else link.name
    words = what + (f" · {link.state}" if link.state != "up" else "")
    found = [shape("text", words, x=name[0], y=name[1], text_anchor=anchor, class_="link-name")]
    if layer == "physical":
        counts = [f"{link.frames} frames", *(["◉ mirrored"] if mirrored else [])]
        found += [
            shape("text", words, x=count[0], y=count[1] + _LINE * index, text_anchor=anchor,
                  class_="count")
            for index, words in enumerate(counts)
        ]  # fmt: skip
    return found


def _beside(start: Point, end: Point, layer: str, *, outside: bool) -> tuple[Point, Point, str]:
    """Where a link's two lines of words stand, and their anchor: clear of the regions' edges.

    `outside`: the link leads from one region to another.
    """
    (x1, y1), (x2, y2) = start, end
    mx, my = (x1 + x2) / 2, (y1 + y2) / 2
    right = mx > WIDTH / 2
    if y1 == y2:
        mx += (8 if right else -8) * outside  # the middle of the gap, which is not the link's
        return (mx, my - 10), (mx, my + 21), "middle"
    if x1 == x2:  # LSPs and BGP's arcs run on the left
        x, anchor = (mx - 9, "end") if right and layer in ("physical", "IP") else (mx + 9, "start")
        my -= 18 if anchor == "end" and layer == "IP" else 0  # networks are longer than names
        return (x, my - 3), (x, my + 13), anchor
    low, high = sorted((start, end), key=lambda point: -point[1])
    x, y = low[0] + (high[0] - low[0]) * 0.31, low[1] + (high[1] - low[1]) * 0.31
    x, anchor = (x + 14, "start") if right else (x - 28, "end")
    return (x, y + 8), (x, y + 24), anchor


def _network(link: LinkState, snapshot: Snapshot) -> str:
    """The IP network of a link, "" where no end has an address."""
    ends = {(link.a, link.a_port), (link.b, link.b_port)}
    for node in snapshot.nodes:
        for each in node.addresses:
            if (node.name, each.port) in ends:
                return str(IPv4Interface(each.address).network)
    return ""


# --------------------------------------------------------------------------- devices


def draw_node(node: NodeState, snapshot: Snapshot, layer: str) -> Shape:
    x, y = place(node)
    lines = _below(node, snapshot, layer)
    master = any(each.node == node.name and each.state == "Master" for each in snapshot.virtuals)
    said = "; ".join(_said(node, snapshot))
    parts = [
        shape("circle", cx=x, cy=y, r=34, class_="focus-mark"),
        _symbol(node.kind, x, y),
        *_node_words(node, lines, snapshot),
    ]
    if master:
        parts += _crown(x + 27, y - 16)
    return shape(
        "g", *parts, class_=f"node {node.kind}", data_key=f"node:{node.name}", role="button",
        aria_label=f"{node.name}, {node.role}{f', {said}' if said else ''}",
    )  # fmt: skip


def _node_words(node: NodeState, lines: list[str], snapshot: Snapshot) -> Iterator[Shape]:
    """Name and details, where no link runs: above a router with links below it, else below."""
    x, y = place(node)
    others = {each.name: place(each) for each in snapshot.nodes}
    ends = [
        others[link.b if link.a == node.name else link.a]
        for link in snapshot.links
        if node.name in (link.a, link.b)
    ]
    anchor = "middle"
    if any(px == x and py > y for px, py in ends):
        first = y - 36 - _LINE * len(lines)
    else:
        first = y + 42
        if any(px < x and py > y for px, py in ends):
            x, anchor = x - 26, "start"
        elif node.kind == "gateway" and x < WIDTH / 2:
            x, anchor = x + 38, "end"  # long details stay within the site
    yield shape("text", short(node.name), x=x, y=first, text_anchor=anchor, class_="name")
    for index, line in enumerate(lines, 1):
        yield shape("text", line, x=x, y=first + _LINE * index, text_anchor=anchor, class_="detail")


def _crown(x: float, y: float) -> list[Shape]:
    """The VRRP master wears one."""
    points = f"M {x - 12:g} {y:g} l -2 -13 l 8 6 l 6 -10 l 6 10 l 8 -6 l -2 13 z"
    return [shape("path", d=points, class_="crown")]


def _said(node: NodeState, snapshot: Snapshot) -> Iterator[str]:
    for each in snapshot.virtuals:
        if each.node == node.name:
            yield f"VRRP {each.state.lower()} of {each.address}"
    for end in snapshot.tunnel.ends:
        if end.node == node.name and end.ike:
            yield f"IKE {end.ike}, encaps {end.encaps}, decaps {end.decaps}"


def _below(node: NodeState, snapshot: Snapshot, layer: str) -> list[str]:
    """The lines under a device's name."""
    name = node.name
    if layer == "physical":
        own = [f"VRRP {each.state.lower()}" for each in snapshot.virtuals if each.node == name]
        return own or [node.platform.replace("_", " ")] * (node.kind == "none")
    if layer == "IP":
        loose = [
            f"{each.interface.removesuffix('0')} {each.address.removesuffix('/32')}"
            for each in node.addresses
            if not each.port and each.interface in ("system", "Loopback0")
        ]
        held = [
            f".{IPv4Interface(each.address).ip.packed[-1]} to site A"
            for each in node.addresses
            if each.interface == "toCustomerSiteA"
        ]
        virtual = [
            f"VRRP {each.address}"
            for each in snapshot.virtuals
            if each.node == name and each.state == "Master"
        ]
        return [*loose, *held, *virtual]
    if layer == "MPLS":
        return [
            f"{service.title}{'' if up else ' down'}"
            for service in snapshot.services
            for member, up in service.members
            if member == name
        ]
    if layer == "BGP":
        rows = [each for each in snapshot.reach if each.node == name]
        return [f"{each.prefix} ← {', '.join(map(short, each.via))}" for each in rows]
    return [
        line
        for end in snapshot.tunnel.ends
        if end.node == name
        for line in (
            f"IKE: {end.ike or 'no SA'}",
            f"encaps {end.encaps}, decaps {end.decaps}",
            *(f"SPI in 0x{spi:08X}" for spi in end.spis),
        )
    ]


# --------------------------------------------------------------------------- symbols

_ARROWS = "M -11 -4 h 18 m -5 -4 l 5 4 l -5 4 M 11 5 h -18 m 5 -4 l -5 4 l 5 4"
_CROSS = "M 0 -12 v 24 M -12 0 h 24"
_TIPS = "M -4 -8 l 4 -5 l 4 5 M -4 8 l 4 5 l 4 -5 M -8 -4 l -5 4 l 5 4 M 8 -4 l 5 4 l -5 4"
_SYMBOLS = {
    "host": (  # a screen
        shape("rect", x=-24, y=-20, width=48, height=31, rx=3, class_="body"),
        shape("rect", x=-19, y=-15, width=38, height=21, rx=1, class_="glass"),
        shape("path", d="M -5 11 h 10 l 2 9 h -14 z M -14 21 h 28", class_="body"),
    ),
    "gateway": (  # a hexagon with a lock
        shape("path", d="M -26 0 L -13 -23 H 13 L 26 0 L 13 23 H -13 Z", class_="body"),
        shape("rect", x=-8, y=-3, width=16, height=13, rx=2, class_="ink"),
        shape("path", d="M -5 -3 v -4 a 5 5 0 0 1 10 0 v 4", class_="stroke"),
    ),
    "access": (  # a square with crossing arrows
        shape("rect", x=-22, y=-22, width=44, height=44, rx=4, class_="body"),
        shape("path", d=_ARROWS, class_="stroke"),
    ),
    "pe": (  # a disc with a double ring
        shape("circle", r=25, class_="body"),
        shape("circle", r=20, class_="ring"),
        shape("path", d=f"{_CROSS} {_TIPS}", class_="stroke"),
    ),
    "p": (  # a plain disc
        shape("circle", r=22, class_="body"),
        shape("path", d=f"{_CROSS} {_TIPS}", class_="stroke"),
    ),
    "sniffer": (  # a lens
        shape("path", d="M 0 -27 L 27 0 L 0 27 L -27 0 Z", class_="body"),
        shape("circle", cx=-2, cy=-3, r=8, class_="glass"),
        shape("path", d="M 4 3 l 9 9", class_="stroke"),
    ),
}
"""A symbol for each role, about 50 wide, told apart by its outline and not only by colour."""


def _symbol(kind: str, x: float, y: float) -> Shape:
    """The symbol around (x, y)."""
    parts = _SYMBOLS.get(kind, _SYMBOLS["host"])
    return shape("g", *parts, class_="symbol", transform=f"translate({x:g} {y:g})")
