"""The page for instructors says what is so: its script runs, its minutes are the notebooks'."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from labkit.course.progress import Progress
from labkit.resources import notebooks
from labkit.sim.lab import faults
from tests.notebooks.style import cells, source
from tests.notebooks.test_style import read


def page(repository: Path) -> str:
    return (repository / "docs" / "instructors.md").read_text(encoding="utf-8")


def test_its_script_counts_what_tokens_hold_and_names_a_damaged_one(
    repository: Path, tmp_path: Path
) -> None:
    (script,) = re.findall(r"```python\n(import sys.*?)```", page(repository), re.DOTALL)
    ada = Progress(tmp_path / "ada")
    ada.put("exercises", "mirror-200", passed=True)
    ada.put("quizzes", "tap", passed=True)
    ada.put("questions", "weakest-link", passed=False)
    (tmp_path / "ada.txt").write_text(ada.token() + "\n")
    (tmp_path / "bob.txt").write_text(ada.token()[:-1])
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=repository,
    )
    header, first, second = done.stdout.splitlines()
    assert header == "learner,00,01,02,03,04,05,06,07,08,09"
    assert first == "ada,0,0,0,0,2,0,0,0,0,0"
    assert second.startswith("bob,this token was damaged")


def test_its_minutes_are_those_of_the_notebooks(repository: Path) -> None:
    said = dict(re.findall(r"^\| (\d\d) \| (\d+) \|", page(repository), re.MULTILINE))
    found = {}
    for path in sorted(notebooks().glob("*.ipynb")):
        prose = "\n".join(source(cell) for cell in cells(read(path), "markdown"))
        (found[path.name[:2]],) = re.findall(r"^\*(\d+) minutes\.\*", prose, re.MULTILINE)
    assert said == found
    assert 280 < sum(map(int, found.values())) < 300, "nearly five hours"


def test_it_counts_the_faults(repository: Path) -> None:
    (said,) = re.findall(r"lists (\d+) of them by symptom", page(repository))
    assert int(said) == len(faults.names())
