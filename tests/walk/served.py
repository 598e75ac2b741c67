"""A served lab and plain netmiko: what an outside script has, and nothing more.

No labkit import here on purpose: the walk is proved from outside.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from netmiko import ConnectHandler
from netmiko.base_connection import BaseConnection


class Served:
    """`labkit serve --json` as a child process, with one netmiko connection per device."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "labkit",
                "serve",
                "--json",
                "--capture-dir",
                str(folder),
                *list(options),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            raise RuntimeError(self.process.stderr.read())
        self.facts: dict[str, Any] = json.loads(line)
        self._connections: dict[str, BaseConnection] = {}

    def login(self, name: str) -> dict[str, Any]:
        """The netmiko arguments that the JSON gives for a device."""
        return dict(next(d for d in self.facts["devices"] if d["name"] == name)["netmiko"])

    def device(self, name: str) -> BaseConnection:
        if name not in self._connections:
            self._connections[name] = ConnectHandler(**self.login(name))
        return self._connections[name]

    def type(self, name: str, command: str, timeout: float = 60.0) -> str:
        """Send one command and return what it printed."""
        return str(self.device(name).send_command(command, read_timeout=timeout))

    def configure(self, name: str, lines: str) -> str:
        """Type configuration lines as they stand."""
        return str(self.device(name).send_config_set([s for s in lines.splitlines() if s.strip()]))

    def capture(self, link: str) -> Path:
        return Path(self.facts["captures"][link])

    @property
    def keys(self) -> Path:
        return Path(self.facts["keys"])

    def stop(self) -> int:
        """Close every connection, send SIGTERM and return the exit status."""
        for connection in self._connections.values():
            connection.disconnect()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return self.process.returncode

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
