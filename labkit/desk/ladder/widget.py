"""The IKE messages that flew, as a ladder between the two gateways.

    Ladder(desk)                        # a desk or a lab: all that was said since it started
    Ladder(desk, capture="sniffer")     # only what passed one capture point
    Ladder(desk, decrypt=False)         # as a stranger sees it

Live while messages fly.  When the lab starts again, a ladder that shows messages keeps them, so
that what stands in a notebook stays beside the text about it.  What happened comes from the lab's
snapshots; must not know IKE.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import traitlets as t

from labkit.capture.ike_reader import isakmp_of
from labkit.course.desk import Desk
from labkit.desk.base import LabWidget, drawing_style, module, style
from labkit.desk.drawing import standalone
from labkit.desk.ladder import model as ladder
from labkit.desk.ladder import text as ladder_text
from labkit.desk.ladder.drawing import draw, size
from labkit.desk.ladder.model import Ladder as Messages
from labkit.desk.ladder.model import Rung, Side

if TYPE_CHECKING:
    from labkit.sim import Lab, Snapshot

RUNGS_SHOWN = 400
DRAWING = drawing_style("ladder/ladder_drawing.css")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said since a start of the lab."""

    snapshot: Snapshot
    opened: Messages
    """With the lab's keys."""
    closed: Messages


class Tapped:
    """The IKE frames of one capture point, gathered as they come.

    The ring of the last frames forgets under load; so what matters of it is kept here, and what
    came before is read from the link's file where the lab writes one.
    """

    def __init__(self, lab: Lab, link: str) -> None:
        self._lab = lab
        self._link = link
        self._lock = threading.Lock()
        self._start = 0
        self._next = 0
        self._frames: list[tuple[int, bytes]] = []

    def frames(self) -> list[tuple[int, bytes]]:
        """(time, frame) of every IKE message so far, oldest first; a restart begins anew."""
        with self._lock:
            if self._start != self._lab.starts:
                self._begin()
            for frame in self._lab.live.since(self._next):
                self._next = frame.number + 1
                if frame.link == self._link and isakmp_of(frame.data) is not None:
                    self._frames.append((frame.time, frame.data))
            return list(self._frames)

    def _begin(self) -> None:
        self._start, self._frames = self._lab.starts, []
        recorded = self._lab.recorded(self._link)
        if recorded is not None:
            packets, self._next = recorded
            found = ((each.time, each.data) for each in packets)
            self._frames = [each for each in found if isakmp_of(each[1]) is not None]


class Ladder(LabWidget):
    """A sequence diagram of IKE, alive as long as the lab is."""

    _esm = module("ladder/ladder.js")
    _css = style("ladder/ladder.css")

    decrypt = t.Bool(True).tag(sync=True)
    """Open what is encrypted with the lab's keys."""
    capture = t.Unicode("").tag(sync=True)
    """The capture point whose frames count; "" for all that the gateways said."""
    debug = t.Bool(True).tag(sync=True)
    """Show the debug lines of both ends."""
    open_rungs = t.List(t.Int()).tag(sync=True)
    """The rungs that are open, by number from 0."""
    past = t.Unicode("").tag(sync=True)
    """The checkpoint that this was said at, if the lab has started again since."""

    def __init__(
        self, where: Desk | Lab, capture: str | None = None, *, decrypt: bool = True
    ) -> None:
        """Raises LookupError for a capture point that there is not."""
        self._lab = where.lab if isinstance(where, Desk) else where
        if capture is not None and capture not in self._lab.links():
            known = ", ".join(self._lab.links())
            raise LookupError(f"there is no capture point {capture!r}; there are: {known}")
        self._seen: object = None
        self._kept = False
        self._reading = threading.RLock()
        self._tapped = None if capture is None else Tapped(self._lab, capture)
        super().__init__(decrypt=decrypt, capture=capture or "", open_rungs=[])
        self._said = self._listen()
        self.observe(lambda change: self.touch(), ["decrypt"])
        self.watch()

    def __repr__(self) -> str:
        left, right = self._said.snapshot.gateways
        where = f", as {self.capture} saw it" if self.capture else ""
        return f"Ladder of IKE between {left} and {right}{where}"

    @property
    def messages(self) -> Messages:
        """The ladder as values: rungs, payloads, reasons, outcome."""
        said = self._now()
        return said.opened if self.decrypt else said.closed

    def report(self, *, detail: bool = False) -> str:
        """The ladder as text; with `detail` what every payload says."""
        return ladder_text.text(self.messages, self._now().snapshot.esp, detail=detail)

    def svg(self) -> str:
        """The ladder as a file of its own, with a title and a description."""
        messages = self.messages
        shapes = draw(messages, self._now().snapshot.esp)
        return standalone(*size(messages), repr(self), messages.outcome, DRAWING, *shapes)

    # ---- the lab's news

    def _listen(self) -> Said:
        """What the lab knows at the moment."""
        frames = None if self._tapped is None else self._tapped.frames()
        now = self._lab.snapshot()
        if frames is None:
            opened, closed = (ladder.of(now, decrypt=each) for each in (True, False))
        else:
            opened, closed = (ladder.of_frames(frames, now, decrypt=d) for d in (True, False))
        return Said(now, opened, closed)

    def _now(self) -> Said:
        """What is shown: of the lab as it is, or of what it was before it started again."""
        with self._reading:
            before, start = self._said, self._lab.starts
            if not self._kept and before.snapshot.start != start and before.opened.rungs:
                self._kept = True
                self.change(past=before.snapshot.checkpoint)
            if not self._kept:
                said = self._listen()
                if said.snapshot.start == start == self._lab.starts:  # else it starts meanwhile
                    self._said = said
            return self._said

    def heard_now(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Show the lab as it is."""
        with self._reading:
            self._said, self._kept = self._listen(), False
        self.change(past="")
        self.touch()

    def snapshot(self) -> dict[str, Any]:
        return self._message()

    def look(self) -> None:
        try:
            now = self._lab.snapshot()
        except RuntimeError:  # the lab is closed; what was said stays
            return
        seen = now.start, now.ipsec, now.esp, self.capture and self._lab.live.total
        if seen != self._seen:
            self._seen = seen
            self.touch()

    def collect(self) -> dict[str, Any] | None:
        try:
            return {"kind": "ladder", **self._message()}
        except RuntimeError:  # the lab was closed meanwhile
            return None

    def _message(self) -> dict[str, Any]:
        said = self._now()
        shown = said.opened if self.decrypt else said.closed
        start = shown.rungs[0].time if shown.rungs else 0
        first = max(0, len(shown.rungs) - RUNGS_SHOWN)
        return {
            "ends": [[end.name, str(end.address or "")] for end in (shown.left, shown.right)],
            "first": first,
            "rungs": [_rung(each, start) for each in shown.rungs[first:]],
            "outcome": shown.outcome,
            "esp": [[name, *each] for name, each in said.snapshot.esp.items()],
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
