"""The proof of the course and the empty notebooks that it is measured beside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import benchmarks
from tests.benchmarks import notebooks
from tests.benchmarks.measure import Skipped
from tests.notebooks import style


def test_an_empty_notebook_is_one_that_strict_nbval_compares(tmp_path: Path) -> None:
    """A cell without a number would be passed without being looked at, and cost nothing."""
    document = json.loads(notebooks.write_empty(tmp_path / "00.ipynb").read_text(encoding="utf-8"))
    assert list(style.every_cell_was_run("00", document)) == []


def test_the_course_is_skipped_with_a_sentence_where_nbval_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notebooks, "find_spec", lambda tool: None if tool == "nbval" else tool)
    (outcome,) = benchmarks.outcomes(("notebooks",))
    assert isinstance(outcome, Skipped)
    assert outcome.why == "nbval is not installed"
