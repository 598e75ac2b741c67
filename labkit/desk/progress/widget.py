"""Progress over the course, and taking it somewhere else.

Progress()                      # what is passed, notebook by notebook
Progress().token()              # everything as one line; .restore("labkit1.…") on another machine
Progress().save("progress.txt") # the same line in a file; .load("progress.txt")
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets as t

from labkit.course import progress as records
from labkit.course.progress import Thing, notebook_names, things
from labkit.desk.base import LabWidget, module, style
from labkit.desk.work import Errand

MARKS = {True: "✓", False: "○", None: " "}
WORDS = {True: "passed", False: "not yet", None: "not tried"}


class Progress(LabWidget):
    """What the learner has passed."""

    _esm = module("progress/progress.js")
    _css = style("progress/progress.css")

    rows: t.List[Any] = t.List().tag(sync=True)
    """[notebook, [[kind, id, title, passed, tried]]] for each notebook."""
    said = t.Unicode("").tag(sync=True)
    token_text = t.Unicode("").tag(sync=True)

    def __init__(self, *, progress: records.Progress | None = None) -> None:
        self._progress = progress or records.Progress()
        self._seen = -1
        super().__init__(rows=[])
        self.look()
        self.watch()

    def __repr__(self) -> str:
        return "Progress over the course"

    def twin(self) -> str:
        return (
            f"{self!r}: `print(Progress().report())` lists it, `.token()` takes it elsewhere, "
            "`.restore(token)` brings it back."
        )

    def report(self) -> str:
        """What is passed, notebook by notebook."""
        lines = [repr(self)]
        for notebook, found in self._by_notebook().items():
            good = sum(each.passed is True for each in found)
            lines.append(f"{notebook}: {good} of {len(found)} passed")
            lines += [f"  {MARKS[each.passed]} {each.kind} {each.id}" for each in found]
        return "\n".join(lines)

    # ---- from Python

    def token(self) -> str:
        """Everything, the learner's own configurations too, as one line."""
        return self._progress.token()

    def restore(self, token: str) -> None:
        """Take over what a token holds.  Raises TokenError with a sentence."""
        print(self._progress.restore(token))
        self.look()

    def save(self, file: str) -> None:
        """Write the token to a file.  Raises OSError."""
        Path(file).write_text(self.token() + "\n", encoding="utf-8")
        print(f"Saved to {file}.")

    def load(self, file: str) -> None:
        """Restore what `save` wrote.  Raises TokenError, OSError."""
        with Path(file).open(encoding="utf-8", errors="replace") as opened:
            self.restore(opened.read(records.LONGEST + 1))

    # ---- from the browser

    def heard_token(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self.change(token_text=self.token(), said="Copy this line and keep it.")

    def heard_restore(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        def restore(errand: Errand) -> None:
            self.change(said=str(self._progress.restore(str(content.get("token", "")))))
            self.look()

        self.errand("Restoring", restore)

    # ---- within

    def look(self) -> None:
        """Show what was recorded meanwhile."""
        if self._seen == records.Progress.changes:
            return
        self._seen = records.Progress.changes
        self.change(
            rows=[
                [name, [[e.kind, e.id, e.title, WORDS[e.passed]] for e in found]]
                for name, found in self._by_notebook().items()
            ]
        )

    def _by_notebook(self) -> dict[str, list[Thing]]:
        names = notebook_names()
        rows: dict[str, list[Thing]] = {}
        for each in things(self._progress):
            rows.setdefault(names.get(each.notebook, each.notebook), []).append(each)
        return rows
