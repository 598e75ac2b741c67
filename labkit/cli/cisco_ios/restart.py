"""`reload in`, `reload cancel`, `show reload`: a restart that waits for its time.

The safety net of who changes a router from afar: a configuration that was not saved is gone
after it.  Must not know what a reload does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from labkit.cli.cisco_ios.timestamps import day_and_time
from labkit.net.clock import SECOND, Timer

if TYPE_CHECKING:
    from labkit.cli.cisco_ios.device import IosDevice

MINUTE = 60 * SECOND
WARNINGS = (5, 1)
"""Minutes before the end at which every session is told."""


class Restart:
    """The scheduled reload of one router, if any."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self._timers: list[Timer] = []
        self._said = ""

    @property
    def due(self) -> int | None:
        """When it will be, in microseconds of the lab."""
        return self._timers[0].time if self._timers else None

    def announcement(self, minutes: int, by: str) -> str:
        """What a reload in so many minutes is announced with."""
        when = day_and_time(self._device.now() + minutes * MINUTE)
        return f"Reload scheduled for {when} (in {_span(minutes * MINUTE)}) by {by}"

    def schedule(self, minutes: int, by: str) -> None:
        """Reload in so many minutes, whatever was scheduled before."""
        self.forget()
        clock = self._device.router.clock
        self._said = self.announcement(minutes, by)
        self._timers = [clock.after(minutes * MINUTE, self._device.reload)]
        for left in WARNINGS:
            if left < minutes:
                delay = (minutes - left) * MINUTE
                self._timers.append(clock.after(delay, partial(self._warn, left)))

    def cancel(self) -> None:
        """`reload cancel`."""
        self.forget()
        self._tell("SHUTDOWN ABORTED")

    def forget(self) -> None:
        """Nothing is scheduled any more."""
        for timer in self._timers:
            timer.cancel()
        self._timers = []

    def lines(self) -> Iterator[str]:
        """`show reload`."""
        if self.due is None:
            yield "No reload is scheduled."
            return
        before, _, by = self._said.partition(" (in ")
        left = _span(self.due - self._device.router.clock.now)
        yield f"{before} (in {left}) {by.partition(') ')[2]}"
        yield "Reload reason: Reload Command"

    def _warn(self, minutes: int) -> None:
        self._tell(f"SHUTDOWN in 0:{minutes:02}:00")

    def _tell(self, text: str) -> None:
        for session in self._device.sessions:
            for line in ("", "***", f"*** --- {text} ---", "***"):
                session.notify(line)


def _span(time: int) -> str:
    """10 minutes; 9 minutes and 56 seconds."""
    minutes, seconds = divmod(time // SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{count} {unit}{'s' * (count != 1)}"
             for count, unit in ((hours, "hour"), (minutes, "minute"), (seconds, "second"))
             if count]  # fmt: skip
    return " and ".join(parts) or "0 seconds"
