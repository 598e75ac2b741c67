"""A symbol for each role of a device, told apart by its outline and not only by colour.

host: a screen; gateway: a hexagon with a lock; access bridge: a square with crossing arrows;
provider edge: a disc with a double ring; provider core: a plain disc; sniffer: a lens.
"""

from __future__ import annotations

from labkit.desk.drawing import Shape, shape

_ARROWS = "M -11 -4 h 18 m -5 -4 l 5 4 l -5 4 M 11 5 h -18 m 5 -4 l -5 4 l 5 4"
_CROSS = "M 0 -12 v 24 M -12 0 h 24"
_TIPS = "M -4 -8 l 4 -5 l 4 5 M -4 8 l 4 5 l 4 -5 M -8 -4 l -5 4 l 5 4 M 8 -4 l 5 4 l -5 4"


def symbol(kind: str, x: float, y: float) -> Shape:
    """The symbol around (x, y), about 50 wide."""
    parts = {
        "host": _host,
        "gateway": _gateway,
        "access": _access,
        "pe": _edge,
        "p": _core,
        "sniffer": _sniffer,
    }.get(kind, _host)()
    return shape("g", *parts, class_="symbol", transform=f"translate({x:g} {y:g})")


def _host() -> list[Shape]:
    return [
        shape("rect", x=-24, y=-20, width=48, height=31, rx=3, class_="body"),
        shape("rect", x=-19, y=-15, width=38, height=21, rx=1, class_="glass"),
        shape("path", d="M -5 11 h 10 l 2 9 h -14 z M -14 21 h 28", class_="body"),
    ]


def _gateway() -> list[Shape]:
    return [
        shape("path", d="M -26 0 L -13 -23 H 13 L 26 0 L 13 23 H -13 Z", class_="body"),
        shape("rect", x=-8, y=-3, width=16, height=13, rx=2, class_="ink"),
        shape("path", d="M -5 -3 v -4 a 5 5 0 0 1 10 0 v 4", class_="stroke"),
    ]


def _access() -> list[Shape]:
    return [
        shape("rect", x=-22, y=-22, width=44, height=44, rx=4, class_="body"),
        shape("path", d=_ARROWS, class_="stroke"),
    ]


def _edge() -> list[Shape]:
    return [
        shape("circle", r=25, class_="body"),
        shape("circle", r=20, class_="ring"),
        shape("path", d=_CROSS + " " + _TIPS, class_="stroke"),
    ]


def _core() -> list[Shape]:
    return [
        shape("circle", r=22, class_="body"),
        shape("path", d=_CROSS + " " + _TIPS, class_="stroke"),
    ]


def _sniffer() -> list[Shape]:
    return [
        shape("path", d="M 0 -27 L 27 0 L 0 27 L -27 0 Z", class_="body"),
        shape("circle", cx=-2, cy=-3, r=8, class_="glass"),
        shape("path", d="M 4 3 l 9 9", class_="stroke"),
    ]
