"""A ladder in words: what a notebook keeps and a test asserts, and its verdict.

    0.003  MM_NO_STATE   <── MM 1 ─────────  MM_NO_STATE   SA, VENDOR ×4

How far a negotiation came, and why not further, follows from what each end says of itself.  Must
not know widgets, or which faults there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from labkit.capture.isakmp_words import names

if TYPE_CHECKING:
    from labkit.desk.ladder.model import Gateway, Ladder, Rung

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


# --------------------------------------------------------------------------- the verdict


def outcome(ladder: Ladder) -> str:
    """How far a ladder came: the last of phases 1 and 2 that both ends have, or the reason."""
    if not ladder.rungs:
        return "No IKE message has flown: nothing has asked for an SA."
    both = ((ladder.left.name, "left"), (ladder.right.name, "right"))
    up = {side: _standing(ladder.rungs, side) for _, side in both}
    if all(each == "ESP" for each in up.values()):
        return "Up: Phase 1 and Phase 2 are complete, ESP SAs are installed at both ends."
    why = _stop(ladder)
    if all(each in ("IKE", "ESP") for each in up.values()):
        return f"Phase 1 is complete (QM_IDLE), Phase 2 is not.{why}"
    return why.strip() or "Phase 1 is under way."


def _standing(rungs: list[Rung], side: str) -> str:
    """What one end has at last: "", "IKE" or "ESP"."""
    ike, spis = False, set[int]()
    for rung in rungs:
        for event in getattr(rung, side).events:
            match event.kind:
                case "IKE up" | "IKE down":
                    ike = event.kind == "IKE up"
                case "ESP up":
                    spis.add(event.spi)
                case "ESP down":
                    spis.discard(event.spi)
    return "ESP" if spis else "IKE" if ike else ""


def _stop(ladder: Ladder) -> str:
    """Where and why, from the last message that met trouble; keys that differ are said."""
    for rung in reversed(ladder.rungs):
        for name, side in ((ladder.left.name, rung.left), (ladder.right.name, rung.right)):
            told = [each for each in side.reasons if not _consequence(each)]
            if told:
                at = "" if rung.is_note else f" at {rung.name}"
                return f" Stopped{at}: {name} says: {'; '.join(told)}.{_keys(rung)}"
    lost = [rung for rung in ladder.messages if rung.arrived is None]
    if lost:
        where = lost[-1]
        return f" {where.name} from {where.sender} never arrived."
    last = next((r for r in reversed(ladder.rungs) if r.reasons), None)
    return f" {'; '.join(last.reasons)}." if last else ""


def _consequence(sentence: str) -> bool:
    """What follows from a failure elsewhere is not its reason."""
    return sentence.startswith(
        ("the SA is given up", "the request for", "the peer says", "ignored", "ESP ")
    )


def _keys(rung: Rung) -> str:
    openers = rung.reading.opened_by
    if not rung.reading.sealed or len(openers) != 1:
        return ""
    return (
        f" Only the keys of {openers[0]} open this message: both ends share the Diffie-Hellman "
        "secret, so their pre-shared keys differ."
    )
