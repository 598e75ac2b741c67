"""Widgets for the notebook: what a person sees of a lab.

Floor 7, the only place that knows Jupyter.  `from labkit.ui import Console, Map, Sniffer, Ladder,
Bytes, Wildcard, StatusLine`; each is loaded when it is first asked for, so that a notebook pays
only for what it shows.  Without a browser every widget leaves its text twin, `report()`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

ROOMS = {
    "Bytes": "bytes",
    "Console": "console",
    "Consoles": "consoles",
    "Exercise": "exercise",
    "Ladder": "ladder",
    "Map": "map",
    "Predict": "predict",
    "Progress": "progress",
    "Quiz": "quiz",
    "Sniffer": "sniffer",
    "StatusLine": "status",
    "Wildcard": "wildcard",
}
"""A widget's name and the module it lives in."""
COURSE = {"Desk": "labkit.course.desk"}
"""What the same line of a notebook needs beside widgets."""


def __getattr__(name: str) -> Any:
    if name in COURSE:
        return getattr(import_module(COURSE[name]), name)
    if name not in ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *ROOMS, *COURSE])
