"""How outcomes are shown: a table for people, an object for programs.

Must not know how anything was measured.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from tests.benchmarks.measure import Failed, Outcome, Reading, Row, Skipped

COLUMNS = ("what", "against", "ours", "theirs", "ratio", "target", "")
GAP = "  "


def as_json(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """What `labkit bench --json` prints."""
    return {"rows": [row_as_json(outcome) for outcome in outcomes], "machine": machine()}


def row_as_json(outcome: Outcome) -> dict[str, object]:
    """Name, alternative and either the figures, or `skipped`, or `error`."""
    match outcome:
        case Row():
            return {**asdict(outcome), "difference": outcome.difference}
        case Skipped(name, against, why):
            return {"name": name, "against": against, "skipped": why}
        case Failed(name, against, error):
            return {"name": name, "against": against, "error": error}


def machine() -> dict[str, object]:
    """Where it was measured: Python's version, the system, and how many processors."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
    }


def table(outcomes: Sequence[Outcome]) -> str:
    """The rows in columns, notes below them, and what the whole comes to."""
    rows = [COLUMNS, *(_cells(outcome) for outcome in outcomes)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    aligned = [_line(row, widths) for row in rows]
    rule = "-" * max(map(len, aligned))
    return "\n".join([aligned[0], rule, *aligned[1:], "", *_closing(outcomes)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Words to the left, figures to the right."""
    columns = zip(cells, widths, range(len(widths)), strict=True)
    placed = (c.rjust(width) if i in (2, 3, 4) else c.ljust(width) for c, width, i in columns)
    return GAP.join(placed).rstrip()


def _cells(outcome: Outcome) -> tuple[str, ...]:
    name, against = outcome.name, outcome.against
    match outcome:
        case Row():
            ours, theirs = (quantity(f, outcome.unit) for f in (outcome.ours, outcome.theirs))
            verdict = {True: "met", False: "MISSED", None: ""}[outcome.met]
            return name, against, ours, theirs, _ratio(outcome), outcome.target, verdict
        case Skipped():
            return name, against, "", "", "", "", "skipped"
        case Failed():
            return name, against, "", "", "", "", "FAILED"


def _ratio(row: Row) -> str:
    ratio = _digits(row.ratio)
    return {
        Reading.SPEED: f"{ratio} x as fast",
        Reading.COST: f"{ratio} x the cost",
        Reading.MORE: f"{_digits(row.difference, '+')} {row.unit}, {ratio} x",
    }[row.reading]


def quantity(value: float, unit: str) -> str:
    """A figure with three digits, seconds in the unit that suits them."""
    if unit == "1/s":
        return f"{value:,.0f}/s"
    if unit == "s" and value < 1:
        return f"{_digits(value * 1e3)} ms" if value >= 1e-3 else f"{_digits(value * 1e6)} µs"
    return f"{_digits(value)} {unit}"


def _digits(value: float, sign: str = "") -> str:
    """Three digits, or all of a longer whole number: never an exponent."""
    return f"{value:{sign}.0f}" if abs(value) >= 99.95 else f"{value:{sign}.3g}"


def _closing(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        where = f"{outcome.name}, against {outcome.against}"
        match outcome:
            case Row(note=note) if note:
                yield f"note: {where}: {note}"
            case Skipped(why=why):
                yield f"skipped: {where}: {why}"
            case Failed(error=error):
                yield f"FAILED: {where}: {error}"
            case Row():
                pass
    missed = [o for o in outcomes if isinstance(o, Row) and o.met is False]
    for row in missed:
        yield f"MISSED: {row.name}, against {row.against}: {_ratio(row)}, target {row.target}"
    targets = [o for o in outcomes if isinstance(o, Row) and o.met is not None]
    yield f"{len(targets) - len(missed)} of {len(targets)} targets reached"
