"""What of IOS can be typed here, read off the grammar, and by which rows a line is read.

Values are written as `?` writes them (`A.B.C.D`, `<1-10000>`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from labkit.sim.grammar import Bad, Match, find
from labkit.sim.routers.ios.kinds import KINDS
from labkit.sim.routers.ios.rows import Command, Mode, Row, Setting
from labkit.sim.routers.ios.subjects import MODES, exec_mode
from labkit.sim.routers.ios.system.settings import STEERING
from tests.coverage.users import Line

_PIECE = re.compile(r"<(\w+)([:=])([^>]*)>")
_VERB = re.compile(r"(?:no|default|do)\s+")
_PIPE = re.compile(r"\s\|\s.*")
_IN_PROMPT = re.compile(r"\(([\w-]+)\)")


def sections() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Every mode as its prompt shows it, with (row, how it is shown) in alphabetical order."""
    found: dict[str, set[str]] = {}
    for suffix, rows in _modes():
        for row in rows:
            found.setdefault(_title(suffix, row), set()).add(readable(row.syntax))
    for title, shown in found.items():
        yield title, [(f"{title} {each}", each) for each in sorted(shown, key=str.lower)]


def reads(text: Sequence[Line]) -> Iterator[str]:
    """Every row that reads a line of the text, with or without its `no` or `do`.

    A line is read where its prompt or the lines before it lead, or from the configuration, or in
    the exec; if that is unknown, or nothing there reads it, in every mode.
    """
    here = ""
    for line in text:
        mode = _IN_PROMPT.search(line.prompt)
        here = mode[1] if mode else "exec" if line.prompt else here
        bare = _PIPE.sub("", line.text)
        for body in filter(None, dict.fromkeys((bare, _VERB.sub("", bare, count=1)))):
            found = _read_in([here] if line.prompt else _ways(here), body)
            if not found and not line.prompt:
                found = _read_in(["exec", *MODES], body, first=False)
            for name, row in found:
                here = _after(name, row)
                yield f"{_title(_mode(name).suffix, row)} {readable(row.syntax)}"


def _read_in(names: Iterable[str], body: str, *, first: bool = True) -> list[tuple[str, Row]]:
    """The modes that read a line, and the row; the first of them alone or all."""
    found = []
    for name in names:
        if _begins(name, body.split()[0]):
            match = _mode(name).grammar.read(body)
            if isinstance(match, Match):
                found.append((name, match.row))
                if first:
                    break
    return found


def _ways(here: str) -> list[str]:
    """Where a line may be read that follows one of this mode."""
    if here in ("", "exec"):
        return []
    above = MODES[here].parent
    return [here, *([above] if above else []), "config"]


def _after(name: str, row: Row) -> str:
    """The mode that a line leads to: a section's own, or the one that it was read in."""
    if isinstance(row, Setting) and row.enters:
        return row.enters
    if row.syntax == "end":
        return "exec"
    if row.syntax == "exit" and name != "exec":
        return MODES[name].parent or "exec"
    return "config" if row.syntax.startswith("configure terminal") else name


def _mode(name: str) -> Mode:
    return exec_mode(15) if name == "exec" else MODES[name]


@cache
def _begins(name: str, word: str) -> bool:
    """Whether a line may begin with this word in a mode."""
    return not isinstance(_mode(name).grammar.read(word), Bad)


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
