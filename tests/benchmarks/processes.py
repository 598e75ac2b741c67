"""Other interpreters: a program that serves until it is told to end, and one question to a child.

Whatever is measured between processes starts here, so that both sides are started alike.  Knows
processes and pipes; must not know what runs in them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from labkit import resources

PATIENCE = 120.0
"""Seconds that a child may take for its one line."""

CLONE = Path(__file__).resolve().parents[2]


class Program:
    """A child that prints one JSON object when it is ready and ends when its input does.

    `told` is that object.  Raises RuntimeError, with the child's last words, if it never comes.
    """

    def __init__(self, *arguments: str | Path, python: Path | None = None) -> None:
        """Start it; `python` is an interpreter with an environment of its own, not ours."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        self._process = subprocess.Popen(
            [str(python or sys.executable), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=CLONE,
            env=environment(own=python is not None),
        )
        try:
            self.told = self._listen()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; one that does not listen is killed."""
        try:
            self._process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._errors.close()

    def _listen(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        watchdog = threading.Timer(PATIENCE, self._process.kill)
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line.startswith(b"{"):
            self._process.kill()
            self._process.wait()
            self._errors.seek(0)
            raise RuntimeError(_last_words(self._errors.read()))
        told: dict[str, Any] = json.loads(line)
        return told


def ask(code: str, *arguments: str | Path) -> Any:
    """Run code in a fresh interpreter; the JSON value that it prints last.

    Raises RuntimeError with the interpreter's last words if it fails.
    """
    run = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        env=environment(),
    )
    if run.returncode:
        raise RuntimeError(_last_words(run.stderr))
    return json.loads(run.stdout.splitlines()[-1])


def environment(*, own: bool = False) -> dict[str, str]:
    """Variables for a child of ours, which finds this very labkit also where it is not
    installed; or for one with an environment of its `own`, which must see nothing of ours."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if not own:
        found = os.environ.get("PYTHONPATH")
        path = [str(resources.package().parent), *([found] if found else [])]
        variables["PYTHONPATH"] = os.pathsep.join(path)
    return variables


def _last_words(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the child said nothing"
