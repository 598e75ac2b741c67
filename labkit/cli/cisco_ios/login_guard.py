"""`login block-for`: failed logins are counted, and too many of them shut the door for a while.

In quiet mode nobody gets in from the network.  Counting goes by the lab's clock.  Must not know
how anybody logs in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.cli.cisco_ios.rows import Row, Setting
from labkit.net.clock import SECOND, Timer

if TYPE_CHECKING:
    from labkit.cli.cisco_ios.device import IosDevice

ROWS: list[Row] = [
    Setting("login block-for <block:1-65535> attempts <attempts:1-65535> within <window:1-65535>",
            75, key="login block-for"),
]  # fmt: skip


class LoginGuard:
    """Watches the logins of one device."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self._end: Timer | None = None
        self._recent: list[int] = []
        self.total = 0
        self.quiet_until: int | None = None

    def reset(self) -> None:
        """A reload."""
        self._recent.clear()
        self.total, self.quiet_until = 0, None
        if self._end is not None:
            self._end.cancel()

    @property
    def quiet(self) -> bool:
        """Whether the door is shut: nobody may log in from the network now."""
        return self.quiet_until is not None

    def failed(self) -> None:
        """A name or a password was wrong."""
        now = self._device.router.clock.now
        self.total += 1
        told = self._device.running.find("login block-for")
        if told is None or self.quiet:
            return
        window = told.values["window"] * SECOND
        self._recent = [time for time in self._recent if now - time < window] + [now]
        if len(self._recent) < told.values["attempts"]:
            return
        self._recent.clear()
        self.quiet_until = now + told.values["block"] * SECOND
        self._end = self._device.router.clock.at(self.quiet_until, self._open)

    def _open(self) -> None:
        self.quiet_until = None

    def show(self) -> Iterator[str]:
        """`show login`."""
        told, now = self._device.running.find("login block-for"), self._device.router.clock.now
        yield "     No login delay has been applied."
        yield "     No Quiet-Mode access list has been configured."
        yield ""
        if told is None:
            yield "     Router NOT enabled to watch for login Attacks"
            return
        values = told.values
        yield "     Router enabled to watch for login Attacks."
        yield (
            f"     If more than {values['attempts']} login failures occur in "
            f"{values['window']} seconds or less,"
        )
        yield f"     logins will be disabled for {values['block']} seconds."
        yield ""
        if self.quiet_until is not None:
            yield "     Router presently in Quiet-Mode."
            left = (self.quiet_until - now) // SECOND
            yield f"     Will remain in Quiet-Mode for {left} seconds."
            yield "     Denying logins from all sources."
            return
        window = values["window"] * SECOND
        recent = [time for time in self._recent if now - time < window]
        left = (recent[0] + window - now) // SECOND if recent else values["window"]
        yield "     Router presently in Normal-Mode."
        yield "     Current Watch Window"
        yield f"         Time remaining: {left} seconds."
        yield f"         Login failures for current window: {len(recent)}."
        yield f"     Total login failures: {self.total}."
