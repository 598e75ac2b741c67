"""Predict, then run: the learner commits to an answer before the output shows.

guess = Predict(desk, "predict-esp-length")
guess.answer(202)
guess.reveal()                  # runs the commands and compares; before an answer it says so
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets as t

from labkit.course import exercise as exercises
from labkit.course.attempt import Prediction, Where
from labkit.course.desk import Mode, mode
from labkit.course.progress import Progress
from labkit.desk.base import LabWidget, module, style
from labkit.desk.work import Errand


class Predict(LabWidget):
    """One question at one desk."""

    _esm = module("exercise/predict.js")
    _css = style("exercise/exercise.css")

    about = t.Dict().tag(sync=True)
    """id, title, ask, choices (empty: a number), unit."""
    state = t.Dict().tag(sync=True)
    """committed, seen, right (null before it is revealed), explanation."""

    def __init__(self, where: Where, name: str, *, progress: Progress | None = None) -> None:
        """Raises LookupError for an id that is none, FormError for a file that cannot be read."""
        made = exercises.question(name)
        self._prediction = Prediction(where, made, progress)
        self._text = ""
        super().__init__(
            about={
                "id": made.id,
                "title": made.title,
                "ask": made.ask,
                "choices": list(made.choices),
                "unit": made.unit,
            },
            state={},
        )

    def __repr__(self) -> str:
        return f"Predict {self.about['id']}: {self.about['title']}"

    def twin(self) -> str:
        choices = [f"  {n}. {text}" for n, text in enumerate(self.about["choices"], start=1)]
        form = "the number of a choice" if choices else f"a number{self._unit()}"
        return "\n".join(
            [
                f"{self!r}\n\n{self.about['ask']}",
                *choices,
                f"\n`.answer(…)` takes {form}; `.reveal()` then shows what happens.",
            ]
        )

    def report(self) -> str:
        """The question, the answer given and what was seen."""
        committed = self._prediction.committed
        if committed is None:
            return f"{self.twin()}\n\nNot answered yet."
        return f"{self.twin()}\n\n{self._text or f'You said {committed}.'}"

    def _unit(self) -> str:
        return f" of {self.about['unit']}" if self.about["unit"] else ""

    # ---- from Python

    def answer(self, answer: object) -> None:
        """Commit to a number or to a choice (its number or its text).

        Raises ValueError for one that is neither, and for a second thought.
        """
        print(f"You say {self._prediction.commit(answer)}.")
        self._show()

    def reveal(self) -> None:
        """Run the commands and compare; says so when nothing is answered yet.

        In `solve` mode it answers by itself, and raises AssertionError unless the lab agrees; in
        `teach` mode the answer and the typical wrong ones are printed first.
        """
        if mode() is Mode.TEACH:
            print(self._prediction.teaching())
        if mode() is Mode.SOLVE and self._prediction.committed is None:
            self._prediction.commit(self._prediction.question.answer)
        if self._prediction.committed is None:
            print("Not answered yet: commit to an answer first.")
            return
        self._reveal()
        print(self._text)
        if mode() is Mode.SOLVE and not self._prediction.confirmed():
            raise AssertionError(f"the lab does not show what {self.about['id']} says")

    # ---- from the browser

    def heard_commit(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self._prediction.commit(content.get("answer", ""))
        self._show()
        self.errand("Running it", self._reveal)

    # ---- within

    def _reveal(self, errand: Errand | None = None) -> None:
        found = self._prediction.reveal()
        self._text = str(found)
        self._show(seen=found.seen, right=found.right, explanation=found.explanation)

    def _show(self, **facts: Any) -> None:
        self.change(state={"committed": self._prediction.committed, "right": None, **facts})
