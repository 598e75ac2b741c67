"""What a ping said: marks on IOS, lines on SR OS and Linux."""

from __future__ import annotations

import re
from dataclasses import dataclass

_IOS = re.compile(r"Success rate is \d+ percent \((\d+)/(\d+)\)")
_SROS = re.compile(r"(\d+) packets? transmitted, (\d+) packets? received")
_LINUX = re.compile(r"(\d+) packets transmitted, (\d+) received")
_MARKS = re.compile(r"^[!.UQM?&NC]+$", re.MULTILINE)
_SOURCE = re.compile(r"Packet sent with a source address of (\S+)")


@dataclass(frozen=True, slots=True)
class Ping:
    """A ping that came to its end."""

    sent: int
    received: int
    marks: str = ""
    """IOS: a character a packet, `!` answered, `.` lost, `U` unreachable, `M` too big."""
    source: str | None = None
    """The source address, where it was asked for by name."""
    unreachable: bool = False
    """Somebody answered that it cannot be reached."""

    def __str__(self) -> str:
        return self.marks or f"{self.received} of {self.sent} answered"


def ping(text: str) -> Ping | None:
    """Read the output of a ping; None where there is no result (a refused command, say)."""
    if found := _IOS.search(text):
        marks = "".join(_MARKS.findall(text[: found.start()]))
        source = _SOURCE.search(text)
        return Ping(
            int(found[2]), int(found[1]), marks, source[1] if source else None, "U" in marks
        )
    if found := _SROS.search(text) or _LINUX.search(text):
        return Ping(int(found[1]), int(found[2]), unreachable="nreachable" in text)
    return None
