"""The exercise panel, the question and the quiz: as text, and in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.course.attempt import Revelation
from labkit.course.desk import Desk
from labkit.course.exercise import exercise
from labkit.course.observer import configure
from labkit.course.progress import Progress
from labkit.desk.exercise.predict import Predict
from labkit.desk.exercise.widget import Exercise
from labkit.desk.quiz.widget import Quiz

ID = "phase1-both-gateways"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with Desk("phase1-open") as made:
        yield made


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_text_twins_are_the_same_whatever_was_done_before(desk: Desk, progress: Progress) -> None:
    before = Exercise(desk, ID, progress=progress).twin()
    progress.put("exercises", ID, passed=True, hints=2)
    after = Exercise(desk, ID, progress=progress)
    assert after.twin() == before
    assert "Passed before." in after.report()
    assert "nudge: Two things make Phase 1" in after.report()


def test_untouched_wrong_and_right_are_told_apart(
    desk: Desk, progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.start("phase1-open")
    task = Exercise(desk, ID, progress=progress)
    assert repr(task.check()) == f"Phase 1 on both gateways ({ID}): not attempted."
    assert progress.get("exercises", ID) == {}
    desk.configure("Site-A-GW-Router", "crypto isakmp policy 10\n group 2")
    assert "○ Site-A-GW-Router has encryption des in policy 10;" in repr(task.check())
    for step in exercise(ID).solution[:2]:
        assert configure(desk.observer, step.device, step.lines) == []
    assert "passed, 8 of 8 checks hold." in repr(task.check())
    assert progress.get("exercises", ID) == {"passed": True, "tries": 2, "outcome": "passed"}


def test_the_ladder_goes_rung_by_rung(
    desk: Desk, progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    task = Exercise(desk, ID, progress=progress)
    for _ in range(5):
        task.hint()
    rungs = re.findall(r"^(nudge|where|command|answer): ", said(capsys), re.MULTILINE)
    assert rungs == ["nudge", "where", "command", "answer", "answer"]


def test_a_question_shows_nothing_before_it_is_answered(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    with Desk("tunnel") as desk:
        guess = Predict(desk, "predict-esp-length", progress=progress)
        guess.reveal()
        assert said(capsys) == "Not answered yet: commit to an answer first.\n"
        guess.answer("146")
        with pytest.raises(ValueError, match="you said 146, and that stands"):
            guess.answer(202)
        guess.reveal()
        text = said(capsys)
    assert "ESP  202" in text
    assert "You said 146: not so. 32 bytes are the ICV" in text


def test_a_wrong_choice_is_explained_and_the_first_one_kept(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    quiz = Quiz("phase-1", progress=progress)
    quiz.check()
    quiz.answer("mm-active", 1)
    quiz.answer("mm-active", 3)
    quiz.check()
    lines = said(capsys).splitlines()
    assert lines[0].endswith("not answered yet.")
    assert lines[1].startswith("MM_ACTIVE: not so. That is what an ASA says.")
    assert lines[2].startswith("QM_IDLE: right.")
    assert lines[3].endswith("1 of 3 right.")
    assert progress.get("quizzes", "phase-1")["first"] == {"mm-active": 1}
    with pytest.raises(ValueError, match="has choices 1 to 4, not 9"):
        quiz.answer("mm-active", 9)


def test_an_unknown_id_is_answered_with_the_known_ones(desk: Desk) -> None:
    with pytest.raises(LookupError, match=f"there is no exercise 'nope'; there are: .*{ID}"):
        Exercise(desk, "nope")
    with pytest.raises(LookupError, match="is a question: use Predict"):
        Exercise(desk, "predict-esp-length")


def test_in_solve_mode_a_check_does_the_work_over_ssh(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABKIT_MODE", "solve")
    with Desk("baseline") as desk:
        report = Exercise(desk, "mirror-200", progress=progress).check()
    assert "passed, 4 of 4 checks hold." in repr(report)


def test_a_question_that_runs_nothing_is_answered_in_its_first_line() -> None:
    assert str(Revelation("4", True, "Because.", "")) == "You said 4: right. Because."
    assert str(Revelation("4", True, "Because.", "seen")).startswith("seen\n\nYou said 4")


def test_in_teach_mode_a_question_tells_its_answer_and_the_typical_wrong_ones(
    progress: Progress, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LABKIT_MODE", "teach")
    with Desk("baseline") as desk:
        Predict(desk, "digits-of-group-5", progress=progress).reveal()
    told = capsys.readouterr().out
    assert told.startswith("Answer: 463 digits. A bit is worth")
    assert "\nTypical: 1536. One decimal digit" in told
    assert told.endswith("Not answered yet: commit to an answer first.\n")
