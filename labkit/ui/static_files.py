"""The ES modules and styles of `static/`, as anywidget wants them: one text a widget.

anywidget loads a module from memory, where `import … from "./dom.js"` finds nothing; so what a
module imports is written above it.  No build step: the files in the folder are what runs.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(?P<file>[\w-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=const|function|class|async)", re.MULTILINE)


@cache
def module(name: str) -> str:
    """An ES module of `static/` after everything that it imports, each once.

    Raises OSError for a file that is not there.
    """
    order: list[str] = []
    _collect(name, order)
    parts = [EXPORT.sub("", _source(each)) for each in order[:-1]]
    return "\n".join([*parts, _source(name)])


@cache
def style(*names: str) -> str:
    """The style shared by all widgets, and then this widget's own."""
    return "\n".join((STATIC / each).read_text(encoding="utf-8") for each in ("desk.css", *names))


def _collect(name: str, order: list[str]) -> None:
    for match in IMPORT.finditer((STATIC / name).read_text(encoding="utf-8")):
        if match["file"] not in order:
            _collect(match["file"], order)
    order.append(name)


def _source(name: str) -> str:
    return IMPORT.sub("", (STATIC / name).read_text(encoding="utf-8"))
