"""Every file of `data/exercises/`: nothing, the wrong answers, the right one.

Through the in-process prompts, which takes a moment each; with LABKIT_MODE=solve through SSH, as
in the notebooks of CI.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labkit.course import exercise as exercises
from labkit.course.checking import Outcome, apply, check, dialogue, judge
from labkit.course.exercise import Exercise, Question, WrongAnswer
from labkit.course.observer import InProcess, Observer, OverSsh
from labkit.sim import Lab

OVER_SSH = os.environ.get("LABKIT_MODE") == "solve"
LOADED = [exercises.load(name) for name in exercises.names()]
EXERCISES = [each for each in LOADED if isinstance(each, Exercise)]
QUESTIONS = [each for each in LOADED if isinstance(each, Question)]
WRONG = [
    pytest.param(each, wrong, id=f"{each.id}-{number}")
    for each in EXERCISES
    for number, wrong in enumerate(each.wrong, start=1)
]


@contextmanager
def lab(checkpoint: str, folder: Path) -> Iterator[Observer]:
    with Lab(checkpoint, capture_dir=folder if OVER_SSH else None) as started:
        if not OVER_SSH:
            yield InProcess(started)
            return
        observer = OverSsh.of(started.serve())
        try:
            yield observer
        finally:
            observer.close()


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda each: each.id)
def test_untouched_is_not_attempted_and_the_solution_passes(
    exercise: Exercise, tmp_path: Path
) -> None:
    with lab(exercise.start, tmp_path) as observer:
        assert check(exercise, observer).outcome is Outcome.NOT_ATTEMPTED
        assert apply(observer, exercise.solution) == []
        report = check(exercise, observer)
        assert report.outcome is Outcome.PASSED, str(report)


@pytest.mark.parametrize(("exercise", "wrong"), WRONG)
def test_each_wrong_answer_fails_first_at_its_check_with_a_sentence(
    exercise: Exercise, wrong: WrongAnswer, tmp_path: Path
) -> None:
    with lab(exercise.start, tmp_path) as observer:
        apply(observer, wrong.steps)
        report = check(exercise, observer)
    assert report.outcome is Outcome.NOT_YET, str(report)
    failed = next(each for each in report.verdicts if not each.passed)
    assert failed.check.id == wrong.fails, str(report)
    sentence = failed.sentence
    assert sentence.endswith((".", "?")) and "{" not in sentence


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda each: each.id)
def test_every_check_can_fail(exercise: Exercise, tmp_path: Path) -> None:
    """At the start none of the behaviour is there yet: at least one check fails before."""
    with lab(exercise.start, tmp_path) as observer:
        assert not all(each.passed for each in judge(exercise.checks, observer))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.id)
def test_a_questions_answer_is_what_the_lab_shows(question: Question, tmp_path: Path) -> None:
    with lab(question.start, tmp_path) as observer:
        assert bool(dialogue(observer, question)) == bool(question.run)
        for verdict in judge(question.checks, observer):
            assert verdict.passed, verdict.sentence


def test_the_right_choice_of_a_question_is_not_found_by_its_place() -> None:
    """No place wins more than half of the questions of the course, nor all of one notebook."""
    places: dict[str, list[int]] = {}
    for each in sorted(QUESTIONS, key=lambda question: question.notebook):
        if each.choices:
            place = each.choices.index(each.answer) + 1
            places.setdefault(each.notebook, []).append(place)
    every = [place for found in places.values() for place in found]
    assert all(every.count(place) * 2 <= len(every) for place in set(every))
    assert [number for number, found in places.items() if len(found) > 1 == len(set(found))] == []
