"""A learner at one exercise or one question: what they do becomes a result and a record.

Joins the desk, the checking and the progress; the widgets and the command line stand on it.
Must not know Jupyter.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.course.checking import Outcome, Report, Tell, apply, check, dialogue, judge
from labkit.course.desk import Desk
from labkit.course.exercise import Exercise, PromptLines, Question, number
from labkit.course.observer import Observer
from labkit.course.progress import Progress

Where = Desk | Observer


class Attempt:
    """At an exercise."""

    def __init__(self, where: Where, exercise: Exercise, progress: Progress | None = None) -> None:
        self.exercise = exercise
        self.progress = progress or Progress()
        self._where = where

    @property
    def observer(self) -> Observer:
        return observer_of(self._where)

    @property
    def hints_shown(self) -> int:
        """How many rungs of the ladder were taken."""
        return min(_count(self._record.get("hints")), len(self.exercise.hints))

    @property
    def passed(self) -> bool:
        """Whether it was ever passed."""
        return bool(self._record.get("passed"))

    def check(self, tell: Tell | None = None) -> Report:
        """Look, and keep what was found.  Raises OSError where that cannot be kept."""
        report = check(self.exercise, self.observer, tell)
        if report.outcome is not Outcome.NOT_ATTEMPTED:
            passed = report.outcome is Outcome.PASSED
            tries = _count(self._record.get("tries")) + 1
            self._put(passed=passed or self.passed, tries=tries, outcome=str(report.outcome))
            if isinstance(self._where, Desk):
                self._where.keep()
        return report

    def hint(self) -> tuple[str, str]:
        """The next rung of the ladder: its name and its text (the last one again at the end)."""
        shown = min(self.hints_shown + 1, len(self.exercise.hints))
        self._put(hints=shown)
        return self.exercise.hints[shown - 1]

    def reveal(self) -> str:
        """The solution as text; that it was looked at is kept."""
        self._put(solution=True)
        return steps_text(self.exercise.solution)

    def start(self) -> str:
        """Begin again at the exercise's checkpoint; returns what the desk says.

        Raises LookupError where there is no desk.
        """
        if not isinstance(self._where, Desk):
            raise LookupError("only a desk can start a checkpoint")
        return self._where.begin(self.exercise.start)

    def solve(self) -> None:
        """Type the solution.  Raises RuntimeError where a device refuses a line of it."""
        refused = apply(self.observer, self.exercise.solution)
        if refused:
            raise RuntimeError("; ".join(refused))

    @property
    def _record(self) -> dict[str, object]:
        return self.progress.get("exercises", self.exercise.id)

    def _put(self, **facts: object) -> None:
        self.progress.put("exercises", self.exercise.id, **facts)


@dataclass(frozen=True, slots=True, repr=False)
class Revelation:
    """What a question's commands showed, and how the answer given compares."""

    committed: str
    right: bool
    explanation: str
    seen: str

    def __str__(self) -> str:
        verdict = "right" if self.right else "not so"
        said = f"You said {self.committed}: {verdict}. {self.explanation}"
        return f"{self.seen}\n\n{said}" if self.seen else said

    __repr__ = __str__


class Prediction:
    """At a question: first the commitment, then what is seen."""

    def __init__(self, where: Where, question: Question, progress: Progress | None = None) -> None:
        self.question = question
        self.progress = progress or Progress()
        self._where = where
        self.committed: str | None = None
        """The answer that was given; it stands."""

    def commit(self, answer: object) -> str:
        """Give an answer.  Raises ValueError for one that is no choice or no number."""
        if self.committed is not None:
            raise ValueError(f"you said {self.committed}, and that stands")
        text = str(answer).strip()
        if self.question.choices:
            if text.isdigit() and 1 <= int(text) <= len(self.question.choices):
                text = self.question.choices[int(text) - 1]
            if text not in self.question.choices:
                raise ValueError(f"choose one of: {', '.join(self.question.choices)}")
        else:
            text = f"{number(text):g}"
        self.committed = text
        passed = self._right(text)
        self.progress.put("questions", self.question.id, answer=text, passed=passed)
        return text

    def reveal(self) -> Revelation:
        """Run the question's commands and compare.  Raises LookupError before a commitment."""
        if self.committed is None:
            raise LookupError("not answered yet")
        observer = observer_of(self._where)
        shown = dialogue(observer, self.question)
        return Revelation(self.committed, self._right(self.committed), self._explain(), shown)

    def confirmed(self) -> bool:
        """Whether the lab shows what the question says (after `reveal`)."""
        verdicts = judge(self.question.checks, observer_of(self._where))
        return all(each.passed for each in verdicts)

    def teaching(self) -> str:
        """For whoever teaches: the answer with its reason, and the typical wrong ones."""
        return "\n".join(
            [
                f"Answer: {self._answer}. {self.question.because}",
                *(f"Typical: {wrong}. {why}" for wrong, why in self.question.wrong.items()),
            ]
        )

    @property
    def _answer(self) -> str:
        """With its unit."""
        return f"{self.question.answer} {self.question.unit}".rstrip()

    def _right(self, text: str) -> bool:
        if self.question.choices:
            return text == self.question.answer
        return number(text) == number(self.question.answer)

    def _explain(self) -> str:
        text = self.committed or ""
        if self._right(text):
            return self.question.because
        for wrong, why in self.question.wrong.items():
            if wrong == text or (not self.question.choices and number(wrong) == number(text)):
                return f"{why} {self.question.because}"
        return f"It is {self._answer}. {self.question.because}"


def observer_of(where: Where) -> Observer:
    """How one looks at a desk or whatever else is looked at."""
    return where.observer if isinstance(where, Desk) else where


def steps_text(steps: tuple[PromptLines, ...]) -> str:
    """Steps as a person reads them."""
    return "\n\n".join(f"On {step.device}:\n{step.text}" for step in steps)


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
