"""A line-oriented screen: what a shell wrote, as lines of harmless text.

Knows CR, LF, BS, TAB and the few cursor moves that line editors make; strips every other escape
sequence and shows other control characters as pictures, so that whatever a device or an attacker
wrote is text and nothing else.  Bounded: the oldest lines go, and a line has an end.  Pure; must
not know widgets, threads or SSH.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

SCROLLBACK = 5_000
"""Lines kept."""
LINE_LIMIT = 4_096
"""Characters of one line kept; the rest is counted."""
ESCAPE_LIMIT = 256
"""Characters of an unfinished escape sequence that are waited for."""
TAB_STOP = 8

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<number>[0-9]*)(?P<move>[CDK])"
    r"|(?P<ignored>\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]|[\x00\x07])"
    r"|(?P<unfinished>\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?\Z)"
    r"|(?P<control>[\s\S])"
)
_TURNING = re.compile("[\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Update:
    """How to bring a copy of the screen up to date: lines from `first` on replace what it has."""

    oldest: int
    """Number of the oldest line still kept; lines are numbered from 0."""
    first: int
    lines: tuple[str, ...]
    cursor: int
    """Column in the last line."""


class Screen:
    """Feed it what the shell wrote; read `lines`, or what has changed by `take`."""

    def __init__(self, scrollback: int = SCROLLBACK, line_limit: int = LINE_LIMIT) -> None:
        self._done: deque[str] = deque(maxlen=scrollback - 1)
        self._count = 0
        self._line = ""
        self._column = 0
        self._beyond = 0
        self._rest = ""
        self._limit = line_limit
        self._taken = 0
        self._changed = True

    @property
    def number(self) -> int:
        """Number of the last line, the one the cursor is in."""
        return self._count

    @property
    def oldest(self) -> int:
        """Number of the oldest line kept."""
        return self._count - len(self._done)

    @property
    def last(self) -> str:
        """The line the cursor is in."""
        return self._shown()

    @property
    def lines(self) -> list[str]:
        """All lines kept, the unfinished last one included."""
        return [*self._done, self._shown()]

    def since(self, number: int) -> list[str]:
        """The lines kept from `number` on."""
        return self.lines[max(0, number - self.oldest) :]

    @property
    def text(self) -> str:
        """Everything kept, without blanks at the lines' ends."""
        return "\n".join(line.rstrip() for line in self.lines)

    def feed(self, text: str) -> None:
        """Take what the shell wrote; it may end in the middle of an escape sequence."""
        if not text:
            return
        self._changed = True
        text, self._rest = self._rest + text, ""
        for token in _TOKEN.finditer(text):
            kind = token.lastgroup
            if kind == "text":
                self._put(token[0])
            elif kind == "move":
                self._move(token["move"], int(token["number"][:4] or 1))
            elif kind == "unfinished":
                self._rest = token[0] if len(token[0]) < ESCAPE_LIMIT else ""
            elif kind == "control":
                self._control(token[0])

    def whole(self) -> Update:
        """All lines, for a copy that has none."""
        return Update(self.oldest, self.oldest, tuple(self.lines), self._column)

    def take(self) -> Update | None:
        """What has changed since the last call, or None."""
        if not self._changed:
            return None
        first = max(self._taken, self.oldest)
        self._taken, self._changed = self._count, False
        return Update(self.oldest, first, tuple(self.since(first)), self._column)

    def _put(self, text: str) -> None:
        text = _TURNING.sub("\ufffd", text)
        room = self._limit - self._column
        if len(text) > room:
            self._beyond += len(text) - room
            text = text[:room]
        end = self._column + len(text)
        self._line = self._line[: self._column].ljust(self._column) + text + self._line[end:]
        self._column = end

    def _control(self, char: str) -> None:
        if char == "\n":
            self._done.append(self._shown())
            self._count += 1
            self._line, self._column, self._beyond = "", 0, 0
        elif char == "\r":
            self._column = 0
        elif char == "\b":
            self._column = max(0, self._column - 1)
        elif char == "\t":
            self._put(" " * (TAB_STOP - self._column % TAB_STOP))
        else:
            self._put(picture(char))

    def _move(self, what: str, count: int) -> None:
        if what == "D":
            self._column = max(0, self._column - max(1, count))
        elif what == "C":
            self._column = min(len(self._line), self._column + max(1, count))
        else:
            self._line = self._line[: self._column]

    def _shown(self) -> str:
        if not self._beyond:
            return self._line
        return f"{self._line} … ({self._beyond} more characters)"


def picture(char: str) -> str:
    """A control character as something to look at."""
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
