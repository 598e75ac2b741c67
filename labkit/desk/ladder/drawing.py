"""The ladder drawn as shapes: two life lines, an arrow a message, states beside them.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labkit.desk.drawing import Shape, shape
from labkit.desk.ladder.model import Ladder, Rung
from labkit.desk.ladder.text import content

WIDTH = 980
_LEFT, _RIGHT, _TOP, _STEP = 230, 750, 76, 44
_LONGEST = 96
"""Letters of one line."""


def size(ladder: Ladder) -> tuple[float, float]:
    """Width and height of the drawing."""
    return WIDTH, _TOP + _STEP * (len(ladder.rungs) + 1) + 60


def draw(ladder: Ladder, esp: Mapping[str, tuple[int, int]]) -> list[Shape]:
    """The whole ladder and its outcome."""
    bottom = _TOP + _STEP * len(ladder.rungs) + 14
    shapes: list[Shape] = []
    for x, end in ((_LEFT, ladder.left), (_RIGHT, ladder.right)):
        shapes += [
            shape("line", x1=x, y1=_TOP - 22, x2=x, y2=bottom, class_="life"),
            shape("rect", x=x - 92, y=12, width=184, height=42, rx=6, class_="end"),
            _text(x, 30, end.name, "middle", "name"),
            _text(x, 47, str(end.address or "silent"), "middle", "small"),
        ]
    start = ladder.rungs[0].time if ladder.rungs else 0
    for index, rung in enumerate(ladder.rungs):
        shapes += _rung(rung, _TOP + _STEP * index + 20, start)
    shapes.append(_text(20, bottom + 28, ladder.outcome[:_LONGEST], "start", "outcome"))
    rest = ladder.outcome[_LONGEST : 2 * _LONGEST]
    counters = "; ".join(f"ESP at {n}: encaps {e}, decaps {d}" for n, (e, d) in esp.items())
    shapes.append(_text(20, bottom + 48, rest or counters, "start", "small"))
    return shapes


def _rung(rung: Rung, y: float, start: int) -> Iterator[Shape]:
    yield _text(20, y + 4, f"{(rung.time - start) / 1e6:.3f} s", "start", "small")
    for x, anchor, side in ((_LEFT - 12, "end", rung.left), (_RIGHT + 12, "start", rung.right)):
        yield _text(x, y + 4, side.state, anchor, "trouble" if side.reasons else "state")
    if rung.is_note:
        x = _LEFT if rung.to_right else _RIGHT
        yield shape("circle", cx=x, cy=y, r=5, class_="note")
        yield _text((_LEFT + _RIGHT) / 2, y + 4, rung.name[:70], "middle", "small")
        return
    tail, tip = (_LEFT, float(_RIGHT)) if rung.to_right else (_RIGHT, float(_LEFT))
    lost = rung.arrived is None
    if lost:
        tip = (tip + tail) / 2
    back = -9 if rung.to_right else 9
    kind = "arrow sealed" if rung.reading.sealed else "arrow"
    yield shape("line", x1=tail, y1=y, x2=tip, y2=y, class_=kind)
    head = (
        f"M {tip - 7:g} {y - 7:g} l 14 14 m 0 -14 l -14 14"
        if lost
        else f"M {tip + back:g} {y - 5:g} L {tip:g} {y:g} L {tip + back:g} {y + 5:g}"
    )
    yield shape("path", d=head, class_="lost" if lost else "arrow-head")
    again = f" again ({rung.attempt})" if rung.attempt else ""
    words = f"{rung.name}{again}: {content(rung)}"
    yield _text((_LEFT + _RIGHT) / 2, y - 6, words[:72], "middle", "message")


def _text(x: float, y: float, words: str, anchor: str, kind: str) -> Shape:
    return shape("text", words, x=x, y=y, text_anchor=anchor, class_=kind)
