"""The ES modules and styles that lie beside their widgets, as anywidget wants them: one text each.

anywidget loads a module from memory, where `import … from "../dom.js"` finds nothing; so what a
module imports is written above it.  No build step: the files in the folders are what runs.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

DESK = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "(?P<file>\.[\w./-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=const|function|class|async)", re.MULTILINE)


@cache
def module(name: str) -> str:
    """An ES module (`map/map.js`) after everything that it imports, each once.

    Raises OSError for a file that is not there.
    """
    order: list[Path] = []
    _collect(DESK / name, order)
    *imported, own = (IMPORT.sub("", _text(each)) for each in order)
    return "\n".join([*(EXPORT.sub("", each) for each in imported), own])


@cache
def style(*names: str) -> str:
    """The style shared by all widgets, and then this widget's own (`map/map.css`)."""
    return "\n".join(_text(DESK / each) for each in ("desk.css", *names))


def drawing_style(name: str) -> str:
    """The style of a drawing, which goes into its file too."""
    return _text(DESK / name)


def _collect(path: Path, order: list[Path]) -> None:
    for match in IMPORT.finditer(_text(path)):
        imported = (path.parent / match["file"]).resolve()
        if imported not in order:
            _collect(imported, order)
    order.append(path)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
