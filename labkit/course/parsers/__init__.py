"""Device output as facts, one subject a file: pure functions from text to frozen dataclasses.

They read what real routers print (tested on real samples and on our own output over both
transports) and must not know where a text came from.  What cannot be found is absent, never
guessed: an empty list, or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Network
from typing import Any, TypeVar, get_type_hints

Row = TypeVar("Row")


def sections(text: str, heading: re.Pattern[str]) -> list[tuple[re.Match[str], str]]:
    """Each heading's match and what stands below it, up to the next."""
    starts = list(heading.finditer(text))
    ends = [*(each.start() for each in starts[1:]), len(text)]
    return [(start, text[start.end() : end]) for start, end in zip(starts, ends, strict=False)]


def rows(text: str, pattern: re.Pattern[str], make: Callable[..., Row]) -> list[Row]:
    """A dataclass for each row of a table: a group of the pattern fills the field of its name,
    as the field's type wants it.  A number that may be None is none where it is 0 or a word."""
    wanted = [(name, _reader(make, name)) for name in pattern.groupindex]
    fields = [(name, reader) for name, reader in wanted if reader is not None]
    return [
        make(**{name: reader(match[name]) for name, reader in fields})
        for match in pattern.finditer(text)
    ]


def _number(text: str) -> int | None:
    return int(text) or None if text.isdigit() else None


_READERS: dict[Any, Callable[[Any], Any]] = {
    str: lambda text: text or "",
    str | None: lambda text: text,
    int: int,
    int | None: _number,
    IPv4Network: IPv4Network,
}


@cache
def _reader(make: Callable[..., Any], name: str) -> Callable[[Any], Any] | None:
    """What makes a field's value of a text; None where there is no such field."""
    return _READERS.get(get_type_hints(make).get(name))
