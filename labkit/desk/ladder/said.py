"""What was said on a lab since it started, as a ladder shows it: kept, told, drawn, sent.

A capture point forgets under load, so what passes it is gathered as it comes.  All that reads IKE
is loaded with this, when the first ladder is made.  Must not know Jupyter.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.capture.ike_reader import isakmp_of
from labkit.desk.drawing import standalone
from labkit.desk.ladder import model, text
from labkit.desk.ladder.drawing import draw, size
from labkit.desk.ladder.model import Ladder, Rung, Side

if TYPE_CHECKING:
    from labkit.sim import Lab, Snapshot

RUNGS_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Said:
    """What was said since a start of the lab."""

    snapshot: Snapshot
    opened: Ladder
    """With the lab's keys."""
    closed: Ladder

    def ladder(self, decrypt: bool) -> Ladder:
        """Opened with the keys, or as a stranger sees it."""
        return self.opened if decrypt else self.closed

    def report(self, decrypt: bool, detail: bool) -> str:
        """As text."""
        return text.text(self.ladder(decrypt), self.snapshot.esp, detail=detail)

    def svg(self, decrypt: bool, title: str, style: str) -> str:
        """As a file."""
        shown = self.ladder(decrypt)
        shapes = draw(shown, self.snapshot.esp)
        return standalone(*size(shown), title, shown.outcome, style, *shapes)

    def message(self, decrypt: bool) -> dict[str, Any]:
        """For the browser."""
        shown = self.ladder(decrypt)
        start = shown.rungs[0].time if shown.rungs else 0
        first = max(0, len(shown.rungs) - RUNGS_SHOWN)
        return {
            "ends": [[end.name, str(end.address or "")] for end in (shown.left, shown.right)],
            "first": first,
            "rungs": [_rung(each, start) for each in shown.rungs[first:]],
            "outcome": shown.outcome,
            "esp": [[name, *each] for name, each in self.snapshot.esp.items()],
        }


class Listener:
    """Listens to a lab: to all that the gateways say, or to what passes one capture point."""

    def __init__(self, lab: Lab, capture: str | None) -> None:
        self._lab = lab
        self._tapped = None if capture is None else Tapped(lab, capture)

    def now(self) -> Said:
        """What the lab knows at the moment."""
        frames = None if self._tapped is None else self._tapped.frames()
        now = self._lab.snapshot()
        if frames is None:
            opened, closed = (model.of(now, decrypt=each) for each in (True, False))
        else:
            opened, closed = (model.of_frames(frames, now, decrypt=d) for d in (True, False))
        return Said(now, opened, closed)


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
        "content": text.content(rung),
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
