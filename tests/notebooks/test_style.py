"""The house rules of the course's notebooks, held over the stored files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labkit.course import exercise, quiz
from labkit.resources import notebooks
from tests.notebooks import style
from tests.notebooks.style import RULES, Document, Rule

PATHS = sorted(notebooks().glob("*.ipynb"))


def read(path: Path) -> Document:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_there_are_notebooks_numbered_without_a_gap() -> None:
    """NN_noun_phrase.ipynb, from 00 up."""
    assert [path.name[:3] for path in PATHS] == [f"{n:02}_" for n in range(len(PATHS))]
    assert PATHS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_keeps_the_rules(path: Path, rule: Rule) -> None:
    assert list(rule(path.name[:2], read(path))) == []


def test_no_id_is_used_in_two_notebooks_and_none_is_forgotten() -> None:
    """A notebook that has exercises has all that belong to it."""
    used = [name for path in PATHS for _, name in style.ids(read(path))]
    assert sorted(used) == sorted(set(used))
    numbers = {path.name[:2] for path in PATHS if style.ids(read(path))}
    loaded = [*map(exercise.load, exercise.names()), *map(quiz.load, quiz.names())]
    forgotten = [each.id for each in loaded if each.notebook in numbers and each.id not in used]
    assert forgotten == []
