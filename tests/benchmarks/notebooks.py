"""What the proof of the course costs: strict nbval over every notebook, beside empty ones.

As many empty notebooks as the course has, one trivial cell each, in a folder of their own; both
runs on two workers, a notebook a worker at a time.  An empty one costs a kernel, which ours cost
too; the rest is labs, connections, checks and widgets.  Wants a clone and its development tools.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from labkit import resources
from tests.benchmarks.measure import Comparison, Figures, Reading, Unavailable, seconds, take_turns
from tests.benchmarks.processes import environment

ROUNDS = 1
TIMES_THE_EMPTY = 5
WORKERS = 2
TOOLS = ("pytest", "nbval", "xdist", "ipykernel")
CELL = {
    "cell_type": "code",
    "id": "one",
    "execution_count": 1,
    "metadata": {},
    "source": "1 + 1",
    "outputs": [
        {
            "output_type": "execute_result",
            "execution_count": 1,
            "metadata": {},
            "data": {"text/plain": "2"},
        }
    ],
}


def rows() -> Iterator[Comparison]:
    """The whole course against as many notebooks that do nothing."""
    missing = [tool for tool in TOOLS if find_spec(tool) is None]
    if missing:
        raise Unavailable(f"{missing[0]} is not installed")
    if resources.clone() is None:
        raise Unavailable("the stored notebooks are proved in a clone of the repository")
    yield Comparison(
        f"strict nbval of the course, {WORKERS} workers",
        "as many empty notebooks",
        "s",
        Reading.COST,
        _course,
        TIMES_THE_EMPTY,
    )


def _course() -> Figures:
    ours = sorted(resources.notebooks().glob("*.ipynb"))
    with tempfile.TemporaryDirectory(prefix="labkit-bench-") as folder:
        empty = [write_empty(Path(folder, path.name)) for path in ours]
        figures = take_turns(
            lambda: seconds(lambda: _prove(ours)), lambda: seconds(lambda: _prove(empty)), ROUNDS
        )
    return figures._replace(note=f"{len(ours)} notebooks")


def write_empty(path: Path) -> Path:
    """A notebook with one cell whose stored output is right; returns its path."""
    document = {"cells": [CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _prove(notebooks: list[Path]) -> None:
    """Strict nbval in an empty home.  Raises RuntimeError where a cell differs."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["--nbval", "--nbval-current-env", "-n", str(WORKERS), "--dist", "loadfile"]
    with tempfile.TemporaryDirectory(prefix="labkit-bench-") as home:
        run = subprocess.run(
            [*command, *map(str, notebooks)],
            cwd=notebooks[0].parent,
            env={**environment(), "LABKIT_HOME": home, "LABKIT_MODE": "learn"},
            capture_output=True,
            check=False,
        )
    if run.returncode:
        raise RuntimeError(run.stdout.decode(errors="replace").strip().splitlines()[-1])
