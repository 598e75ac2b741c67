"""IOS `show access-lists`: the lines of each list, with their matches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.course.parsers.text import sections

_LIST = re.compile(r"^(?:Extended|Standard) IP access list (\S+)", re.MULTILINE)
_ACE = re.compile(r"^ +(\d+) (permit|deny) +(.*?)(?: \((\d+) match(?:es)?\))? *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ace:
    """One line; `source` and `destination` as shown: `any`, `host a`, or address and wildcard."""

    sequence: int
    action: str
    protocol: str
    source: str
    destination: str
    rest: str
    """What follows the destination: ports, `log`."""
    matches: int

    def __str__(self) -> str:
        words = (self.action, self.protocol, self.source, self.destination, self.rest)
        return " ".join(word for word in words if word)

    def mirrored(self) -> tuple[str, str, str, str]:
        """What the other gateway's line must say: action, protocol, source, destination."""
        return self.action, self.protocol, self.destination, self.source

    def names(self) -> tuple[str, str, str, str]:
        return self.action, self.protocol, self.source, self.destination


def access_lists(text: str) -> dict[str, list[Ace]]:
    """Read `show access-lists`: the lines of each list by its name."""
    return {
        heading[1]: [_ace(match) for match in _ACE.finditer(body)]
        for heading, body in sections(text, _LIST)
    }


def _ace(match: re.Match[str]) -> Ace:
    words = match[3].split()
    protocol = words.pop(0) if words and not _address(words[0]) and words[0] != "any" else "ip"
    source = _selector(words)
    rest_of_source: list[str] = []
    while words and not _starts_selector(words[0]):
        rest_of_source.append(words.pop(0))
    destination = _selector(words)
    rest = " ".join([*rest_of_source, *words])
    return Ace(int(match[1]), match[2], protocol, source, destination, rest, int(match[4] or 0))


def _selector(words: list[str]) -> str:
    if not words:
        return ""
    first = words.pop(0)
    if first == "host" and words:
        return f"host {words.pop(0)}"
    if _address(first) and words and _address(words[0]):
        return f"{first} {words.pop(0).rstrip(',')}"
    return first.rstrip(",")


def _starts_selector(word: str) -> bool:
    return word in ("any", "host") or _address(word)


def _address(word: str) -> bool:
    try:
        IPv4Address(word.rstrip(","))
    except ValueError:
        return False
    return True
