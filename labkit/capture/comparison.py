"""Two captures of one story side by side: where the gateways' conversations differ.

`differences` names each, `side_by_side` is the table for a person.  Vendor IDs are told apart
from the other payloads, since each vendor has its own.  Knows steps (`capture.exchange`); what
may differ, and why, is the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from labkit.capture.exchange import Step, summed

VENDOR = "VENDOR"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that one capture has and the other has not."""

    step: int
    """From 1."""
    what: str
    """message, payloads, vendor IDs, notify code or ESP size."""
    ours: str
    theirs: str

    def __str__(self) -> str:
        return (
            f"step {self.step}, {self.what}: {self.ours or 'nothing'}, {self.theirs or 'nothing'}"
        )


def differences(ours: Sequence[Step], theirs: Sequence[Step]) -> list[Difference]:
    """Every difference, in order; how often a step was repeated is none."""
    found = []
    for number, (one, other) in enumerate(zip_longest(ours, theirs), 1):
        if one is None or other is None:
            words = (bare(one) if one else "", bare(other) if other else "")
            found.append(Difference(number, "message", *words))
            continue
        if (one.initiator, one.exchange) != (other.initiator, other.exchange):
            found.append(Difference(number, "message", bare(one), bare(other)))
            continue
        for what, read in _ASPECTS.items():
            words = read(one), read(other)
            if words[0] != words[1]:
                found.append(Difference(number, what, *words))
    return found


def side_by_side(ours: Sequence[Step], theirs: Sequence[Step], heads: tuple[str, str]) -> str:
    """A table of both conversations; a mark where they differ in more than vendor IDs."""
    marked = {each.step for each in differences(ours, theirs) if each.what != "vendor IDs"}
    rows = [(" ", "", *heads)]
    for number, pair in enumerate(zip_longest(ours, theirs), 1):
        one, other = ("" if step is None else str(step) for step in pair)
        rows.append(("!" if number in marked else " ", str(number), one, other))
    width = max(len(row[2]) for row in rows)
    return "\n".join(
        f"{mark} {number:>2}  {left:<{width}}  {right}".rstrip()
        for mark, number, left, right in rows
    )


def bare(step: Step) -> str:
    """A step in words, without vendor IDs."""
    kept = tuple(kind for kind in step.payloads if kind != VENDOR)
    return str(replace(step, payloads=kept))


_ASPECTS: dict[str, Callable[[Step], str]] = {
    "payloads": lambda step: summed(kind for kind in step.payloads if kind != VENDOR),
    "vendor IDs": lambda step: str(step.payloads.count(VENDOR)),
    "notify code": lambda step: "" if step.notify is None else str(step.notify),
    "ESP size": lambda step: str(step.size),
}
