"""The quiz: choose, and be told why.

    quiz = Quiz("phase-1")
    quiz.answer("mm-active", 1)             # the same in text; .check() counts

A wrong choice is explained and may be followed by another; what was chosen first is kept too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets as t

from labkit.course import quiz as quizzes
from labkit.course.desk import Mode, mode
from labkit.course.progress import Progress
from labkit.desk.base import LabWidget, module, style


class Quiz(LabWidget):
    """One quiz; it needs no desk."""

    _esm = module("quiz/quiz.js")
    _css = style("exercise/exercise.css")

    about = t.Dict().tag(sync=True)
    """id, title, items [{id, ask, choices}]."""
    state = t.Dict().tag(sync=True)
    """answers {item: {choice, right, because}}, choice from 1."""

    def __init__(self, name: str, *, progress: Progress | None = None) -> None:
        """Raises LookupError for an id that is none, FormError for a file that cannot be read."""
        self._quiz = quizzes.load(name)
        self._progress = progress or Progress()
        items = [
            {"id": each.id, "ask": each.ask, "choices": [c.text for c in each.choices]}
            for each in self._quiz.items
        ]
        super().__init__(
            about={"id": self._quiz.id, "title": self._quiz.title, "items": items}, state={}
        )
        self._show()

    def __repr__(self) -> str:
        return f"Quiz {self._quiz.id}: {self._quiz.title}"

    def twin(self) -> str:
        parts = [repr(self)]
        for item in self._quiz.items:
            choices = [f"  {n}. {each.text}" for n, each in enumerate(item.choices, start=1)]
            parts.append("\n".join([f"{item.id}: {item.ask}", *choices]))
        parts.append('`.answer("question", number)` answers and explains; `.check()` counts.')
        return "\n\n".join(parts)

    def report(self) -> str:
        """The questions, and what was chosen."""
        lines = [self.twin(), ""]
        for item in self._quiz.items:
            chosen = self._chosen().get(item.id)
            lines.append(f"{item.id}: {self._verdict(item, chosen) if chosen else 'not answered'}")
        return "\n".join(lines)

    # ---- from Python

    def answer(self, question: str, choice: int) -> None:
        """Choose, by the number from 1, and print the explanation.

        Raises LookupError for a question that is none, ValueError for a choice that is none.
        """
        self._choose(question, choice)
        print(self._verdict(self._quiz.item(question), choice))

    def check(self) -> None:
        """Print how many questions are answered rightly; in `solve` mode answer them first."""
        if mode() is Mode.SOLVE:
            for item in self._quiz.items:
                self._choose(item.id, item.right)
        chosen = self._chosen()
        right = sum(chosen.get(item.id) == item.right for item in self._quiz.items)
        if not chosen:
            print(f"{self!r}: not answered yet.")
        else:
            print(f"{self!r}: {right} of {len(self._quiz.items)} right.")
        if mode() is Mode.TEACH:
            for item in self._quiz.items:
                print(f"{item.id}: {item.right}. {item.choices[item.right - 1].because}")

    # ---- from the browser

    def heard_answer(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        self._choose(str(content.get("item")), int(content.get("choice") or 0))

    # ---- within

    def _choose(self, question: str, choice: int) -> None:
        item = self._quiz.item(question)
        if not 1 <= choice <= len(item.choices):
            raise ValueError(f"{question} has choices 1 to {len(item.choices)}, not {choice}")
        record = self._progress.get("quizzes", self._quiz.id)
        first = {question: choice, **_numbers(record.get("first"))}
        chosen = {**_numbers(record.get("chosen")), question: choice}
        passed = all(chosen.get(each.id) == each.right for each in self._quiz.items)
        self._progress.put(
            "quizzes",
            self._quiz.id,
            first=first,
            chosen=chosen,
            passed=passed or bool(record.get("passed")),
        )
        self._show()

    def _chosen(self) -> dict[str, int]:
        record = self._progress.get("quizzes", self._quiz.id)
        known = {item.id: len(item.choices) for item in self._quiz.items}
        chosen = _numbers(record.get("chosen"))
        return {k: v for k, v in chosen.items() if 1 <= v <= known.get(k, 0)}

    def _verdict(self, item: quizzes.Item, number: int) -> str:
        choice = item.choices[number - 1]
        return f"{choice.text}: {'right' if choice.right else 'not so'}. {choice.because}"

    def _show(self) -> None:
        answers = {}
        for name, number in self._chosen().items():
            choice = self._quiz.item(name).choices[number - 1]
            answers[name] = {"choice": number, "right": choice.right, "because": choice.because}
        self.change(state={"answers": answers})


def _numbers(value: object) -> dict[str, int]:
    """A record's mapping of questions to choices; whatever else is there is left out."""
    if not isinstance(value, dict):
        return {}
    return {str(k): v for k, v in value.items() if isinstance(v, int)}
