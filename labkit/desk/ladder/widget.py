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
from typing import TYPE_CHECKING, Any

import traitlets as t

from labkit.course.desk import Desk
from labkit.desk.base import LivePicture, drawing_style, module, style

if TYPE_CHECKING:
    from labkit.desk.ladder.model import Ladder as Messages
    from labkit.desk.ladder.said import Said
    from labkit.sim import Lab

DRAWING = drawing_style("ladder/ladder_drawing.css")


class Ladder(LivePicture):
    """A sequence diagram of IKE, alive as long as the lab is."""

    _esm = module("ladder/ladder.js")
    _css = style("ladder/ladder.css")
    kind = "ladder"

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
        from labkit.desk.ladder.said import Listener

        self._lab = where.lab if isinstance(where, Desk) else where
        if capture is not None and capture not in self._lab.links():
            known = ", ".join(self._lab.links())
            raise LookupError(f"there is no capture point {capture!r}; there are: {known}")
        self._kept = False
        self._reading = threading.RLock()
        self._listener = Listener(self._lab, capture)
        super().__init__(decrypt=decrypt, capture=capture or "", open_rungs=[])
        self._said = self._listener.now()
        self.observe(lambda change: self.touch(), ["decrypt"])
        self.watch()

    def __repr__(self) -> str:
        left, right = self._said.snapshot.gateways
        where = f", as {self.capture} saw it" if self.capture else ""
        return f"Ladder of IKE between {left} and {right}{where}"

    @property
    def messages(self) -> Messages:
        """The ladder as values: rungs, payloads, reasons, outcome."""
        return self._now().ladder(self.decrypt)

    def report(self, *, detail: bool = False) -> str:
        """The ladder as text; with `detail` what every payload says."""
        return self._now().report(self.decrypt, detail)

    def svg(self) -> str:
        """The ladder as a file of its own, with a title and a description."""
        return self._now().svg(self.decrypt, repr(self), DRAWING)

    # ---- the lab's news

    def _now(self) -> Said:
        """What is shown: of the lab as it is, or of what it was before it started again."""
        with self._reading:
            before, start = self._said, self._lab.starts
            if not self._kept and before.snapshot.start != start and before.opened.rungs:
                self._kept = True
                self.change(past=before.snapshot.checkpoint)
            if not self._kept:
                said = self._listener.now()
                if said.snapshot.start == start == self._lab.starts:  # else it starts meanwhile
                    self._said = said
            return self._said

    def heard_now(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Show the lab as it is."""
        with self._reading:
            self._said, self._kept = self._listener.now(), False
        self.change(past="")
        self.touch()

    def message(self) -> dict[str, Any]:
        return self._now().message(self.decrypt)

    def seen(self) -> object:
        now = self._lab.snapshot()
        return now.start, now.ipsec, now.esp, self.capture and self._lab.live.total
