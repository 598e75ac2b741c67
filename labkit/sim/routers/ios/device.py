"""One IOS gateway: its configurations, its log, its debug flags, its sessions.

Joins a live `net` router with what is typed at its prompts: the running tree is compiled to facts
and handed down whenever it changed; what happens in the router comes up as log and debug lines.
Must not know SSH, or how anything is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from labkit.sim.model.config import Line
from labkit.sim.model.facts import DeviceFacts
from labkit.sim.net.ipsec import IpsecEngine
from labkit.sim.net.router import Router
from labkit.sim.routers.device import ConfigError
from labkit.sim.routers.ios import running
from labkit.sim.routers.ios.configuring import Configurable, Configuring
from labkit.sim.routers.ios.files.archive import Archive
from labkit.sim.routers.ios.files.flash import Flash
from labkit.sim.routers.ios.kinds import interface_order
from labkit.sim.routers.ios.log.syslog import Syslog
from labkit.sim.routers.ios.login.entry import Logins
from labkit.sim.routers.ios.login.vty import TelnetServer
from labkit.sim.routers.ios.subjects import MODES, compiled
from labkit.sim.routers.ios.wording import clock_words, day_and_time, mistake_text

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

PORTS = ("GigabitEthernet0/0", "GigabitEthernet0/1", "GigabitEthernet0/2")
"""What an IOSv has at least."""


class Draft:
    """A configuration that is not in force: a file, or what a router boots with."""

    def __init__(self, ports: Iterable[str]) -> None:
        """An empty configuration of a box with these ports, which cannot be taken out."""
        self.running = Line()
        for port in ports:
            key = f"interface {port}"
            self.running.put(Line(key, key, (150, *interface_order(port))))

    def changed(self) -> None:
        """Nobody needs to know."""


def type_lines(target: Configurable, lines: Iterable[str]) -> Iterator[ConfigError]:
    """Take configuration lines one by one, as the errors of those that are refused are drawn."""
    configuring = Configuring(target, MODES)
    for line in lines:
        if line.strip() in ("end", "exit") and not configuring.in_banner:
            configuring.to_global()
            continue
        outcome = configuring.execute(line)
        if outcome.mistake is not None:
            yield ConfigError(line, mistake_text(outcome.mistake, line))
        elif outcome.refused:
            yield ConfigError(line, outcome.said.strip())
        elif outcome.command is not None and outcome.command.row.syntax != "exit-address-family":
            yield ConfigError(line, "not a configuration line")


def read(lines: Sequence[str], ports: Iterable[str]) -> tuple[Line, list[ConfigError]]:
    """The tree of a whole configuration, and the lines that are not in it."""
    draft = Draft(ports)
    refused = list(type_lines(draft, lines))
    return draft.running, refused


class IosDevice:
    """A customer's gateway and everything that is not packets about it."""

    platform = "cisco_ios"

    def __init__(self, router: Router) -> None:
        self.router = router
        self.name = router.name
        self.running = Line()
        self.startup: str | None = None
        """What a reload begins with; None: nothing was ever saved."""
        self.changed_at: int | None = None
        """When somebody last changed the running configuration."""
        self.saved_at: int | None = None
        self.clock_ahead: int | None = None
        """How far `clock set` has put the clock ahead of the lab's; None: nobody has set it."""
        self.sessions: list[IosShell] = []
        self.log = Syslog(self)
        self.flash = Flash()
        self.archive = Archive(self)
        self.telnet = TelnetServer(self)
        self.logins = Logins(self)
        self._stale = False
        self._pings = 0
        self._facts: DeviceFacts | None = None
        self._boot(running.factory(self.ports))
        router.subscribe(self.log.heard)

    @property
    def ports(self) -> list[str]:
        """Its physical interfaces."""
        return sorted({*PORTS, *self.router.ports}, key=interface_order)

    @property
    def hostname(self) -> str:
        line = self.running.find("hostname")
        return line.text.split()[1] if line else "Router"

    # ---------------------------------------------------------------- what the lab calls

    def load(self, lines: Sequence[str]) -> None:
        """Take configuration lines; they are what a reload begins with, too.

        Lines that open with `version` are a whole configuration and replace everything, others
        are typed on top.  Raises ConfigError for the first that is refused.
        """
        whole = any(line.startswith("version ") for line in lines)
        if whole:
            self._boot(lines)
        else:
            self._type(lines)
        self.commit()
        self.startup = self.render()
        self.changed_at = None

    def render(self) -> str:
        """The whole configuration as text; a fresh device that loads it is the same."""
        return "\n".join(running.body(self.running)) + "\n"

    def save(self) -> str:
        """`write memory`; returns what it wrote."""
        self.startup = self.render()
        self.saved_at = self.router.clock.now
        if self.archive.with_write:
            self.archive.save()
        return self.startup

    def debug_commands(self) -> list[str]:
        """The commands that bring the debug flags back."""
        flags = [f"debug {flag}" for flag in sorted(self.log.debugs)]
        set_ = [] if self.clock_ahead is None else [f"clock set {clock_words(self.now())}"]
        return set_ + flags

    def now(self, time: int | None = None) -> int:
        """A moment of the lab (now, unless it is given) by the device's own clock."""
        return (self.router.clock.now if time is None else time) + (self.clock_ahead or 0)

    def open_shell(
        self, kind: str = "ssh", *, width: int = 80, height: int = 24, secret: str | None = None
    ) -> IosShell:
        """A new session, not started yet; `secret` is what `enable` takes if nothing is set."""
        from labkit.sim.routers.ios.shell import IosShell

        shell = IosShell(self, kind, width=width, height=height, secret=secret)
        self.sessions.append(shell)
        return shell

    def reload(self) -> None:
        """Start again from what was saved; sessions, log and debug flags are gone."""
        for session in list(self.sessions):
            session.hang_up()
        self.telnet.reset()
        self.log.reset()
        self.archive.forget()
        self.logins.reset()
        lines = running.factory(self.ports) if self.startup is None else self.startup.splitlines()
        self.running, _ = read(lines, self.ports)
        self._stale = True
        self.changed_at = self.clock_ahead = None
        self.commit()
        self.router.reload()

    @property
    def ipsec(self) -> IpsecEngine:
        """The part of the router that encrypts."""
        assert self.router.ipsec is not None
        return self.router.ipsec

    # ---------------------------------------------------------------- what its shells call

    def read(self, lines: Sequence[str]) -> tuple[Line, list[ConfigError]]:
        """The tree of a whole configuration that is not in force, and the lines refused."""
        return read(lines, self.ports)

    def type_lines(self, lines: Sequence[str]) -> Iterator[ConfigError]:
        """Take configuration lines one by one, as the errors of those refused are drawn."""
        return type_lines(self, lines)

    def changed(self) -> None:
        """The running tree is different now."""
        self._stale = True

    def commit(self) -> None:
        """Hand what changed to the network."""
        if not self._stale:
            return
        self._stale = False
        self.changed_at = self.router.clock.now
        facts = compiled(self.running, self.ports)
        self.log.configure(self.running)
        if facts != self._facts:
            self._facts = facts
            self.router.configure(facts)
        self.telnet.configure(facts.access.vty)

    def running_lines(self) -> list[str]:
        """What `show running-config` prints."""
        changed = ""
        if self.changed_at is not None:
            changed = f"Last configuration change at {day_and_time(self.now(self.changed_at))}"
        return running.whole(self.running, changed)

    def next_identifier(self) -> int:
        """An ICMP identifier for one ping command."""
        self._pings = self._pings % 0xFFFF + 1
        return self._pings

    # ---------------------------------------------------------------- within

    def _boot(self, lines: Sequence[str]) -> None:
        """Begin anew with a whole configuration.  Raises ConfigError."""
        self.running = Draft(self.ports).running
        self._type(lines)
        self._stale = True

    def _type(self, lines: Sequence[str]) -> None:
        for error in self.type_lines(lines):
            raise error
