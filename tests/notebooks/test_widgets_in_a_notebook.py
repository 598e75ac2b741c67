"""A notebook with every widget of the course: stored once, it compares in every later run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.notebooks.stored import executed

CELLS = [
    'from labkit.desk import Desk, Exercise, Predict, Progress, Quiz\ndesk = Desk("mirror")\ndesk',
    'desk.start("baseline")\ntask = Exercise(desk, "mirror-200")\ntask',
    "task.check()",
    'desk.start("tunnel")\nguess = Predict(desk, "predict-esp-length")\nguess',
    "guess.reveal()",
    'quiz = Quiz("phase-1")\nquiz',
    "quiz.check()",
    "Progress()",
]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notebook") / "00_all.ipynb"
    book: Any = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    book.cells = [nbformat.v4.new_code_cell(each) for each in CELLS]  # type: ignore[no-untyped-call]
    nbformat.write(book, path)  # type: ignore[no-untyped-call]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABKIT_HOME", os.environ["LABKIT_HOME"])  # put back what it changes
        patch.setenv("LABKIT_MODE", "learn")
        path.write_text(executed(path), encoding="utf-8")
    return path


def nbval(path: Path, home: Path, mode: str, *options: str) -> str:
    environment = {**os.environ, "LABKIT_HOME": str(home), "LABKIT_MODE": mode}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    return done.stdout[-4000:] + done.stderr[-1000:] if done.returncode else ""


def test_nothing_is_attempted_and_nothing_raises(stored: Path) -> None:
    outputs = json.loads(stored.read_text())["cells"]
    text = json.dumps(outputs, ensure_ascii=False)
    for said in ("(mirror-200): not attempted.", "Not answered yet", "Phase 1: not answered yet."):
        assert said in text
    assert "widget-view" not in text and '"error"' not in text


def test_it_compares_strictly(stored: Path, tmp_path: Path) -> None:
    assert nbval(stored, tmp_path, "learn", "--nbval") == ""


def test_in_solve_mode_every_cell_still_runs(stored: Path, tmp_path: Path) -> None:
    assert nbval(stored, tmp_path, "solve", "--nbval-lax") == ""
    done = json.loads((tmp_path / "progress" / "exercises" / "mirror-200.json").read_text())
    assert done["passed"] is True
