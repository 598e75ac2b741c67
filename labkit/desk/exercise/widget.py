"""The exercise panel: task, checks with their sentences, the ladder of hints, the solution.

    task = Exercise(desk, "phase1-both-gateways")
    task.check()                            # the same in text; .hint(), .solution(), .start()

A check runs in a thread of its own when its button is pressed, so the kernel stays free.  Must
not know how anything is checked: that is `course.attempt`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import traitlets as t

from labkit.course import exercise as exercises
from labkit.course.attempt import Attempt, Where, steps_text
from labkit.course.checking import Outcome, Report
from labkit.course.desk import Mode, mode
from labkit.course.progress import Progress
from labkit.desk.base import LabWidget, module, style
from labkit.desk.work import Errand

WARNING = "The progress could not be saved: {}"


class Exercise(LabWidget):
    """One exercise at one desk (or whatever can be observed)."""

    _esm = module("exercise/exercise.js")
    _css = style("exercise/exercise.css")

    about = t.Dict().tag(sync=True)
    """id, title, task, start, rungs (how many hints there are)."""
    state = t.Dict().tag(sync=True)
    """outcome, good, verdicts [[holds, sentence]], hints [[rung, text]], solution, passed, said."""

    def __init__(self, where: Where, name: str, *, progress: Progress | None = None) -> None:
        """Raises LookupError for an id that is none, FormError for a file that cannot be read."""
        made = exercises.exercise(name)
        self._attempt = Attempt(where, made, progress)
        self._last: Report | None = None
        self._solution = ""
        self._said = ""
        super().__init__(
            about={
                "id": made.id,
                "title": made.title,
                "task": made.task,
                "start": made.start,
                "rungs": len(made.hints),
            },
            state={},
        )
        self._show()

    def __repr__(self) -> str:
        return f"Exercise {self.about['id']}: {self.about['title']}"

    def twin(self) -> str:
        return (
            f"{self!r}\n\n{self.about['task']}\n\n"
            f"It starts at checkpoint {self.about['start']}. "
            "`.check()` looks at your work, `.hint()` helps, `.solution()` shows."
        )

    def report(self) -> str:
        """The task, the hints taken and what was found last."""
        attempt = self._attempt
        taken = attempt.exercise.hints[: attempt.hints_shown]
        parts = [self.twin(), *(f"{rung}: {text}" for rung, text in taken)]
        parts += [str(self._last)] if self._last else []
        return "\n\n".join([*parts, "Passed before."] if attempt.passed else parts)

    # ---- from Python

    def check(self) -> Report:
        """Look at the work; in `solve` mode do it first, and raise AssertionError unless it then
        passes."""
        now = mode()
        began = time.perf_counter()
        if now is Mode.SOLVE:
            self._attempt.solve()
        report = self._check()
        if now is Mode.SOLVE and report.outcome is not Outcome.PASSED:
            raise AssertionError(f"the stored solution does not pass\n{report}")
        if now is Mode.TEACH:
            self._teach(time.perf_counter() - began)
        return report

    def hint(self) -> None:
        """Print the next rung of the ladder."""
        rung, text = self._attempt.hint()
        print(f"{rung}: {text}")
        self._show()

    def solution(self) -> None:
        """Print what to type."""
        self._solution = self._attempt.reveal()
        print(self._solution)
        self._show()

    def start(self) -> None:
        """Begin again at the exercise's checkpoint."""
        print(self._attempt.start())
        self._last = None
        self._show()

    # ---- from the browser: post and return

    def heard_check(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self.errand("Checking", self._check)

    def heard_start(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        def start(errand: Errand) -> None:
            self._said = self._attempt.start()
            self._last = None
            self._show()

        self.errand(f"Starting at {self.about['start']}", start)

    def heard_hint(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self._attempt.hint()
        self._show()

    def heard_solution(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self._solution = self._attempt.reveal()
        self._show()

    # ---- within

    def _check(self, errand: Errand | None = None) -> Report:
        try:
            report = self._attempt.check(errand.tell if errand else None)
        except OSError as error:
            self.change(trouble=WARNING.format(error.strerror))
            raise
        self._last, self._said = report, ""
        self._show()
        return report

    def _show(self) -> None:
        attempt, report = self._attempt, self._last
        verdicts = report.verdicts if report else ()
        self.change(
            state={
                "outcome": str(report.outcome) if report else "",
                "verdicts": [[each.passed, each.sentence] for each in verdicts],
                "hints": [list(each) for each in attempt.exercise.hints[: attempt.hints_shown]],
                "solution": self._solution,
                "passed": attempt.passed,
                "said": self._said,
            }
        )

    def _teach(self, seconds: float) -> None:
        exercise = self._attempt.exercise
        print(f"Solution:\n{steps_text(exercise.solution)}\n")
        for wrong in exercise.wrong:
            print(f"Typical: {wrong.why} It fails at `{wrong.fails}`.")
        print(f"Checked in {seconds:.2f} s.")
