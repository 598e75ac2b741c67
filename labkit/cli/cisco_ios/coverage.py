"""What of IOS can be typed here, read off the grammar: for the documentation.

Values are written as `?` writes them (`A.B.C.D`, `<1-10000>`).  Must not know documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from labkit.cli.cisco_ios import exec_rows
from labkit.cli.cisco_ios.config_system import STEERING
from labkit.cli.cisco_ios.kinds import KINDS
from labkit.cli.cisco_ios.modes import MODES
from labkit.cli.cisco_ios.rows import Command
from labkit.cli.grammar import find

_PIECE = re.compile(r"<(\w+)([:=])([^>]*)>")


def sections() -> Iterator[tuple[str, list[str]]]:
    """Every mode as its prompt shows it, with its syntaxes in alphabetical order."""
    everybody = [row for row in exec_rows.mode(15).rows if isinstance(row, Command)]
    yield "Router>", _written(row.syntax for row in everybody if row.privilege <= 1)
    yield "Router#", _written(row.syntax for row in everybody if row.privilege > 1)
    steering = {row.syntax for row in STEERING}
    yield "in every mode of configuration", _written(steering)
    for mode in MODES.values():
        own = [row.syntax for row in mode.rows if row.syntax not in steering]
        if own:
            yield f"Router{mode.suffix}#", _written(own)


def _written(syntaxes: Iterator[str] | set[str] | list[str]) -> list[str]:
    return sorted({readable(syntax) for syntax in syntaxes}, key=str.lower)


def readable(syntax: str) -> str:
    """A syntax with its values as help shows them: `ping A.B.C.D`, `duplex (auto | full)`."""

    def piece(match: re.Match[str]) -> str:
        sign, rest = match[2], match[3]
        if sign == "=":
            words = rest.split("|")
            return words[0] if len(words) == 1 else f"({' | '.join(words)})"
        return find(rest, KINDS).label

    return _PIECE.sub(piece, syntax).replace("}*", "}").replace("~", "")
