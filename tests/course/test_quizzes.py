"""Every file of `data/quizzes/`."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.course import quiz
from labkit.course.forms import FormError

GOOD = """\
title: T
notebook: "01"
questions:
  - id: q
    ask: Which?
    choices:
      - {text: a, because: It is., right: true}
      - {text: b, because: It is not.}
"""


@pytest.mark.parametrize("name", quiz.names())
def test_every_choice_explains_itself(name: str) -> None:
    for item in quiz.load(name).items:
        assert all(choice.because.endswith((".", "?")) for choice in item.choices)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (", because: It is not.", "", r"bad.yaml: questions 1: choices 2: `because` is missing"),
        (", right: true", "", "of at least two choices one is"),
        ("text: b", "text: a", "used twice: a"),
        ("Which?", "Which {nothing}?", r"\{nothing\} is no placeholder"),
        ('"01"', "1", "two digits in quotes"),
        ("title: T", "titel: T", "`title` is missing"),
    ],
)
def test_a_file_that_is_not_of_its_form_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(FormError, match=message):
        quiz.read(path)


@pytest.mark.parametrize("name", quiz.names())
def test_the_right_choice_is_not_found_by_its_place(name: str) -> None:
    """Whoever takes the first choice each time, or any other, has not everything right."""
    places = {item.right for item in quiz.load(name).items}
    assert len(places) > 1
