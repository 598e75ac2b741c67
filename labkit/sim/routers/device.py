"""What every platform's device offers to the lab, and how it refuses a configuration line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from labkit.sim.routers.shell import Shell


class ConfigError(ValueError):
    """A line was refused: `line` as it was given, `message` in the vendor's words."""

    def __init__(self, line: str, message: str) -> None:
        super().__init__(f"{line.strip()!r}: {message}")
        self.line = line
        self.message = message


class Device(Protocol):
    """A device of the lab above its `net` node: configuration and sessions."""

    name: str

    def load(self, lines: Sequence[str]) -> None:
        """Take configuration lines.  Raises ConfigError for the first that is refused."""

    def render(self) -> str:
        """The whole configuration; a fresh device that loads it is the same."""

    def save(self) -> str:
        """Make the running configuration the one that a restart begins with; returns it."""

    def debug_commands(self) -> list[str]:
        """Commands that bring back what is set but is no configuration."""

    def open_shell(
        self, kind: str = "ssh", *, width: int = 80, height: int = 24, secret: str | None = None
    ) -> Shell:
        """A new session, not started yet; `secret` is what `enable` takes if nothing is set."""
