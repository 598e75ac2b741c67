"""What `labkit test` runs: style, types, floors, then every test and every notebook, strictly.

`python -m tests [-- ARGUMENTS FOR PYTEST ALONE]`.  Knows which checkers there are; must not know
what they check.  pytest comes last, so that its closing line is the last word.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = {
    "style (ruff)": ("-m", "ruff", "check", "."),
    "types (mypy)": ("-m", "mypy"),
    "floors (import-linter)": ("-c", "from importlinter.cli import lint_imports_command as c; c()"),
}


def main(words: Sequence[str]) -> int:
    """Run every check; 0 if all passed."""
    extra = [word for word in words if word != "--"]
    failed = []
    if extra:
        print("the tests", flush=True)
    else:
        failed = [name for name, command in CHECKS.items() if not check(name, command)]
        passed = len(CHECKS) - len(failed)
        print(f"{passed} of {len(CHECKS)} checks pass, now the tests", flush=True)
    with tempfile.TemporaryDirectory(prefix="labkit-home-") as home:
        environment = {**os.environ, "LABKIT_HOME": home, "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-m", "pytest", *pytest_arguments(), *extra]
        status = subprocess.run(command, cwd=ROOT, env=environment).returncode
    for name in failed:
        print(f"labkit: {name} did not pass, see above", file=sys.stderr)
    return 1 if status or failed else 0


def check(name: str, command: Sequence[str]) -> bool:
    """Run one checker; its output is shown only when it complains."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, errors="replace"
    )
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'}  {name}", flush=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def pytest_arguments() -> list[str]:
    """Two workers, a file to a worker (nbval cannot split a notebook), notebooks if any."""
    workers = min(os.cpu_count() or 1, 4)
    arguments = ["-n", str(workers), "--dist", "loadfile"] if workers > 1 else []
    if any((ROOT / "notebooks").glob("*.ipynb")):
        gallery = [f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.ipynb"))]
        arguments += ["--nbval", "--nbval-current-env", "tests", "notebooks", *gallery]
    return arguments


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
