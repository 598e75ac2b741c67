"""The IKE messages that flew, as a ladder between the two gateways.

    Ladder(desk)                        # a desk or a lab: all that was said since it started
    Ladder(desk, capture="sniffer")     # only what passed one capture point
    Ladder(desk, decrypt=False)         # as a stranger sees it

Live while messages fly.  What happened comes from the lab's journal and keys
(`labkit.course.ladder_source`); must not know IKE.
"""

from __future__ import annotations

from typing import Any

import traitlets as t

from labkit.course import ladder_source, ladder_text
from labkit.course.desk import Desk
from labkit.course.drawing import standalone
from labkit.course.ladder import Ladder as Messages
from labkit.course.ladder import Rung, Side
from labkit.course.ladder_drawing import draw, size
from labkit.lab.lab import Lab
from labkit.ui.base import LabWidget, module, style
from labkit.ui.static_files import STATIC

RUNGS_SHOWN = 400
DRAWING = (STATIC / "ladder_drawing.css").read_text(encoding="utf-8")


class Ladder(LabWidget):
    """A sequence diagram of IKE, alive as long as the lab is."""

    _esm = module("ladder.js")
    _css = style("ladder.css")

    decrypt = t.Bool(True).tag(sync=True)
    """Open what is encrypted with the lab's keys."""
    capture = t.Unicode("").tag(sync=True)
    """The capture point whose frames count; "" for all that the gateways said."""
    debug = t.Bool(True).tag(sync=True)
    """Show the debug lines of both ends."""
    open_rungs = t.List(t.Int()).tag(sync=True)
    """The rungs that are open, by number from 0."""

    def __init__(
        self, where: Desk | Lab, capture: str | None = None, *, decrypt: bool = True
    ) -> None:
        """Raises LookupError for a capture point that there is not."""
        self._lab = where.lab if isinstance(where, Desk) else where
        if capture is not None and capture not in self._lab.links():
            known = ", ".join(self._lab.links())
            raise LookupError(f"there is no capture point {capture!r}; there are: {known}")
        self._seen: object = None
        self._tapped = None if capture is None else ladder_source.Tapped(self._lab, capture)
        super().__init__(decrypt=decrypt, capture=capture or "", open_rungs=[])
        self.observe(lambda change: self.touch(), ["decrypt"])

    def __repr__(self) -> str:
        left, right = ladder_source.gateways(self._lab)
        where = f", as {self.capture} saw it" if self.capture else ""
        return f"Ladder of IKE between {left} and {right}{where}"

    @property
    def messages(self) -> Messages:
        """The ladder as values: rungs, payloads, reasons, outcome."""
        if self._tapped is None:
            return ladder_source.from_lab(self._lab, decrypt=self.decrypt)
        return ladder_source.from_frames(self._tapped.frames(), self._lab, decrypt=self.decrypt)

    def report(self, *, detail: bool = False) -> str:
        """The ladder as text; with `detail` what every payload says."""
        esp = ladder_source.esp_counters(self._lab)
        return ladder_text.text(self.messages, esp, detail=detail)

    def svg(self) -> str:
        """The ladder as a file of its own, with a title and a description."""
        ladder = self.messages
        shapes = draw(ladder, ladder_source.esp_counters(self._lab))
        return standalone(*size(ladder), repr(self), ladder.outcome, DRAWING, *shapes)

    # ---- the lab's news

    def snapshot(self) -> dict[str, Any]:
        self.watch()
        return self._message()

    def look(self) -> None:
        try:
            esp = ladder_source.esp_counters(self._lab)
        except RuntimeError:  # the lab is closed; what was said stays
            return
        seen = self._lab.journal.total, esp, self._lab.live.total if self.capture else 0
        if seen != self._seen:
            self._seen = seen
            self.touch()

    def collect(self) -> dict[str, Any] | None:
        try:
            return {"kind": "ladder", **self._message()}
        except RuntimeError:  # the lab was closed meanwhile
            return None

    def _message(self) -> dict[str, Any]:
        ladder = self.messages
        start = ladder.rungs[0].time if ladder.rungs else 0
        first = max(0, len(ladder.rungs) - RUNGS_SHOWN)
        return {
            "ends": [[end.name, str(end.address or "")] for end in (ladder.left, ladder.right)],
            "first": first,
            "rungs": [_rung(each, start) for each in ladder.rungs[first:]],
            "outcome": ladder.outcome,
            "esp": [[name, *each] for name, each in ladder_source.esp_counters(self._lab).items()],
        }


def _rung(rung: Rung, start: int) -> dict[str, Any]:
    return {
        "at": f"{(rung.time - start) / 1e6:.3f}",
        "name": rung.name,
        "note": rung.is_note,
        "sender": rung.sender,
        "to_right": rung.to_right,
        "lost": rung.arrived is None and not rung.is_note,
        "attempt": rung.attempt,
        "sealed": rung.reading.sealed,
        "opened_by": list(rung.reading.opened_by),
        "content": ladder_text.content(rung),
        "bytes": len(rung.payload),
        "payloads": [[each.name, each.sense, each.fields] for each in rung.opened],
        "sides": [_side(rung.left), _side(rung.right)],
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "state": side.state,
        "step": side.step,
        "headline": side.headline,
        "lines": side.lines,
        "reasons": side.reasons,
    }
