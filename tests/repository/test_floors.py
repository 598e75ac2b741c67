"""The floors hold, for every module there is: a planted import upwards is found and named."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "labkit"
FORBIDDEN = [
    ("labkit.protocols.wire", "labkit.protocols.ike"),
    ("labkit.protocols.ike", "labkit.protocols.esp"),
    ("labkit.protocols.ike", "labkit.protocols.fields"),
    ("labkit.protocols.ike", "labkit.sim.model"),
    ("labkit.protocols", "labkit.capture"),
    ("labkit.capture", "labkit.sim"),
    ("labkit.sim.model", "labkit.sim.net"),
    ("labkit.sim.grammar", "labkit.sim.net"),
    ("labkit.sim.net", "labkit.sim.routers.shell"),
    ("labkit.sim.routers", "labkit.sim.lab.lab"),
    ("labkit.sim.routers.ios", "labkit.sim.serve"),
    ("labkit.sim.serve", "labkit.sim.lab"),
    ("labkit.sim.lab", "labkit.course"),
    ("labkit.sim.routers.sros", "labkit.drive"),
    ("labkit.drive", "labkit.course"),
    ("labkit.course", "labkit.desk"),
    ("labkit.desk", "labkit.commands"),
    ("labkit.course", "labkit.sim.net.acl"),
    ("labkit.desk", "labkit.sim.lab.lab"),
    ("labkit.drive", "labkit.sim.model.topology"),
    ("labkit.commands", "labkit.sim.lab.faults"),
    ("labkit.openlab", "labkit.sim.serve"),
    ("labkit.commands", "labkit.sim.routers.ios.shell"),
    ("labkit.desk", "labkit.sim.grammar"),
]
"""In which package a module is planted, and what it then imports against the contracts."""


def lint(folder: Path) -> tuple[int, str]:
    """import-linter's status for the tree in a folder, and what it said on one line."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    """What import-linter says of a copy of the tree in which every forbidden import stands."""
    folder = tmp_path_factory.mktemp("planted")
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    source_alone = shutil.ignore_patterns("__pycache__", "*.js", "*.css", "_data", "_notebooks")
    shutil.copytree(PACKAGE, folder / "labkit", ignore=source_alone)
    for number, (package, imported) in enumerate(FORBIDDEN):
        module = folder.joinpath(*package.split("."), f"planted_{number}.py")
        module.write_text(f"import {imported}\n", encoding="utf-8")
    return lint(folder)


def test_imports_go_only_down_the_floors() -> None:
    status, said = lint(REPOSITORY)
    assert status == 0, said


def test_every_module_is_in_the_graph_that_is_linted() -> None:
    """A folder without `__init__.py` is not, with all that is in it."""
    files = {path.relative_to(REPOSITORY).with_suffix("") for path in PACKAGE.rglob("*.py")}
    modules = {".".join(path.parts).removesuffix(".__init__") for path in files}
    assert modules - grimp.build_graph("labkit", cache_dir=None).modules == set()


@pytest.mark.parametrize("number", range(len(FORBIDDEN)), ids=[" to ".join(x) for x in FORBIDDEN])
def test_a_planted_import_upwards_is_refused(number: int, planted: tuple[int, str]) -> None:
    status, said = planted
    package, imported = FORBIDDEN[number]
    assert status == 1, said
    assert re.search(rf"{package}\.planted_{number} -> {re.escape(imported)}\b", said), said
