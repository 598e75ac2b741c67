"""The panel, the question, the quiz and the progress as a learner uses them, in a real browser."""

from __future__ import annotations

import pytest

pytest.importorskip("anywidget", reason="anywidget is not installed")

SETUP = """from labkit.desk import Desk, Exercise, Predict, Progress, Quiz
from labkit.course.exercise import exercise
from labkit.course.checking import apply
desk = Desk("phase1-open")"""
SOLVE = "_ = apply(desk.observer, exercise('phase1-both-gateways').solution)"


@pytest.mark.needs("chromium")
def test_solving_an_exercise_wrongly_and_then_rightly(open_notebook) -> None:
    wrong = "desk.configure('Site-A-GW-Router', 'crypto isakmp policy 10\\n group 2')"
    cells = [SETUP, 'task = Exercise(desk, "phase1-both-gateways")\ntask', "task", wrong, SOLVE]
    book = open_notebook(cells, run=False)
    for index in range(3):
        book.run(index)
    panels = book.page.locator(".labkit-exercise")
    panel, second = panels.nth(0), panels.nth(1)
    check = panel.get_by_role("button", name="Check my work")
    check.click()
    panel.get_by_text("Not attempted: nothing has changed").wait_for()
    book.run(3)
    check.focus()
    book.page.keyboard.press("Enter")
    panel.get_by_text("Not yet: 0 of 8 checks hold.").wait_for()
    panel.get_by_text("Site-A-GW-Router has encryption des in policy 10").wait_for()
    second.get_by_text("Not yet: 0 of 8 checks hold.").wait_for()
    panel.get_by_role("button", name="Hint 1 of 4").click()
    panel.get_by_text("Two things make Phase 1").wait_for()
    second.get_by_role("button", name="Hint 2 of 4").click()
    panel.get_by_role("button", name="Hint 3 of 4").wait_for()
    book.picture("exercise-not-yet", panel)
    book.run(4)
    check.click()
    panel.get_by_text("Passed: all 8 checks hold.").wait_for()
    second.get_by_text("✓ passed").wait_for()
    panel.get_by_role("button", name="Solution").click()
    panel.get_by_role("button", name="Show it, really").click()
    panel.get_by_role("region", name="Solution").wait_for()
    book.picture("exercise-passed", panel)
    assert book.accessibility() == []
    assert book.output(1).startswith("Exercise phase1-both-gateways: Phase 1 on both gateways")


@pytest.mark.needs("chromium")
def test_a_prediction_is_committed_before_anything_shows(open_notebook) -> None:
    book = open_notebook(
        [SETUP.replace("phase1-open", "tunnel"), 'Predict(desk, "predict-esp-length")'], dark=True
    )
    panel = book.page.locator(".labkit-predict")
    panel.get_by_role("button", name="That is my answer").click()
    panel.get_by_text("Answer first.").wait_for()
    field = panel.get_by_role("textbox")
    field.fill("146")
    field.press("Enter")
    panel.get_by_text("Not so.").wait_for()
    assert "ESP  202" in panel.get_by_role("region", name="What happened").inner_text()
    assert field.is_disabled()
    book.picture("predict-dark", panel)
    assert book.accessibility() == []


@pytest.mark.needs("chromium")
def test_a_quiz_is_answered_and_found_again_after_the_kernel_was_restarted(open_notebook) -> None:
    cells = [
        "from labkit.desk import Progress, Quiz",
        'Quiz("phase-1")',
        "board = Progress()\nboard",
        "print(board.report())",
    ]
    book = open_notebook(cells, viewport=(1024, 1400))
    quiz = book.page.locator(".labkit-quiz")
    for question, choice in ((0, "MM_ACTIVE"), (0, "QM_IDLE"), (1, "They use the shorter one.")):
        box = quiz.locator("fieldset").nth(question)
        box.get_by_role("radio", name=choice).check()
        box.get_by_role("button", name="Answer").click()
        box.get_by_text("Not so." if choice == "MM_ACTIVE" else "✓ Right.").wait_for()
    quiz.get_by_text("2 of 3 right").wait_for()
    box = quiz.locator("fieldset").nth(2)
    box.get_by_role("radio", name="A message that failed its sanity check").check()
    box.get_by_role("button", name="Answer").click()
    quiz.get_by_text("3 of 3 right").wait_for()
    board = book.page.locator(".labkit-progress")
    board.get_by_text("✓ quiz: Phase 1 (passed)").wait_for()
    assert board.locator("details[open]").count() < board.locator("details").count()
    book.picture("quiz", quiz)
    board.get_by_role("button", name="Give me the line").click()
    book.page.wait_for_function(
        "() => document.querySelector('.labkit-token').value.startsWith('labkit1.')"
    )
    book.picture("progress", board)
    board.get_by_role("textbox").fill("labkit1.rubbish.0")
    board.get_by_role("button", name="Restore from this line").click()
    book.page.get_by_role("alert").get_by_text("its checksum does not fit").wait_for()
    assert book.accessibility() == []
    book.restart()
    book.run()
    quiz.get_by_text("3 of 3 right").wait_for()
    assert "✓ quiz phase-1" in book.output(3)


@pytest.mark.needs("chromium")
def test_choices_stand_in_one_column_above_the_button_that_commits(open_notebook) -> None:
    """Words that wrap stay beside their radio button, and a long question within its frame."""
    cells = [
        SETUP.replace("phase1-open", "mirror"),
        'Predict(desk, "does-a-label-hide")\n',
        'Quiz("start-here")',
    ]
    book = open_notebook(cells, viewport=(800, 900))
    panel = book.page.locator(".labkit-predict")
    commit, last = book.places(
        panel.get_by_role("button", name="That is my answer"), panel.locator(".labkit-choice").last
    )
    assert commit["y"] >= last["y"] + last["height"]
    assert commit["x"] <= last["x"] + 1
    quiz = book.page.locator(".labkit-quiz")
    quiz.wait_for()
    for box in quiz.locator(".labkit-choice").all():
        radio, words = book.places(box.locator("input"), box.locator("span"))
        assert words["x"] >= radio["x"] + radio["width"]
    for question in quiz.locator("fieldset").all():
        frame, legend = book.places(question, question.locator("legend"))
        assert legend["y"] > frame["y"] and legend["width"] > 0.9 * frame["width"]
    book.picture("choices", book.page.locator(".jp-Notebook").first)
