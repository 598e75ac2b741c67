"""What an IOS router tells without being asked: its log, and debug output.

Events of the router become lines (`messages`, `debugging`), stamped as `service timestamps` says,
kept in the buffer and sent to the sessions that want them, each up to the level that `logging`
sets for it, and no more a second than `logging rate-limit`.  Must not know what the lines say.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labkit.protocols.ike.events import SaDeleted, SaInstalled
from labkit.sim.model.config import Line
from labkit.sim.net.clock import SECOND
from labkit.sim.routers.ios.crypto.session import SessionLog
from labkit.sim.routers.ios.log import debugging, messages
from labkit.sim.routers.ios.wording import age, log_stamp

if TYPE_CHECKING:
    from labkit.sim.routers.ios.device import IosDevice

BUFFER_SIZE = 8192
"""Bytes of the buffer unless `logging buffered` says otherwise."""
DEBUGGING = 7
"""The level of debug output: the highest."""

TRAP = messages.LEVELS.index("informational")
"""What a syslog server would get unless `logging trap` says otherwise."""


@dataclass
class Destination:
    """Where messages go (console, monitor, buffer, trap): up to which level, and how many went."""

    level: int | None = DEBUGGING
    """None: switched off."""
    count: int = 0

    def takes(self, severity: int) -> bool:
        """Whether a message goes there, which is counted."""
        if self.level is None or severity > self.level:
            return False
        self.count += 1
        return True


class Syslog:
    """Log buffer, debug flags and who is listening."""

    def __init__(self, device: IosDevice) -> None:
        self.device = device
        self.debugs: set[str] = set()
        self.on = True
        """`logging on`: messages go anywhere but to the console."""
        self.console, self.monitor, self.buffering = Destination(), Destination(), Destination()
        self.trap = Destination(TRAP)
        self.buffer: deque[str] = deque()
        self.size = BUFFER_SIZE
        self.limited = 0
        """Messages held back because one of their kind had just been logged."""
        self._sessions, self._logs_sessions = SessionLog(), False
        self._rate = MessageRate()
        self._stamps: dict[str, str] = {}
        self._numbered = False
        self._number = 0
        self._used = 0
        self._limits: dict[Hashable, int] = {}

    def reset(self) -> None:
        """A reload."""
        self.undebug_all()
        self.clear()
        self._number = self.limited = 0
        self._sessions = SessionLog()
        for each in (self.console, self.monitor, self.buffering, self.trap):
            each.count = 0

    def clear(self) -> None:
        """`clear logging`."""
        self.buffer.clear()
        self._used = 0

    def configure(self, tree: Line) -> None:
        """Follow `logging` and `service` in the running configuration."""
        self.on = tree.find("logging on") is None
        self.console.level = _level(tree.find("logging console"))
        self.monitor.level = _level(tree.find("logging monitor"))
        self.trap.level = _level(tree.find("logging trap"), TRAP)
        line = tree.find("logging buffered")
        self.buffering.level = _level(line)
        size = line.values.get("size") if line else None
        self.size = BUFFER_SIZE if size is None else int(size)
        stamps = {kind: tree.find(f"service timestamps {kind}") for kind in ("log", "debug")}
        self._stamps = {kind: line.text for kind, line in stamps.items() if line is not None}
        self._rate = MessageRate.of(tree.find("logging rate-limit"))
        self._logs_sessions = tree.find("crypto logging session") is not None
        self._numbered = tree.find("service sequence-numbers") is not None

    def heard(self, time: int, event: object) -> None:
        """An event of the router."""
        texts = list(messages.lines(event))
        if texts and not self._held_back(time, event):
            for text in texts:
                self.tell(text, time)
        if isinstance(event, SaInstalled | SaDeleted) and self.device.router.ipsec is not None:
            for text in list(self._sessions.lines(self.device.router.ipsec)):
                if self._logs_sessions:
                    self.tell(text, time)
        if not self.debugs:
            return
        for text in debugging.lines(event, self.debugs, self.device.router.facts):
            self.tell(text, time)

    def debug(self, flag: str, on: bool) -> None:
        """Switch one debug flag; those of `ip packet` take the place of each other."""
        packets = debugging.packets(self.debugs)
        if packets is not None and flag.startswith(debugging.PACKETS):
            self.debugs.discard(packets)
        if on:
            self.debugs.add(flag)
        else:
            self.debugs.discard(flag)
        self.device.router.ip.telling = debugging.packets(self.debugs) is not None

    def undebug_all(self) -> None:
        """`undebug all`."""
        self.debugs.clear()
        self.device.router.ip.telling = False

    def configured(self, line: str, user: str, host: str) -> None:
        """Somebody has configured."""
        self.tell(messages.configured(line, user, host))

    def tell(self, text: str, time: int | None = None) -> None:
        """Log one message (without its time stamp)."""
        severity = messages.severity(text)
        now = self.device.router.clock.now if time is None else time
        held = self._rate.holds_back(severity, now)
        self.limited += held
        if held and not self._rate.console:
            return
        line = self._prefix(now, severity) + text
        if self.on and self.buffering.takes(severity):
            self._keep(line)
        if self.on:
            self.trap.takes(severity)
        shown = {"console": not held and self.console.takes(severity),
                 "monitor": self.on and self.monitor.takes(severity)}  # fmt: skip
        for session in self.device.sessions:
            if session.monitors and shown["console" if session.kind == "console" else "monitor"]:
                session.notify(line)

    def _prefix(self, now: int, severity: int) -> str:
        self._number += 1
        number = f"{self._number:06}: " if self._numbered else ""
        said = self._stamps.get("debug" if severity == DEBUGGING else "log")
        if said is None:
            return number
        words = said.split()
        if "datetime" not in words:
            return f"{number}{age(now - self.device.router.booted)}: "
        stamp = log_stamp(
            self.device.now(now),
            msec="msec" in words,
            timezone="show-timezone" in words,
            known=self.device.clock_ahead is not None,
        )
        return f"{number}{stamp}: "

    def _keep(self, line: str) -> None:
        self.buffer.append(line)
        self._used += len(line) + 1
        while self._used > self.size and self.buffer:
            self._used -= len(self.buffer.popleft()) + 1

    def _held_back(self, time: int, event: object) -> bool:
        """IOS says some things at most once in so long."""
        limit = messages.limit(event)
        if limit is None:
            return False
        what, interval = limit
        last = self._limits.get(what)
        if last is not None and time - last < interval:
            self.limited += 1
            return True
        self._limits[what] = time
        return False


def _level(line: Line | None, default: int | None = DEBUGGING) -> int | None:
    """The level that a line of `logging` sets; None if it switches off."""
    if line is None:
        return default
    if line.text.startswith("no "):
        return None
    level = line.values.get("level")
    return level if isinstance(level, int) else messages.LEVELS.index(level or "debugging")


@dataclass
class MessageRate:
    """`logging rate-limit`: the limit, and what has passed in the second that runs."""

    limit: int | None = None
    """Messages a second; None: no limit."""
    debugs: bool = False
    """`all`: debug output is counted, too."""
    console: bool = False
    """Only what goes to the console is limited."""
    spared: int = -1
    """`except`: messages of this level and of graver ones pass."""
    _began: int = 0
    _passed: int = 0

    @classmethod
    def of(cls, line: Line | None) -> MessageRate:
        """What a line of the configuration says."""
        if line is None:
            return cls()
        words = line.text.split()
        level = line.values.get("level")
        spared = -1 if level is None else messages.LEVELS.index(str(level))
        return cls(line.values["rate"], "all" in words, "console" in words, spared)

    def holds_back(self, severity: int, now: int) -> bool:
        """Whether a message is one too many; if not, it is counted."""
        if self.limit is None or severity <= self.spared:
            return False
        if severity == DEBUGGING and not self.debugs:
            return False
        if now - self._began >= SECOND:
            self._began, self._passed = now, 0
        self._passed += 1
        return self._passed > self.limit
