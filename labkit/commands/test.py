"""`labkit test`: style, types, floors, then every test and every notebook, strictly.

Knows which checkers there are; must not know what they check.  pytest comes last, so that its
closing line is the last word.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from labkit import resources
from labkit.commands import CommandError

CHECKS = {
    "style (ruff)": ("-m", "ruff", "check", "."),
    "types (mypy)": ("-m", "mypy"),
    "floors (import-linter)": ("-c", "from importlinter.cli import lint_imports_command as c; c()"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pytest", nargs=argparse.REMAINDER, help="after `--`: arguments for pytest alone"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run every check; 0 if all passed.  Raises CommandError when this is no clone."""
    root = resources.clone()
    if root is None:
        raise CommandError(
            "the tests are in the repository, not in the installed package: clone it "
            "and run `python -m labkit test` there",
            status=2,
        )
    extra = [word for word in arguments.pytest if word != "--"]
    failed = (
        []
        if extra
        else [name for name, command in CHECKS.items() if not check(name, command, root)]
    )
    print(
        f"{len(CHECKS) - len(failed)} of {len(CHECKS)} checks pass, now the tests"
        if not extra
        else "the tests",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="labkit-home-") as home:
        environment = {**os.environ, "LABKIT_HOME": home, "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-m", "pytest", *pytest_arguments(root), *extra]
        status = subprocess.run(command, cwd=root, env=environment).returncode
    for name in failed:
        print(f"labkit: {name} did not pass, see above", file=sys.stderr)
    return 1 if status or failed else 0


def check(name: str, command: Sequence[str], root: Path) -> bool:
    """Run one checker; its output is shown only when it complains."""
    done = subprocess.run(
        [sys.executable, *command], cwd=root, capture_output=True, text=True, errors="replace"
    )
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'}  {name}", flush=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def pytest_arguments(root: Path) -> list[str]:
    """Two workers, a file to a worker (nbval cannot split a notebook), notebooks if any."""
    workers = min(os.cpu_count() or 1, 4)
    arguments = ["-n", str(workers), "--dist", "loadfile"] if workers > 1 else []
    if any((root / "notebooks").glob("*.ipynb")):
        gallery = [f"docs/{path.name}" for path in sorted((root / "docs").glob("*.ipynb"))]
        arguments += ["--nbval", "--nbval-current-env", "tests", "notebooks", *gallery]
    return arguments
