"""A ladder as text: what a notebook keeps and a test asserts.

0.003  MM_NO_STATE   <── MM 1 ─────────  MM_NO_STATE   SA, VENDOR ×4
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labkit.course.isakmp_words import names
from labkit.course.ladder import Gateway, Ladder, Rung

STATE = 13
ARROW = 24


def text(
    ladder: Ladder, esp: Mapping[str, tuple[int, int]] | None = None, *, detail: bool = False
) -> str:
    """The ladder, its outcome and the ESP counters; with `detail` every payload's sense."""
    left, right = ladder.left, ladder.right
    ends = [f"{end.name} ({end.address or 'silent'})" for end in (left, right)]
    lines = [
        f"IKE between {' and '.join(ends)}",
        f"{'s':>8}  {_short(left):<{STATE}}  {'':{ARROW}}  {_short(right):<{STATE}}  message",
    ]
    start = ladder.rungs[0].time if ladder.rungs else 0
    for rung in ladder.rungs:
        lines.extend(_rung(rung, start, detail))
    lines.append(ladder.outcome)
    for name, (encaps, decaps) in (esp or {}).items():
        lines.append(f"ESP at {name}: encaps {encaps}, decaps {decaps}")
    return "\n".join(lines)


def _rung(rung: Rung, start: int, detail: bool) -> Iterator[str]:
    at = f"{(rung.time - start) / 1e6:8.3f}"
    states = f"{rung.left.state:<{STATE}}  {_arrow(rung)}  {rung.right.state:<{STATE}}"
    yield f"{at}  {states}  {content(rung)}".rstrip()
    for sentence in () if rung.is_note else rung.reasons:
        yield f"{'':10}! {sentence}"
    if detail:
        for each in rung.opened:
            yield f"{'':12}{each.name}: {each.sense}"


def content(rung: Rung) -> str:
    """What is in a message, on one line."""
    if rung.is_note:
        return f"({rung.name})"
    if rung.opened:
        inside = names(rung.opened)
        return f"{inside} (encrypted)" if rung.reading.sealed else inside
    return rung.reading.trouble or f"{len(rung.payload)} bytes"


def _arrow(rung: Rung) -> str:
    if rung.is_note:
        return f"{'·' if rung.to_right else '':<{ARROW - 1}}{'' if rung.to_right else '·':1}"
    again = f" again {rung.attempt}" if rung.attempt else ""
    label = f" {rung.name[: ARROW - 6 - len(again)]}{again} "
    body = label.center(ARROW - 2, "─")
    lost = rung.arrived is None
    if rung.to_right:
        return f"─{body}{'x' if lost else '>'}"
    return f"{'x' if lost else '<'}{body}─"


def _short(end: Gateway) -> str:
    """A gateway's name without what all of them end in."""
    return end.name.removesuffix("-Router")[:STATE]
