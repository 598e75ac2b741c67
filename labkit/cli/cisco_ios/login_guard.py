"""`login block-for`: failed logins are counted, and too many of them shut the door for a while.

In quiet mode nobody gets in from the network but by `login quiet-mode access-class`.  Counting
goes by the lab's clock.  Must not know how anybody logs in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.cisco_ios.rows import Row, Setting
from labkit.cli.cisco_ios.timestamps import day_and_time
from labkit.net.acl import first_match
from labkit.net.clock import SECOND, Timer
from labkit.wire import ipv4
from labkit.wire.ipv4 import IPv4

if TYPE_CHECKING:
    from labkit.cli.cisco_ios.device import IosDevice

TELNET = 23
ROWS: list[Row] = [
    Setting("login block-for <block:1-65535> attempts <attempts:1-65535> within <window:1-65535>",
            75, key="login block-for"),
    Setting("login quiet-mode access-class <acl:word>", 75, key="login quiet-mode access-class"),
    Setting("login on-failure log", 75),
    Setting("login on-success log", 75),
]  # fmt: skip


@dataclass(slots=True)
class Failures:
    """What failed for one user from one place."""

    count: int = 0
    last: int = 0


class LoginGuard:
    """Watches the logins of one device."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self._end: Timer | None = None
        self._recent: list[int] = []
        self.total = 0
        self.failures: dict[tuple[str, str], Failures] = {}
        self.quiet_until: int | None = None

    def reset(self) -> None:
        """A reload."""
        self._recent.clear()
        self.failures.clear()
        self.total, self.quiet_until = 0, None
        if self._end is not None:
            self._end.cancel()

    # ---------------------------------------------------------------- what a login tells

    @property
    def quiet(self) -> bool:
        """Whether the door is shut."""
        return self.quiet_until is not None

    def admits(self, source: IPv4Address) -> bool:
        """Whether a connection from there may log in now."""
        if not self.quiet:
            return True
        line = self._device.running.find("login quiet-mode access-class")
        facts = self._device.router.facts
        name = line.values["acl"] if line else None
        chosen = next((each for each in facts.acls if each.name == name), None)
        ace = first_match(chosen, IPv4(source, source, ipv4.TCP)) if chosen else None
        return ace is not None and ace.permit

    def succeeded(self, user: str, source: str) -> None:
        """Somebody is in."""
        if self._device.running.find("login on-success log") is not None:
            self._tell(f"%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success {_who(user, source)}")

    def failed(self, user: str, source: str) -> None:
        """A name or a password was wrong."""
        now = self._device.router.clock.now
        self.total += 1
        seen = self.failures.setdefault((user, source), Failures())
        seen.count, seen.last = seen.count + 1, now
        who = f"{_who(user, source)} [Reason: Login Authentication Failed]"
        if self._device.running.find("login on-failure log") is not None:
            self._tell(f"%SEC_LOGIN-4-LOGIN_FAILED: Login failed {who}")
        told = self._device.running.find("login block-for")
        if told is None or self.quiet:
            return
        window = told.values["window"] * SECOND
        self._recent = [time for time in self._recent if now - time < window] + [now]
        if len(self._recent) < told.values["attempts"]:
            return
        left = (self._recent[0] + window - now) // SECOND
        self._recent.clear()
        self.quiet_until = now + told.values["block"] * SECOND
        self._end = self._device.router.clock.at(self.quiet_until, self._open)
        self._tell(
            f"%SEC_LOGIN-1-QUIET_MODE_ON: Still timeleft for watching failures is {left} secs, "
            f"{who} [ACL: {self._list() or 'sl_def_acl'}]"
        )

    def _open(self) -> None:
        self.quiet_until = None
        why = "Quiet Mode is OFF, because block period timed out"
        self._tell(f"%SEC_LOGIN-5-QUIET_MODE_OFF: {why}")

    def _list(self) -> str | None:
        line = self._device.running.find("login quiet-mode access-class")
        return str(line.values["acl"]) if line else None

    def _tell(self, text: str) -> None:
        self._device.journal.tell(f"{text} at {day_and_time(self._device.now())}")

    # ---------------------------------------------------------------- show login

    def show(self) -> Iterator[str]:
        """`show login`."""
        told, now = self._device.running.find("login block-for"), self._device.router.clock.now
        yield "     No login delay has been applied."
        name = self._list()
        given = f"Quiet-Mode access list {name} is applied." if name else None
        yield f"     {given or 'No Quiet-Mode access list has been configured.'}"
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
            yield (
                "     Denying logins from all sources."
                if name is None
                else (f"     Restricted logins filtered by applied ACL {name}.")
            )
            return
        window = values["window"] * SECOND
        recent = [time for time in self._recent if now - time < window]
        left = (recent[0] + window - now) // SECOND if recent else values["window"]
        yield "     Router presently in Normal-Mode."
        yield "     Current Watch Window"
        yield f"         Time remaining: {left} seconds."
        yield f"         Login failures for current window: {len(recent)}."
        yield f"     Total login failures: {self.total}."

    def show_failures(self) -> Iterator[str]:
        """`show login failures`."""
        if not self.failures:
            yield "*** No logged failed login attempts with the device.***"
            return
        yield f"Total failed logins: {self.total}"
        yield "Detailed information about last 50 failures"
        yield ""
        yield "Username        SourceIPAddr    lPort Count TimeStamp"
        for (user, source), seen in tuple(self.failures.items())[-50:]:
            when = day_and_time(self._device.now(seen.last))
            yield f"{user:<15} {source:<15} {TELNET:<5} {seen.count:<5} {when}"


def _who(user: str, source: str) -> str:
    return f"[user: {user}] [Source: {source}] [localport: {TELNET}]"
