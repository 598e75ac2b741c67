"""The event log: what happened in the router, as `show log log-id 99` prints it.

Keeps and numbers what log_events.py says in SR OS's words; must not know who reads it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from labkit.sim.routers.sros.page import DOUBLE, SINGLE, Lines, moment

SIZE = 500
"""Events that the default memory log holds."""
LOGS = {99: "Default System Log", 100: "Default Serious Errors Log"}
SERIOUS = ("MAJOR", "CRITICAL")
"""The severities that log 100 takes."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    number: int
    time: int
    source: str
    """Severity, application and event number: `WARNING: SNMP #2004`."""
    subject: str
    text: str

    def lines(self) -> Lines:
        when = moment(self.time).strftime("%Y/%m/%d %H:%M:%S.%f")[:-4]
        yield f"{self.number} {when} UTC {self.source} {self.subject}"
        yield f'"{self.text}"'
        yield ""


Describe = Callable[[object], Iterator[tuple[str, str, str]]]
"""Source, subject and text of each line that an event of the network makes."""


class EventLog:
    """The memory log of one router: its last events."""

    def __init__(self, describe: Describe) -> None:
        self._describe = describe
        self._entries: deque[LoggedEvent] = deque(maxlen=SIZE)
        self._next = 1

    def take(self, time: int, event: object) -> None:
        """Note an event of the network if SR OS logs such a thing."""
        for described in self._describe(event):
            self._entries.append(LoggedEvent(self._next, time, *described))
            self._next += 1

    def clear(self) -> None:
        self._entries.clear()
        self._next = 1

    def show(self, number: int) -> Lines:
        """Log 99, or log 100 with the serious ones alone, newest first."""
        wrapped = "wrapped" if self._next > SIZE + 1 else "not wrapped"
        entries = [e for e in self._entries if number == 99 or e.source.startswith(SERIOUS)]
        yield ""
        yield from (DOUBLE, f"Event Log {number}", DOUBLE)
        yield f"Description : {LOGS[number]}"
        yield f"Memory Log contents  [size={SIZE}   next event={self._next}  ({wrapped})]"
        yield ""
        for entry in reversed(entries):
            yield from entry.lines()

    def logs(self) -> Lines:
        """The logs that there are."""
        logged = {99: len(self._entries)}
        logged[100] = sum(entry.source.startswith(SERIOUS) for entry in self._entries)
        yield ""
        yield from (DOUBLE, "Event Logs", DOUBLE)
        yield "Log  Source   Filter Admin Oper     Logged   Dropped Dest       Dest Size"
        yield "Id            Id     State State                     Type       Id       "
        yield SINGLE
        for number, choice in ((99, "none"), (100, "1001")):
            count = f"{logged[number]:>10}         0"
            yield f"{number:>3}  M        {choice:<6} up    up    {count}  memory{SIZE:>16}"
        yield DOUBLE
