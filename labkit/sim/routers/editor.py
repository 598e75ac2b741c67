"""A line editor as routers have it: typed keys in, text to echo out.

Knows the Emacs keys that IOS and SR OS share, arrows, and a history.  Must not know prompts,
grammars or what a line means: it returns what happened as an `Action`.  Sans I/O.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

LINE_LIMIT = 4096
"""Longest line kept; what is typed beyond it rings the bell."""


class Action(Enum):
    """What a key asks of the shell that owns the editor."""

    NONE = auto()
    ENTER = auto()
    TAB = auto()
    HELP = auto()
    INTERRUPT = auto()
    END = auto()
    """Ctrl-Z."""
    EOF = auto()
    """Ctrl-D on an empty line."""
    REDRAW = auto()


_ESCAPES = {
    "\x1b[A": "\x10",
    "\x1b[B": "\x0e",
    "\x1b[C": "\x06",
    "\x1b[D": "\x02",
    "\x1b[H": "\x01",
    "\x1b[F": "\x05",
    "\x1b[3~": "\x04",
    "\x1bOA": "\x10",
    "\x1bOB": "\x0e",
    "\x1bOC": "\x06",
    "\x1bOD": "\x02",
}
LONGEST_KEY = 8
"""Characters of the longest escape sequence understood."""


def keys(buffer: str) -> Iterator[tuple[str, int]]:
    """Split typed text into keys: (key, characters consumed), CR LF as one Enter.

    An unfinished escape sequence at the end is left in the buffer; an unknown one is one key
    that does nothing.
    """
    i = 0
    while i < len(buffer):
        char = buffer[i]
        if char == "\r" and buffer[i + 1 : i + 2] in ("\n", "\0"):
            yield "\r", 2
            i += 2
        elif char == "\x1b":
            length = _escape_length(buffer[i : i + LONGEST_KEY])
            if not length:
                return
            yield _ESCAPES.get(buffer[i : i + length], ""), length
            i += length
        else:
            yield ("\r" if char == "\n" else char), 1
            i += 1


def _escape_length(text: str) -> int:
    """Length of the escape sequence that `text` begins with, 0 if it is not complete yet.

    A control character breaks a sequence off (ECMA-48): Enter is never swallowed.
    """
    if len(text) < 2:
        return 0
    if text[1] < " ":
        return 1
    if text[1] not in "[O":
        return 2
    for i in range(2, len(text)):
        if text[i] < " ":
            return i
        if "@" <= text[i] <= "~":
            return i + 1
    return 0 if len(text) < LONGEST_KEY else len(text)


@dataclass
class Editor:
    """One line being typed.  `press` returns (what to echo, what to do)."""

    secret: bool = False
    text: str = ""
    cursor: int = 0
    history: list[str] = field(default_factory=list)
    help_key: str = "?"
    """Asks for help wherever it is typed; "" where no key does."""
    _place: int | None = None

    def press(self, key: str) -> tuple[str, Action]:
        """Apply one key, as `keys` yields it."""
        action = _ACTIONS.get(key)
        if action is Action.INTERRUPT or action is Action.ENTER or action is Action.END:
            return "", action
        if key and key == self.help_key and not self.secret:
            return "", Action.HELP
        if action is not None:
            return "", action
        if key == "\x04":
            return ("", Action.EOF) if not self.text else (self._delete(), Action.NONE)
        edit = _EDITS.get(key)
        if edit is not None:
            return getattr(self, edit)(), Action.NONE
        if key and key.isprintable():
            return self.insert(key), Action.NONE
        return "", Action.NONE

    def plain(self, char: str) -> bool:
        """Whether a character means itself: `press` would only put it in."""
        return char.isprintable() and (char != self.help_key or self.secret)

    def insert(self, text: str) -> str:
        """Put in characters that mean themselves, as `press` does one by one; what to echo."""
        room = max(0, LINE_LIMIT - len(self.text))
        kept, tail = text[:room], self.text[self.cursor :]
        self.text = self.text[: self.cursor] + kept + tail
        self.cursor += len(kept)
        echo = kept + tail + "\b" * len(tail) if kept and not self.secret else ""
        return echo + "\a" * (len(text) - len(kept))

    def take(self) -> str:
        """The finished line; the editor is empty again and the line is in the history."""
        line, self.text, self.cursor, self._place = self.text, "", 0, None
        if line.strip() and not self.secret and self.history[-1:] != [line]:
            self.history.append(line)
            del self.history[:-256]
        return line

    def set(self, text: str) -> str:
        """Replace the line; returns what redraws it from where the cursor stands."""
        old = "\b" * self.cursor + " " * len(self.text) + "\b" * len(self.text)
        self.text, self.cursor = text, len(text)
        return "" if self.secret else old + text

    def _delete(self) -> str:
        if self.cursor == len(self.text):
            return ""
        tail = self.text[self.cursor + 1 :]
        self.text = self.text[: self.cursor] + tail
        return "" if self.secret else tail + " " + "\b" * (len(tail) + 1)

    def _backspace(self) -> str:
        if not self.cursor:
            return ""
        self.cursor -= 1
        return ("" if self.secret else "\b") + self._delete()

    def _home(self) -> str:
        back, self.cursor = self.cursor, 0
        return "" if self.secret else "\b" * back

    def _end(self) -> str:
        tail, self.cursor = self.text[self.cursor :], len(self.text)
        return "" if self.secret else tail

    def _left(self) -> str:
        if not self.cursor:
            return ""
        self.cursor -= 1
        return "" if self.secret else "\b"

    def _right(self) -> str:
        if self.cursor == len(self.text):
            return ""
        self.cursor += 1
        return "" if self.secret else self.text[self.cursor - 1]

    def _kill_line(self) -> str:
        return self.set("")

    def _kill_tail(self) -> str:
        tail = len(self.text) - self.cursor
        self.text = self.text[: self.cursor]
        return "" if self.secret else " " * tail + "\b" * tail

    def _kill_word(self) -> str:
        head = self.text[: self.cursor].rstrip()
        keep = head[: head.rfind(" ") + 1]
        echo = "".join(self._backspace() for _ in range(self.cursor - len(keep)))
        return echo

    def _older(self) -> str:
        return self._recall(-1)

    def _newer(self) -> str:
        return self._recall(1)

    def _recall(self, step: int) -> str:
        if self.secret or not self.history:
            return ""
        place = len(self.history) if self._place is None else self._place
        place = max(0, min(len(self.history), place + step))
        self._place = place
        return self.set(self.history[place] if place < len(self.history) else "")


_ACTIONS = {
    "\r": Action.ENTER,
    "\t": Action.TAB,
    "\x03": Action.INTERRUPT,
    "\x1e": Action.INTERRUPT,
    "\x1a": Action.END,
    "\x0c": Action.REDRAW,
    "\x12": Action.REDRAW,
}
_EDITS = {
    "\x7f": "_backspace",
    "\b": "_backspace",
    "\x01": "_home",
    "\x05": "_end",
    "\x02": "_left",
    "\x06": "_right",
    "\x0b": "_kill_tail",
    "\x15": "_kill_line",
    "\x18": "_kill_line",
    "\x17": "_kill_word",
    "\x10": "_older",
    "\x0e": "_newer",
}
