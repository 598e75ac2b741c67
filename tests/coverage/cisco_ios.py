"""What of IOS can be typed here, read off the grammar, and by which rows a line is read.

Values are written as `?` writes them (`A.B.C.D`, `<1-10000>`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from labkit.sim.grammar import Bad, Match, find
from labkit.sim.routers.ios.kinds import KINDS
from labkit.sim.routers.ios.rows import Command, Mode, Row
from labkit.sim.routers.ios.subjects import MODES, exec_mode
from labkit.sim.routers.ios.system.settings import STEERING

_PIECE = re.compile(r"<(\w+)([:=])([^>]*)>")
_VERB = re.compile(r"(?:no|default|do)\s+")
_PIPE = re.compile(r"\s\|\s.*")


def sections() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Every mode as its prompt shows it, with (row, how it is shown) in alphabetical order."""
    found: dict[str, set[str]] = {}
    for suffix, rows in _modes():
        for row in rows:
            found.setdefault(_title(suffix, row), set()).add(readable(row.syntax))
    for title, shown in found.items():
        yield title, [(f"{title} {each}", each) for each in sorted(shown, key=str.lower)]


def reads(line: str) -> Iterator[str]:
    """Every row that reads a line in some mode, with or without its `no` or `do`."""
    text = _PIPE.sub("", line)
    for body in filter(None, dict.fromkeys((text, _VERB.sub("", text, count=1)))):
        for suffix, mode in _reading(body.split()[0]):
            match = mode.grammar.read(body)
            if isinstance(match, Match):
                yield f"{_title(suffix, match.row)} {readable(match.row.syntax)}"


@cache
def _reading(word: str) -> list[tuple[str, Mode]]:
    """The modes in which a line may begin with this word."""
    modes = [("", exec_mode(15)), *((mode.suffix, mode) for mode in MODES.values())]
    return [each for each in modes if not isinstance(each[1].grammar.read(word), Bad)]


def _modes() -> Iterator[tuple[str, list[Row]]]:
    everybody = [row for row in exec_mode(15).rows if isinstance(row, Command)]
    yield "", sorted(everybody, key=lambda row: row.privilege > 1)
    yield from ((mode.suffix, list(mode.rows)) for mode in MODES.values())


def _title(suffix: str, row: Row) -> str:
    if row in STEERING:
        return "in every mode of configuration"
    if suffix:
        return f"Router{suffix}#"
    return "Router#" if isinstance(row, Command) and row.privilege > 1 else "Router>"


def readable(syntax: str) -> str:
    """A syntax with its values as help shows them: `ping A.B.C.D`, `duplex (auto | full)`."""

    def piece(match: re.Match[str]) -> str:
        sign, rest = match[2], match[3]
        if sign == "=":
            words = rest.split("|")
            return words[0] if len(words) == 1 else f"({' | '.join(words)})"
        return find(rest, KINDS).label

    return _PIECE.sub(piece, syntax).replace("}*", "}").replace("~", "")
