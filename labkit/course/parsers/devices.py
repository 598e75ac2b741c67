"""One device by itself: its interfaces, its log, and what a ping from it said.

IOS `show ip interface brief` and `show logging`, SR OS `show router [100] interface` and
`show log log-id 99`; a ping's marks on IOS, its lines on SR OS and Linux.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_IOS_INTERFACE = re.compile(
    r"^(?P<name>[A-Z]\S+) +(?P<address>[\d.]+|unassigned) +(?:YES|NO) +\S+ +"
    r"(?P<status>administratively down|up|down) +(?P<protocol>up|down)",
    re.MULTILINE,
)
_SROS_INTERFACE = re.compile(
    r"^(?P<name>\S+) +(?P<admin>Up|Down) +(?P<oper>Up|Down)/\S+ +\S+ +\S+ *\n"
    r" +(?P<address>[\d./-]+)",
    re.MULTILINE,
)
_IOS_LOG = re.compile(r"^[*.]?[A-Z][a-z]{2} +\d+ [\d:.]+[^:%]*: (?P<text>.*)$", re.MULTILINE)
_SROS_LOG = re.compile(
    r'^\d+ \d{4}/\S+ \S+ \S+ [A-Z]+: \S+ #\d+ (?P<subject>.*)\n"(?P<text>[^"]*)"',
    re.MULTILINE,
)
_IOS_PING = re.compile(r"Success rate is \d+ percent \((\d+)/(\d+)\)")
_SROS_PING = re.compile(r"(\d+) packets? transmitted, (\d+) packets? received")
_LINUX_PING = re.compile(r"(\d+) packets transmitted, (\d+) received")
_MARKS = re.compile(r"^[!.UQM?&NC]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Interface:
    """`status` is up, down or administratively down; `protocol` up or down."""

    name: str
    address: str | None
    status: str
    protocol: str

    @property
    def up(self) -> bool:
        return self.status == "up" and self.protocol == "up"


@dataclass(frozen=True, slots=True)
class Ping:
    """A ping that came to its end."""

    sent: int
    received: int
    marks: str = ""
    """IOS: a character a packet, `!` answered, `.` lost, `U` unreachable, `M` too big."""

    def __str__(self) -> str:
        return self.marks or f"{self.received} of {self.sent} answered"


def ios_interfaces(text: str) -> list[Interface]:
    """Read IOS `show ip interface brief`."""
    return [
        Interface(
            m["name"],
            None if m["address"] == "unassigned" else m["address"],
            m["status"],
            m["protocol"],
        )
        for m in _IOS_INTERFACE.finditer(text)
    ]


def sros_interfaces(text: str) -> list[Interface]:
    """Read SR OS `show router [100] interface`."""
    return [
        Interface(
            m["name"],
            m["address"] if "." in m["address"] else None,
            "up" if m["admin"] == "Up" else "administratively down",
            m["oper"].lower(),
        )
        for m in _SROS_INTERFACE.finditer(text)
    ]


def ios_log(text: str) -> list[str]:
    """The lines in the buffer of IOS `show logging`, debug lines too, oldest first."""
    buffer = text.partition("Log Buffer")[2] or text
    return [m["text"] for m in _IOS_LOG.finditer(buffer)]


def sros_log(text: str) -> list[str]:
    """The lines of SR OS `show log log-id N`, newest first as shown."""
    return [f"{m['subject']} {m['text']}" for m in _SROS_LOG.finditer(text)]


def ping(text: str) -> Ping | None:
    """Read the output of a ping; None where there is no result (a refused command, say)."""
    if found := _IOS_PING.search(text):
        marks = "".join(_MARKS.findall(text[: found.start()]))
        return Ping(int(found[2]), int(found[1]), marks)
    if found := _SROS_PING.search(text) or _LINUX_PING.search(text):
        return Ping(int(found[1]), int(found[2]))
    return None
