"""The desk: the widgets of a notebook, each in a folder of its own.

    from labkit.desk import Console, Desk, Exercise, Ladder, Map, Predict, Quiz, Sniffer

A folder holds a widget's model (what is shown, as values), its drawing, the widget and what runs in
the browser (.js, .css).  The only place that knows Jupyter.  Each name is loaded when it is first
asked for, so that a notebook pays only for what it shows.  Without a browser every widget leaves
its text twin, `report()`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

ROOMS = {
    "Bytes": "labkit.desk.bytes.widget",
    "Console": "labkit.desk.console.widget",
    "Consoles": "labkit.desk.console.widget",
    "Desk": "labkit.course.desk",
    "Exercise": "labkit.desk.exercise.widget",
    "Ladder": "labkit.desk.ladder.widget",
    "Map": "labkit.desk.map.widget",
    "Predict": "labkit.desk.exercise.predict",
    "Progress": "labkit.desk.progress.widget",
    "Quiz": "labkit.desk.quiz.widget",
    "Sniffer": "labkit.desk.sniffer.widget",
    "StatusLine": "labkit.desk.status.widget",
    "Wildcard": "labkit.desk.wildcard.widget",
}
"""What a notebook imports, and the module it lives in."""


def __getattr__(name: str) -> Any:
    if name not in ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *ROOMS])
