"""One SR OS router: its configuration, what was saved of it, its sessions.

Glue between the configuration tree, the facts that the network forwards by, and the shells.
Knows a live router only through `configure`, its clock and its mirrors; must not know how
anything is shown, nor who drives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from labkit.sim.model.facts import DeviceFacts
from labkit.sim.routers.device import ConfigError
from labkit.sim.routers.sros import checks, display, grammar
from labkit.sim.routers.sros.apply import compile_facts
from labkit.sim.routers.sros.configuration import Configuration
from labkit.sim.routers.sros.cursor import Command, Cursor
from labkit.sim.routers.sros.log import EventLog
from labkit.sim.routers.sros.mirror import mirror_sources
from labkit.sim.routers.sros.rollback import Rollback
from labkit.sim.routers.sros.schema import Mistake
from labkit.sim.routers.sros.system import PORTS
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.net.router import Router
    from labkit.sim.routers.sros.shell import SrosShell

FACTORY = """
configure card 1 card-type iom3-xp-b
configure card 1 mda 1 mda-type m5-1gb-sfp-b
configure service customer 1 create description "Default customer"
configure router interface "system"
"""


class SrosDevice:
    """A router of the provider and everything that is not packets about it."""

    platform = "nokia_sros"

    def __init__(self, router: Router) -> None:
        self.router = router
        self.name = router.name
        self.sessions: list[SrosShell] = []
        self.saved: str | None = None
        """What `admin save` wrote; None before the first."""
        self.saved_at = 0
        """Lab time of that save, in microseconds."""
        self.modified_at: int | None = None
        """Lab time of the last change by hand; None before the first."""
        self.rollbacks: list[Rollback] = []
        """What `admin rollback save` kept, newest first."""
        self.unsaved = False
        """The running configuration differs from what was saved: the `*` in the prompt."""
        self._facts: DeviceFacts | None = None
        self._pings = 0
        self.log = EventLog(router)
        router.subscribe(self.log.take)
        self.configuration = self._factory()

    def _factory(self) -> Configuration:
        """The configuration of a router that has none."""
        configuration = Configuration(grammar.root(), checks.check, checks.removal, checks.existing)
        row = next(row for row in configuration.config.row.children if row.keyword == "port")
        for port in PORTS:
            configuration.config.add(row, {"port": port})
        self._type(Cursor(configuration, grammar.everywhere()), FACTORY.splitlines())
        return configuration

    # ---- what the lab calls

    def load(self, lines: Sequence[str]) -> None:
        """Type configuration lines as a file holds them, then let the network know.

        Raises ConfigError on the first line refused; those before it stay.
        """
        cursor = Cursor(self.configuration, grammar.everywhere())
        try:
            self._type(cursor, lines)
        finally:
            self.settle()
            self.unsaved, self.modified_at = False, None

    def render(self) -> str:
        """The running configuration as `admin display-config` prints it; `load` reads it."""
        return "\n".join(display.display(self.configuration)) + "\n"

    def debug_commands(self) -> list[str]:
        """The lines that bring the debug settings back."""
        lines = []
        for source in self.configuration.debug.all("mirror-source"):
            start = f"debug mirror-source {source['id']}"
            lines += [f"{start} {port.line()}" for port in source.all("port")]
            lines += [f"{start} shutdown"] if source.shutdown else []
        return lines

    def save(self) -> str:
        """`admin save`; returns what it wrote."""
        self.saved, self.saved_at = self.render(), self.router.clock.now
        self.unsaved = False
        return self.saved

    def reboot(self) -> None:
        """Start again from what was saved; debug settings and sessions are gone."""
        for session in list(self.sessions):
            session.hang_up()
        self.log.clear()
        self.configuration = self._factory()
        with self.router.network.batch():
            self.load((self.saved or "").splitlines())
            self.router.reload()

    def revert(self, text: str) -> None:
        """Make this the running configuration, changing only what differs in the network."""
        self.configuration.config = self._factory().config
        self.configuration.policies = None
        self.configuration.changed = True
        with self.router.network.batch():
            self.load(text.splitlines())
        self.unsaved = True

    def open_shell(
        self, kind: str = "ssh", *, width: int = 80, height: int = 24, secret: str | None = None
    ) -> SrosShell:
        """A new session, not started yet; it needs no `secret`, all of them may do everything."""
        from labkit.sim.routers.sros.shell import SrosShell

        shell = SrosShell(self, width=width, height=height, kind=kind)
        self.sessions.append(shell)
        return shell

    # ---- what its shells call

    def facts(self) -> DeviceFacts:
        return compile_facts(self.configuration, self.name)

    def settle(self) -> None:
        """Hand what changed to the network."""
        if self.configuration.changed:
            self.configuration.changed = False
            self.unsaved = True
            self.modified_at = self.router.clock.now
            facts = self.facts()
            if facts != self._facts:
                self._facts = facts
                self.router.configure(facts)
        self._settle_mirrors()

    def _settle_mirrors(self) -> None:
        if self.router.provider is None:
            return
        mirrors = self.router.provider.mirrors
        wanted = {source.service_id: source for source in mirror_sources(self.configuration.debug)}
        for gone in mirrors.sources.keys() - wanted.keys():
            mirrors.remove_source(gone)
        for number, source in wanted.items():
            if mirrors.sources.get(number) != source:
                mirrors.set_source(source)

    def next_ping(self) -> int:
        """An ICMP identifier for one ping command."""
        self._pings = self._pings % 0xFFFF + 1
        return self._pings

    def system_name(self) -> str:
        return self.configuration.config.value("system", "name", "name", default=self.name)

    def node(self, *path: str) -> Iterator[Branch]:
        """Objects of the running configuration below `configure`."""
        return self.configuration.config.all(*path)

    @staticmethod
    def _type(cursor: Cursor, lines: Iterable[str]) -> None:
        for line in lines:
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            try:
                command = cursor.type(text)
            except Mistake as mistake:
                raise ConfigError(line, mistake.message) from mistake
            if command is not None and command.row.keyword != "echo":
                raise ConfigError(line, _no_configuration(command))


def _no_configuration(command: Command) -> str:
    return f"{command.row.keyword} is no configuration line"
