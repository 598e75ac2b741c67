"""What an IOS router tells without being asked: its log, and debug output.

Events of the router become lines (`log`, `debug_crypto`, `debug_icmp`), stamped with lab time,
kept in the buffer and sent to the sessions that want them.  Must not know what the lines say.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import TYPE_CHECKING

from labkit.cli.cisco_ios import debug_crypto, debug_icmp, log
from labkit.cli.cisco_ios.timestamps import log_stamp
from labkit.model.config import Line

if TYPE_CHECKING:
    from labkit.cli.cisco_ios.device import IosDevice

BUFFER_SIZE = 8192
"""Bytes of the buffer unless `logging buffered` says otherwise."""
DEBUGS = ("crypto ipsec", "crypto isakmp", "ip icmp")
"""What can be debugged."""


class Journal:
    """Log buffer, debug flags and who is listening."""

    def __init__(self, device: IosDevice) -> None:
        self.device = device
        self.debugs: set[str] = set()
        self.buffer: deque[str] = deque()
        self.size = BUFFER_SIZE
        self.buffered = True
        self.count = 0
        """Lines that were ever put into the buffer."""
        self._used = 0
        self._limits: dict[Hashable, int] = {}

    def reset(self) -> None:
        """A reload."""
        self.debugs.clear()
        self.clear()
        self.count = 0

    def clear(self) -> None:
        """`clear logging`."""
        self.buffer.clear()
        self._used = 0

    def configure(self, tree: Line) -> None:
        """Follow `logging buffered` in the running configuration."""
        line = tree.find("logging buffered")
        self.buffered = line is None or not line.text.startswith("no ")
        size = line.values.get("size") if line else None
        self.size = BUFFER_SIZE if size is None else int(size)

    def heard(self, time: int, event: object) -> None:
        """An event of the router."""
        texts = list(log.lines(event))
        if texts and not self._held_back(time, event):
            for text in texts:
                self.tell(text, time)
        if not self.debugs:
            return
        for text in debug_crypto.lines(event, self.debugs):
            self.tell(text, time)
        if "ip icmp" in self.debugs:
            for text in debug_icmp.lines(event):
                self.tell(text, time)

    def tell(self, text: str, time: int | None = None) -> None:
        """Log one message (without its time stamp)."""
        now = self.device.router.clock.now if time is None else time
        line = f"{log_stamp(now)}: {text}"
        if self.buffered:
            self.count += 1
            self.buffer.append(line)
            self._used += len(line) + 1
            while self._used > self.size and self.buffer:
                self._used -= len(self.buffer.popleft()) + 1
        for session in self.device.sessions:
            if session.monitors:
                session.notify(line)

    def _held_back(self, time: int, event: object) -> bool:
        """IOS says some things at most once in so long."""
        limit = log.limit(event)
        if limit is None:
            return False
        what, interval = limit
        last = self._limits.get(what)
        if last is not None and time - last < interval:
            return True
        self._limits[what] = time
        return False
