"""A served lab and plain netmiko: what an outside script has, and nothing more.

No labkit import here on purpose: the walk is proved from outside.
"""

from __future__ import annotations

from pathlib import Path

from netmiko import ConnectHandler
from netmiko.base_connection import BaseConnection

from tests.serving import Serving


class Served(Serving):
    """One netmiko connection per device."""

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__(folder, *options)
        self._connections: dict[str, BaseConnection] = {}

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

    def close(self) -> int:
        """Close every connection, and end the lab; its exit status."""
        for connection in self._connections.values():
            connection.disconnect()
        return super().close()
