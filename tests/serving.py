"""`labkit serve --json` as a process of its own, with what its one line said.

No labkit import, on purpose: whoever stands on this proves the lab from outside.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE = 60.0
"""Seconds after which something that should have come never will."""


class Serving:
    """A lab that is served until closed; captures go to `folder`."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        words = ["-m", "labkit", "serve", "--json", "--capture-dir", str(folder), *options]
        self._process = subprocess.Popen(
            [sys.executable, *words], stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(self.complaints())
        self.facts: dict[str, Any] = json.loads(line)

    def login(self, name: str) -> dict[str, Any]:
        """The netmiko arguments that the JSON gives for a device."""
        return dict(next(d for d in self.facts["devices"] if d["name"] == name)["netmiko"])

    def complaints(self) -> str:
        """Everything on the lab's standard error so far."""
        descriptor = self._errors.fileno()  # the child writes where this file's position is
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")

    def close(self) -> int:
        """End the lab as a person would; its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=PATIENCE)
        return self._process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
