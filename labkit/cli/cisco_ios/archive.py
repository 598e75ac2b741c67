"""The configuration archive of a router, and changes that must be confirmed in time.

Files go to flash under the name that `archive path` tells; the rollback timer and `time-period`
run on the lab's clock.  Knows the running tree's `archive` section; must not know prompts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labkit.cli.cisco_ios import differences, draft, log
from labkit.cli.cisco_ios.flash import Url
from labkit.cli.cisco_ios.timestamps import file_stamp
from labkit.cli.device import ConfigError
from labkit.model.config import Line
from labkit.net.clock import SECOND, Timer

if TYPE_CHECKING:
    from labkit.cli.cisco_ios.device import IosDevice

MINUTE = 60 * SECOND
MAXIMUM = 10
LOGGED = 100
"""Commands that `log config` keeps unless `logging size` says otherwise."""


@dataclass(slots=True)
class Pending:
    """A change that is taken back unless somebody confirms it."""

    file: str
    user: str
    minutes: int
    since: int
    timers: list[Timer]

    def cancel(self) -> None:
        for timer in self.timers:
            timer.cancel()


@dataclass(frozen=True, slots=True)
class Logged:
    """A configuration command that somebody typed."""

    index: int
    session: int
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """What came of making a file the running configuration."""

    commands: tuple[str, ...]
    refused: tuple[ConfigError, ...]


class Archive:
    """Saved configurations, the pending rollback and the log of one router."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self.saved: list[str] = []
        """Names of files, oldest first."""
        self.index = 0
        """What the next file's name ends with."""
        self.pending: Pending | None = None
        self.logged: deque[Logged] = deque()
        self._sessions = 0
        self._commands = 0
        self._period: tuple[int, Timer] | None = None

    # ---------------------------------------------------------------- what `archive` says

    def _section(self) -> Line | None:
        return self._device.running.find("archive")

    def _value(self, key: str, name: str, *path: str) -> object:
        section = self._section()
        line = section.find(*path, key) if section is not None else None
        return None if line is None else line.values.get(name)

    @property
    def path(self) -> Url | None:
        """Where files go; None: the archive is off."""
        path = self._value("path", "path")
        return path if isinstance(path, Url) else None

    @property
    def maximum(self) -> int:
        return int(str(self._value("maximum", "count") or MAXIMUM))

    @property
    def with_write(self) -> bool:
        """`write-memory`: every save is archived too."""
        section = self._section()
        return section is not None and section.find("write-memory") is not None

    def logs(self, *key: str) -> Line | None:
        """A line of `log config`."""
        section = self._section()
        return None if section is None else section.find("log config", *key)

    # ---------------------------------------------------------------- files

    def next_name(self, stamp: str = "<timestamp>") -> str:
        """The next file's name with its file system, or "" if no path is set."""
        path = self.path
        if path is None:
            return ""
        name = path.typed.replace("$h", self._device.hostname)
        name = name.replace("$t", stamp) if "$t" in name else f"{name}-{stamp}"
        return f"{name}-{self.index}"

    def save(self) -> str:
        """Put the running configuration into the archive; its name, or "" without a path."""
        now = self._device.now()
        name = self.next_name(file_stamp(now))
        if not name:
            return ""
        self._device.flash.write(self._file(name), self._device.render(), now)
        self.saved.append(name)
        self.index += 1
        while len(self.saved) > self.maximum:
            self._device.flash.files.pop(self._file(self.saved.pop(0)), None)
        return name

    @staticmethod
    def _file(name: str) -> str:
        return name.partition(":")[2].lstrip("/")

    def configure(self) -> None:
        """Follow the running tree: `time-period`, `maximum`, the size of the log."""
        minutes = self._value("time-period", "minutes")
        wanted = int(str(minutes)) if minutes is not None and self.path is not None else None
        if self._period is not None and self._period[0] != wanted:
            self._period[1].cancel()
            self._period = None
        if wanted is not None and self._period is None:
            self._start_period(wanted)
        size = self.logs("logging size")
        limit = int(str(size.values["entries"])) if size is not None else LOGGED
        while len(self.logged) > limit:
            self.logged.popleft()

    def _start_period(self, minutes: int) -> None:
        clock = self._device.router.clock
        self._period = (minutes, clock.after(minutes * MINUTE, lambda: self._periodic(minutes)))

    def _periodic(self, minutes: int) -> None:
        self.save()
        self._start_period(minutes)

    # ---------------------------------------------------------------- replacing

    def replace(self, text: str) -> Replaced:
        """Make a whole configuration the running one."""
        device = self._device
        wanted, refused = draft.read(text.splitlines(), device.ports)
        now, _ = draft.read(device.render().splitlines(), device.ports)
        commands = differences.commands(now, wanted)
        if commands:
            device.running.children = wanted.children
            device.changed()
            device.commit()
        return Replaced(tuple(commands), tuple(refused))

    # ---------------------------------------------------------------- confirmed changes

    def begin(self, minutes: int, user: str) -> str:
        """Save what holds now and come back to it unless confirmed; the file's name."""
        name = self.save()
        self._tell(f"5-ROLLBK_CNFMD_CHG_BACKUP: Backing up current running config to {name}")
        self._tell(f"5-ROLLBK_CNFMD_CHG_START_ABSTIMER: User: {user}: Scheduled to rollback to "
                   f"config {name} in {minutes} minutes")  # fmt: skip
        self._wait(name, minutes, user)
        return name

    def postpone(self, minutes: int, user: str) -> None:
        """`configure revert timer`: count anew."""
        assert self.pending is not None
        self._tell(f"5-ROLLBK_CNFMD_CHG_REVERTTIMER: User: {user}: Reset Rollback Confirmed "
                   f"Change timer(absolute) to {minutes} minute")  # fmt: skip
        self._wait(self.pending.file, minutes, user)

    def confirm(self, user: str) -> None:
        """The change stays."""
        self.forget()
        self._tell(f"5-ROLLBK_CNFMD_CHG_CONFIRM: User: {user}: Confirm the configuration change")

    def revert(self) -> Replaced:
        """Go back at once."""
        assert self.pending is not None
        name = self.pending.file
        self.forget()
        self._tell(f"5-ROLLBK_CNFMD_CHG_ROLLBACK_START: Start rolling to: {name}")
        file = self._device.flash.files.get(self._file(name))
        return self.replace(file.text) if file is not None else Replaced((), ())

    def revert_now(self, user: str) -> Replaced:
        """`configure revert now`."""
        self._tell(f"5-ROLLBK_CNFMD_CHG_REVERTNOW: User: {user}: Rollback immediately.")
        return self.revert()

    def forget(self) -> None:
        """Nothing waits for confirmation any more (after a reload, too)."""
        if self.pending is not None:
            self.pending.cancel()
            self.pending = None

    def _wait(self, name: str, minutes: int, user: str) -> None:
        self.forget()
        clock = self._device.router.clock
        timers = [clock.after(minutes * MINUTE, self._expire)]
        if minutes > 1:
            timers.append(clock.after((minutes - 1) * MINUTE, lambda: self._warn(name)))
        self.pending = Pending(name, user, minutes, clock.now, timers)

    def _expire(self) -> None:
        if self.pending is not None:
            self.revert()

    def _warn(self, name: str) -> None:
        self._tell(f"5-ROLLBK_CNFMD_CHG_WARNING_ABSTIMER: System will rollback to config {name} "
                   'in one minute. Enter "configure confirm" if you wish to keep what '
                   "you've configured")  # fmt: skip

    def _tell(self, text: str) -> None:
        self._device.journal.tell(f"%ARCHIVE_DIFF-{text}")

    # ---------------------------------------------------------------- the log of commands

    def new_session(self) -> int:
        """The number of a session that begins to configure."""
        self._sessions += 1
        return self._sessions

    def note(self, session: int, user: str, line: str, text: str) -> None:
        """Somebody typed a configuration command that was taken."""
        if self.logs("logging enable") is None:
            return
        self._commands += 1
        shown = _without_secrets(text) if self.logs("hidekeys") is not None else text.strip()
        self.logged.append(Logged(self._commands, session, f"{user}@{line}", shown))
        self.configure()
        if self.logs("notify syslog") is not None:
            self._device.journal.tell(log.typed(user, shown))

    def entries(self, number: int | None = None) -> Iterable[Logged]:
        """The commands kept, or one of them."""
        return [each for each in self.logged if number in (None, each.index)]


def _without_secrets(text: str) -> str:
    """A command with what follows `password`, `secret` or `key` hidden."""
    words = text.split()
    for at, word in enumerate(words[:-1]):
        if word in ("password", "secret", "key"):
            return " ".join([*words[: at + 1], "*****"])
    return " ".join(words)
