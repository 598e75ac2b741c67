"""The course's progress as rows: what each notebook has, and how much of it is passed.

Knows exercises, questions, quizzes and the records of them; must not know how they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit import resources
from labkit.course import exercise, quiz
from labkit.course.exercise import Question
from labkit.course.progress import Progress


@dataclass(frozen=True, slots=True)
class Thing:
    """An exercise, a question or a quiz, and whether it is passed (None: never tried)."""

    kind: str
    id: str
    title: str
    notebook: str
    passed: bool | None


def things(progress: Progress) -> list[Thing]:
    """Everything that can be passed, in the order of the notebooks."""
    found: list[Thing] = []
    for each in map(exercise.load, exercise.names()):
        kind = "question" if isinstance(each, Question) else "exercise"
        record = progress.get(f"{kind}s", each.id)
        found.append(Thing(kind, each.id, each.title, each.notebook, _passed(record)))
    for one in map(quiz.load, quiz.names()):
        record = progress.get("quizzes", one.id)
        found.append(Thing("quiz", one.id, one.title, one.notebook, _passed(record)))
    return sorted(found, key=lambda thing: (thing.notebook, thing.kind, thing.id))


def notebook_names() -> dict[str, str]:
    """The file name of each notebook by its number."""
    return {path.name[:2]: path.name for path in sorted(resources.notebooks().glob("*.ipynb"))}


def _passed(record: dict[str, object]) -> bool | None:
    return bool(record.get("passed")) if record else None
