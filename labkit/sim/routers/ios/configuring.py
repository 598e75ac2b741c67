"""Configuring: one line at a time into the running configuration, mode by mode.

Used by a terminal in configuration mode and by loading a file.  A line that a sub-mode does not
know is tried in global configuration, as IOS does.  Nothing changes unless the whole line is
right.  Must not know prompts, sockets or what the settings mean to the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from labkit.sim.grammar import Bad, Incomplete, Match, Mistake
from labkit.sim.model.config import Line
from labkit.sim.routers.ios.rows import Command, Mode, Row, Setting, enough


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a line: words to show, a mistake, or a command that the shell must do."""

    said: str = ""
    mistake: Mistake | None = None
    refused: bool = False
    command: Match[Row] | None = None


class Configurable(Protocol):
    """What is configured: a tree of lines that somebody watches."""

    running: Line

    def changed(self) -> None:
        """The tree is different now."""


class Refusal(Exception):
    """A setting cannot be made; the text is IOS's."""


class Configuring:
    """A place in the mode graph with the section it works on."""

    def __init__(self, device: Configurable, modes: Mapping[str, Mode]) -> None:
        self.device = device
        self.modes = modes
        self.mode = modes["config"]
        self.section: Line = device.running
        self.match: Match[Row] | None = None
        """The line that opened the section: its values."""
        self.verb = ""
        """`no` or `default`, if the line began with it."""
        self._said: list[str] = []
        self._banner: tuple[str, str, str] | None = None

    @property
    def tree(self) -> Line:
        """The whole running configuration."""
        return self.device.running

    @property
    def in_banner(self) -> bool:
        """Whether lines are the text of a banner, up to its delimiter."""
        return self._banner is not None

    # ---------------------------------------------------------------- lines

    def execute(self, text: str) -> Outcome:
        """Take one line."""
        if self._banner is not None:
            self._banner_goes_on(text)
            return Outcome()
        if not text.strip() or text.lstrip().startswith("!"):
            return Outcome()
        self._hold_on()
        before, kept = self.mode, (self.section, self.match)
        verb, start = _verb(text)
        self.verb = verb
        found = self._read(text, start, bool(verb))
        if not isinstance(found, Match):
            return Outcome(mistake=found)
        row = found.row
        if isinstance(row, Command):
            return Outcome(command=found)
        self._said = []
        try:
            self._apply(row, found, verb)
        except Refusal as refusal:
            self.mode, (self.section, self.match) = before, kept
            return Outcome(said=str(refusal), refused=True)
        except BadWord as bad:
            self.mode, (self.section, self.match) = before, kept
            return Outcome(mistake=Bad(_column(text, bad.word)))
        except MissingWords:
            self.mode, (self.section, self.match) = before, kept
            return Outcome(mistake=Incomplete())
        return Outcome(said="".join(each + "\n" for each in self._said))

    def say(self, text: str) -> None:
        """A remark that does not refuse the line."""
        self._said.append(text)

    def leave(self) -> bool:
        """`exit`: one mode up; false if that leaves configuring."""
        if self.mode.parent is None:
            return False
        up = self.mode.parent
        if up == "config":
            self.to_global()
        else:
            self.mode, self.section = self.modes[up], self._outside(self.section)
        return True

    def _outside(self, section: Line) -> Line:
        """The section that this one stands in, or itself if it is outermost."""
        for line in self.tree.children:
            if any(child is section for child in line.children):
                return line
        return section

    def _hold_on(self) -> None:
        """Somebody else may have taken the section away or put another in its place."""
        if self.mode.name == "config":
            return
        for line in self.tree.children:
            if line is self.section or any(child is self.section for child in line.children):
                return
        same = self.tree.find(self.section.key)
        if same is None:
            self.to_global()
        else:
            self.section = same

    def to_global(self) -> None:
        self.mode, self.section, self.match = self.modes["config"], self.tree, None

    def enter(self, mode: str, section: Line, match: Match[Any]) -> None:
        self.mode, self.section, self.match = self.modes[mode], section, match

    # ---------------------------------------------------------------- reading

    def _read(self, text: str, start: int, negated: bool) -> Match[Row] | Mistake:
        padded = " " * start + text[start:]
        accept: Callable[[Match[Row]], bool] | None = enough if negated else None
        if not padded.strip():
            return Incomplete()
        best: Mistake | None = None
        for mode, section in self._ladder():
            found = mode.grammar.read(padded, accept)
            if isinstance(found, Match):
                if isinstance(found.row, Setting) and mode is not self.mode:
                    self.mode, self.section, self.match = mode, section, None
                return found
            if best is None or _far(found) > _far(best):
                best = found
        return best or Incomplete()

    def _ladder(self) -> Iterator[tuple[Mode, Line]]:
        """This mode and those above it, each with its section: where a line may belong."""
        mode, section = self.mode, self.section
        yield mode, section
        while mode.parent is not None:
            mode = self.modes[mode.parent]
            section = self.tree if mode.parent is None else self._outside(section)
            yield mode, section

    # ---------------------------------------------------------------- settings

    def _apply(self, row: Setting, match: Match[Row], verb: str) -> None:
        if row.check is not None and not verb:
            why = row.check(self, match)
            if why is not None:
                raise Refusal(why + "\n")
        if row.act is not None:
            row.act(self, match, bool(verb))
        elif verb:
            self.unset(row, match)
        elif row.put is not None:
            row.put(self, match)
        else:
            self.set(row, match)
            if row.then is not None:
                row.then(self, match)

    def set(self, row: Setting, match: Match[Row]) -> Line | None:
        """Put a setting into the section; None if it is the default, which is not kept."""
        text, key = row.line_text(match), row.line_key(match)
        if row.default and text == row.default:
            if self.section.remove(key):
                self.device.changed()
            return None
        old = self.section.find(key)
        known = old is not None and old.text == text
        line = Line(text, key, row.line_order(match), values=match.values)
        line = self.section.put(line)
        if row.enters:
            self.enter(row.enters, line, match)
        if not known:
            self.device.changed()
        return line

    def unset(self, row: Setting, match: Match[Row]) -> None:
        """Take a setting out, or put what stands there when it is off."""
        key = row.line_key(match)
        if row.absent:
            old = self.section.find(key)
            if old is None or old.text != row.absent:
                self.section.put(Line(row.absent, key, row.line_order(match)))
                self.device.changed()
        elif self.section.remove(key):
            self.device.changed()

    def take_out(self, section: Line, lines: Iterable[Line]) -> None:
        """Take whole lines out of a section."""
        for line in lines:
            section.remove(line.key)
            self.device.changed()

    # ---------------------------------------------------------------- banners

    def begin_banner(self, kind: str, text: str) -> None:
        """`banner <motd|login|exec> <delimiter>text`, perhaps going on over further lines."""
        mark = "^C" if text.startswith("^C") else text[0]
        body, closed, _ = text[len(mark) :].partition(mark)
        if closed:
            self._set_banner(kind, body)
        else:
            self._banner = (kind, mark, body + "\n")

    def _banner_goes_on(self, text: str) -> None:
        assert self._banner is not None
        kind, mark, body = self._banner
        line, closed, _ = text.partition(mark)
        self._banner = (kind, mark, body + line + "\n")
        if closed:
            self._banner = None
            self._set_banner(kind, body + line)

    def _set_banner(self, kind: str, body: str) -> None:
        body = body.partition("^C")[0]  # what the configuration itself ends the text with
        self.tree.put(Line(f"banner {kind} ^C{body}^C", f"banner {kind}", (260, kind)))
        self.device.changed()


class BadWord(Exception):
    """A word that is well formed names nothing here: the caret goes under word number `word`."""

    def __init__(self, word: int) -> None:
        super().__init__(word)
        self.word = word


class MissingWords(Exception):
    """The line must go on, which the grammar could not know."""


def _verb(text: str) -> tuple[str, int]:
    """`no` or `default` in front, and where the words after it begin."""
    body = text.lstrip()
    first = body.split(None, 1)[0].lower()
    if first == "no" or (len(first) > 2 and "default".startswith(first)):
        at = len(text) - len(body) + len(first)
        return ("no" if first == "no" else "default"), at
    return "", 0


def _column(text: str, word: int) -> int:
    at = 0
    for index, each in enumerate(text.split()):
        at = text.index(each, at)
        if index == word:
            break
        at += len(each)
    return at


def _far(mistake: Match[Row] | Mistake) -> int:
    return mistake.column if isinstance(mistake, Bad) else 1 << 20
