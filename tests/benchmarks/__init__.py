"""The benchmark: what the lab costs, each figure a ratio against a named alternative.

A module named in `GROUPS` yields `Comparison`s from `rows()`; a new row is one more of them.
A generator may hold processes open between its rows: it is closed before the next one begins.
Imports nothing until it is run, so that its programs start lean.
"""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.benchmarks.measure import Outcome

GROUPS = ("esp", "starting", "connecting", "commanding", "tunnel", "forwarding", "memory",
          "captures")  # fmt: skip
"""Modules of this package, in the order of the table."""
IN_A_BROWSER = ("desk",)
"""Those that want a JupyterLab and chromium; they are asked for (`labkit bench --desk`)."""
OF_THE_COURSE = ("notebooks",)
"""Those that want a clone and nbval; they are asked for (`labkit bench --course`)."""
OPENLAB = ("openlab",)
"""Those that take minutes and boot a guest; they are asked for (`labkit bench --openlab`)."""


def run(groups: Sequence[str] = GROUPS, *, json: bool = False) -> int:
    """Measure these groups and print them; 1 if a row failed (a missed target is only told)."""
    from tests.benchmarks import report
    from tests.benchmarks.measure import Failed

    found = list(outcomes(groups))
    print(json_format.dumps(report.as_json(found)) if json else report.table(found))
    return 1 if any(isinstance(outcome, Failed) for outcome in found) else 0


def outcomes(groups: Sequence[str] = GROUPS) -> Iterator[Outcome]:
    """Every row of every group in turn; progress on stderr."""
    from tests.benchmarks.measure import Failed, Skipped, Unavailable, outcome

    for group in groups:
        try:
            with closing(import_module(f"tests.benchmarks.{group}").rows()) as rows:
                for comparison in rows:
                    _progress(f"{comparison.name}, against {comparison.against}")
                    yield outcome(comparison)
        except Unavailable as missing:
            yield Skipped(group, "everything", str(missing))
        except Exception as error:
            yield Failed(group, "everything", f"{type(error).__name__}: {error}")


def _progress(text: str) -> None:
    print(f"measuring {text}", file=sys.stderr, flush=True)
