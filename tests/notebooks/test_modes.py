"""The course proved: every notebook is solved over SSH, its sections in the opposite order.

What `solve` types must pass, and no section may need another.  `teach` prints what an instructor
wants beside them; where widgets are told apart it is the same for all notebooks, so a few do.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from labkit.course.progress import Progress, things
from labkit.resources import notebooks

PATHS = sorted(notebooks().glob("*.ipynb"))
TAUGHT = [path for path in PATHS if path.name[:2] in ("00", "06", "09")]


def backwards(cells: list[Any]) -> list[Any]:
    """The setup cell first, then the sections from the last to the first."""
    setup = next(place for place, cell in enumerate(cells) if cell.cell_type == "code") + 1
    sections: list[list[Any]] = [[]]
    for cell in cells[setup:]:
        if cell.cell_type == "markdown" and re.search(r"^##+ ", cell.source, re.MULTILINE):
            sections.append([])
        sections[-1].append(cell)
    return [*cells[:setup], *chain.from_iterable(reversed(sections))]


def run_backwards(path: Path, home: Path, mode: str, patch: pytest.MonkeyPatch) -> str:
    """Run it in a kernel of its own; returns what was printed.  Raises CellExecutionError."""
    patch.setenv("LABKIT_HOME", str(home))
    patch.setenv("LABKIT_MODE", mode)
    book: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    book.cells = backwards(book.cells)
    NotebookClient(book, timeout=300, record_timing=False).execute(cwd=str(path.parent))
    code = (cell for cell in book.cells if cell.cell_type == "code")
    outputs = chain.from_iterable(cell.outputs for cell in code)
    return "\n".join(output.get("text", "") for output in outputs)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_exercise_question_and_quiz_is_solved(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_backwards(path, tmp_path, "solve", monkeypatch)
    found = things(Progress(tmp_path / "progress"))
    ours = [each for each in found if each.notebook == path.name[:2]]
    assert ours and [each.id for each in ours if not each.passed] == []


@pytest.mark.parametrize("path", TAUGHT, ids=lambda path: path.stem)
def test_whoever_teaches_sees_every_solution_and_answer(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run_backwards(path, tmp_path, "teach", monkeypatch)
    ours = [each.kind for each in things(Progress(tmp_path)) if each.notebook == path.name[:2]]
    assert len(re.findall(r"^Solution:$", said, re.MULTILINE)) == ours.count("exercise")
    assert len(re.findall(r"^Answer: ", said, re.MULTILINE)) == ours.count("question")
    assert "It fails at `" in said and "Typical: " in said
