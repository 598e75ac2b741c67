"""The configuration archive of a router, and changes that must be confirmed in time.

Files go to flash under the name that `archive path` tells; the rollback timer runs on
the lab's clock.  Knows the running tree's `archive` section; must not know prompts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labkit.sim.model.config import Line
from labkit.sim.net.clock import SECOND, Timer
from labkit.sim.routers.device import ConfigError
from labkit.sim.routers.ios.kinds import Url
from labkit.sim.routers.ios.rows import Row, Setting
from labkit.sim.routers.ios.wording import file_stamp

if TYPE_CHECKING:
    from labkit.sim.routers.ios.device import IosDevice

GLOBAL: list[Row] = [
    Setting("archive", 85, enters="config-archive"),
]
ARCHIVE: list[Row] = [
    Setting("path <path:archive-path>", 20, key="path"),
    Setting("maximum <count:1-14>", 30, key="maximum", default="maximum 10"),
    Setting("write-memory", 40),
]


MINUTE = 60 * SECOND
MAXIMUM = 10


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
class Replaced:
    """What came of making a file the running configuration."""

    commands: tuple[str, ...]
    refused: tuple[ConfigError, ...]


class Archive:
    """Saved configurations and the pending rollback of one router."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self.saved: list[str] = []
        """Names of files, oldest first."""
        self.index = 0
        """What the next file's name ends with."""
        self.pending: Pending | None = None

    # ---------------------------------------------------------------- what `archive` says

    def _section(self) -> Line | None:
        return self._device.running.find("archive")

    def _value(self, key: str, name: str) -> object:
        section = self._section()
        line = section.find(key) if section is not None else None
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

    # ---------------------------------------------------------------- replacing

    def replace(self, text: str) -> Replaced:
        """Make a whole configuration the running one."""
        device = self._device
        wanted, refused = device.read(text.splitlines())
        now, _ = device.read(device.render().splitlines())
        commands = commands_between(now, wanted)
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
        self._device.log.tell(f"%ARCHIVE_DIFF-{text}")


# --------------------------------------------------------------------------- differences


def commands_between(one: Line, other: Line) -> list[str]:
    """The lines that turn `one` into `other`: removals first, section by section."""
    return [*_removals(one, other, 0), *_additions(one, other, 0)]


def _removals(one: Line, other: Line, depth: int) -> Iterator[str]:
    pad = " " * depth
    kept = {line.text.rstrip(): line for line in other.children}
    keys = {line.key for line in other.children}
    for line in one.children:
        text = line.text.rstrip()
        same = kept.get(text)
        if same is not None:
            inside = list(_removals(line, same, depth + 1))
            yield from [pad + text, *inside] if inside else []
        elif line.key not in keys or line.children:
            yield pad + (text.removeprefix("no ") if text.startswith("no ") else f"no {text}")


def _additions(one: Line, other: Line, depth: int) -> Iterator[str]:
    pad = " " * depth
    known = {line.text.rstrip(): line for line in one.children}
    for line in other.children:
        text = line.text.rstrip()
        same = known.get(text)
        if same is None:
            yield pad + text
            yield from (" " * (depth + deeper + 1) + each.text for deeper, each in line.walk())
            continue
        inside = list(_additions(same, line, depth + 1))
        yield from [pad + text, *inside] if inside else []
