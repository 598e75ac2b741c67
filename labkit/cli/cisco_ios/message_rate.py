"""`logging rate-limit`: at most so many messages a second, of all or of the console alone.

Must not know what a message says.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.cli.cisco_ios import log
from labkit.model.config import Line
from labkit.net.clock import SECOND

DEBUGGING = 7


@dataclass
class MessageRate:
    """The limit, and what has passed in the second that runs."""

    limit: int | None = None
    """Messages a second; None: no limit."""
    debugs: bool = False
    """`all`: debug output is counted, too."""
    console: bool = False
    """Only what goes to the console is limited."""
    spared: int = -1
    """`except`: messages of this level and of graver ones pass."""
    _began: int = 0
    _passed: int = 0

    @classmethod
    def of(cls, line: Line | None) -> MessageRate:
        """What a line of the configuration says."""
        if line is None:
            return cls()
        words = line.text.split()
        level = line.values.get("level")
        spared = -1 if level is None else log.LEVELS.index(str(level))
        return cls(line.values["rate"], "all" in words, "console" in words, spared)

    def holds_back(self, severity: int, now: int) -> bool:
        """Whether a message is one too many; if not, it is counted."""
        if self.limit is None or severity <= self.spared:
            return False
        if severity == DEBUGGING and not self.debugs:
            return False
        if now - self._began >= SECOND:
            self._began, self._passed = now, 0
        self._passed += 1
        return self._passed > self.limit
