"""The status line: which lab this is, what time it is there, and how to move on.

    StatusLine(desk)

Shows checkpoint, seed, clock, the next rekey and what is simulated; lets lab time go by (an hour,
to the next rekey, to the next event) and starts again from a checkpoint.  Must not know devices
or prompts: it asks the lab.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import traitlets as t

from labkit.course.desk import Desk
from labkit.desk.base import LabWidget, module, style
from labkit.desk.work import Errand
from labkit.sim import EPOCH, checkpoint_names, topology

if TYPE_CHECKING:
    from labkit.sim import Lab

SYSTEMS = {"cisco_ios": "Cisco IOS", "nokia_sros": "Nokia SR OS", "linux": "Linux"}
STEPS = 60
"""Pieces of a longer time, between which the progress bar moves and a stop is heard."""
SHORTEST = 5.0
"""Lab seconds of the shortest piece."""
LONGEST_WAIT = 86_400.0
"""Lab seconds in which something should happen."""


class StatusLine(LabWidget):
    """One lab's state in a line."""

    _esm = module("status/status.js")
    _css = style("status/status.css")

    facts = t.Dict().tag(sync=True)
    """checkpoint, seed, clock, since, rekey (seconds or None), changed, fault, pace."""
    checkpoints = t.List(t.Unicode()).tag(sync=True)
    simulated = t.Unicode().tag(sync=True)
    said = t.Unicode("").tag(sync=True)
    """What the last button has done."""

    def __init__(self, where: Desk | Lab) -> None:
        self._desk = where if isinstance(where, Desk) else None
        self._lab = where.lab if isinstance(where, Desk) else where
        self._seen: tuple[Any, ...] = ()
        super().__init__(facts=self._facts(), checkpoints=checkpoint_names(), simulated=simulated())
        self.watch()

    def __repr__(self) -> str:
        return f"Status of the lab: {self._lab.checkpoint}, seed {self._lab.seed}"

    def report(self) -> str:
        facts = self._facts()
        rekey, changed = facts["rekey"], facts["changed"]
        lines = [
            f"Checkpoint  {facts['checkpoint']}, seed {facts['seed']}",
            f"Lab time    {facts['clock']} ({facts['since']} since the start; {facts['pace']})",
            f"Next rekey  {'none: there is no SA' if rekey is None else 'in ' + span(rekey)}",
            f"Changed     {', '.join(changed) or 'nothing'}",
            *([f"Fault       {facts['fault']}"] if facts["fault"] else []),
            f"Simulated   {self.simulated}",
        ]
        return "\n".join(lines)

    # ---- the lab's changes

    def look(self) -> None:
        seen = (self._lab.starts, self._lab.now(), self._lab.fault_in)
        if seen != self._seen:
            self._seen = seen
            self.change(facts=self._facts())

    def _facts(self) -> dict[str, Any]:
        now = self._lab.now()
        return {
            "checkpoint": self._lab.checkpoint,
            "seed": self._lab.seed,
            "clock": clock(now),
            "since": span((now - EPOCH) / 1e6),
            "rekey": self._lab.next_rekey(),
            "changed": self._lab.changed(),
            "fault": self._lab.fault_in,
            "pace": "ticks with the wall" if self._lab.realtime else "moves only by commands",
        }

    # ---- from the browser: post and return

    def heard_advance(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Let `seconds` go by."""
        seconds = float(content["seconds"])
        self._go(f"Moving on {span(seconds)}", lambda errand: self._advance(errand, seconds))

    def heard_rekey(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """To the next rekey, and the second after it."""
        due = self._lab.next_rekey()
        if due is None:
            raise ValueError("there is no SA to renew: bring the tunnel up first")
        self._go("Moving on to the next rekey", lambda errand: self._advance(errand, due + 1))

    def heard_event(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Until something happens."""
        self._go("Waiting for something to happen", self._await_event)

    def heard_start(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Begin again from a checkpoint."""
        checkpoint = str(content["checkpoint"])
        if checkpoint not in self.checkpoints:
            raise LookupError(f"there is no checkpoint {checkpoint!r}")

        def begin(errand: Errand) -> str:
            if self._desk is None:
                self._lab.start(checkpoint)
                return f"Started from {checkpoint}."
            changed = ", ".join(self._lab.changed())
            self._desk.begin(checkpoint)
            kept = f" Kept what was changed on {changed}." if changed else ""
            return f"Started from {checkpoint}.{kept}"

        self._go(f"Starting from {checkpoint}", begin, stoppable=False)

    # ---- within

    def _go(self, what: str, work: Callable[[Errand], str], *, stoppable: bool = True) -> None:
        def task(errand: Errand) -> None:
            self.change(said="")  # here: who starts it may come to it after the end of it
            said = work(errand)
            self.look()
            self.change(said=said)

        self.errand(what, task, stoppable=stoppable)

    def _advance(self, errand: Errand, seconds: float) -> str:
        done = 0.0
        while done < seconds and not errand.stopped:
            piece = min(max(seconds / STEPS, SHORTEST), seconds - done)
            self._lab.advance(piece)
            done += piece
            errand.tell(done, seconds)
        return f"{span(done)} later{' (stopped)' if errand.stopped else ''}: {self._time()}."

    def _await_event(self, errand: Errand) -> str:
        piece, done = LONGEST_WAIT / STEPS / 4, 0.0
        while done < LONGEST_WAIT and not errand.stopped:
            found = self._lab.advance_to_event(piece)
            if found is not None:
                return f"{clock(found.time)}, {found}."
            done += piece
            errand.tell(done, LONGEST_WAIT)
        return f"Nothing has happened until {self._time()}."

    def _time(self) -> str:
        return clock(self._lab.now())


def clock(microseconds: int) -> str:
    """A moment of lab time, to the second."""
    return f"{datetime.fromtimestamp(microseconds // 1_000_000, UTC):%Y-%m-%d %H:%M:%S}"


def span(seconds: float) -> str:
    """A stretch of time in two units at most: `59 min 27 s`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    size, name, unit, small = (60, "min", 1, "s") if whole < 3600 else (3600, "h", 60, "min")
    rest = whole % size // unit
    return f"{whole // size} {name}" + (f" {rest} {small}" if rest else "")


def simulated() -> str:
    """What is simulated and what is not, in a sentence or two."""
    counts = Counter(SYSTEMS[node.platform] for node in topology().nodes.values())
    devices = ", ".join(f"{count} × {system}" for system, count in counts.items())
    return (
        f"{devices} are simulated: their prompts, tables and timers. The frames on the links are "
        "real bytes, and IKE and ESP really encrypt."
    )
