"""Measuring honestly on a shared machine: ours and the alternative take turns, medians compared.

A figure is always a ratio of two things measured in the same run; the machine's mood is in both.
Knows clocks and what a target is; must not know what it measures.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

ROUNDS = 5


class Unavailable(Exception):
    """This row cannot be measured on this machine; the message says what is missing."""


class Figures(NamedTuple):
    """What was measured, both in the comparison's unit, and what a reader should know of it."""

    ours: float
    theirs: float
    note: str = ""


class Reading(StrEnum):
    """What a row's ratio means, and so which way its bound points."""

    SPEED = "times as fast"
    """The bound is the least ratio."""
    COST = "times the cost"
    """The bound is the greatest ratio."""
    MORE = "more"
    """The bound is the greatest difference, in the row's unit; the ratio is that of the cost."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A row to be measured: ours against a named alternative.

    `unit` is "s" (a duration), "1/s" (a rate) or "MB"; `bound` is the figure to reach, if any.
    `measure` raises Unavailable where there is no alternative, anything else where it failed.
    """

    name: str
    against: str
    unit: str
    reading: Reading
    measure: Callable[[], Figures]
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the benchmark, measured."""

    name: str
    against: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    reading: Reading
    target: str = ""
    met: bool | None = None
    """None where there is no target."""
    note: str = ""

    @property
    def difference(self) -> float:
        """How much more ours is, in the row's unit."""
        return self.ours - self.theirs


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that could not be measured on this machine, and why."""

    name: str
    against: str
    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A row whose measuring went wrong, and how."""

    name: str
    against: str
    error: str


Outcome = Row | Skipped | Failed


def outcome(comparison: Comparison) -> Outcome:
    """Measure one row; an error is that row's own."""
    name, against = comparison.name, comparison.against
    try:
        return judge(comparison, comparison.measure())
    except Unavailable as missing:
        return Skipped(name, against, str(missing))
    except Exception as error:
        return Failed(name, against, f"{type(error).__name__}: {error}")


def judge(comparison: Comparison, figures: Figures) -> Row:
    """What the figures say of the comparison's target."""
    ours, theirs, note = figures
    reading, bound = comparison.reading, comparison.bound
    better_is_less = reading is Reading.SPEED and comparison.unit != "1/s"
    ratio = theirs / ours if better_is_less else ours / theirs
    judged = ours - theirs if reading is Reading.MORE else ratio
    target, met = "", None
    if bound is not None:
        least = reading is Reading.SPEED
        unit = f" {comparison.unit} more" if reading is Reading.MORE else ""
        target = f"{'>=' if least else '<='} {bound:g}{unit}"
        met = judged >= bound if least else judged <= bound
    return Row(
        comparison.name,
        comparison.against,
        comparison.unit,
        ours,
        theirs,
        ratio,
        reading,
        target,
        met,
        note,
    )


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def rate(work: Callable[[], object], at_least: float = 0.1) -> float:
    """Calls per second, over at least `at_least` seconds."""
    calls, spent, batch = 0, 0.0, 1
    while spent < at_least:
        start = time.perf_counter()
        for _ in range(batch):
            work()
        spent += time.perf_counter() - start
        calls += batch
        batch *= 2
    return calls / spent


def take_turns(
    ours: Callable[[], float], theirs: Callable[[], float], rounds: int = ROUNDS
) -> Figures:
    """Medians of two measurements made alternately; each call returns its own figure."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return Figures(statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs))
