"""A Linux host as a device of the lab: its configuration, its sessions, its small services.

Joins a `net.node.Host` with what is typed at its prompt.  Must not know SSH.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address

from labkit.sim.net.interface import Interface
from labkit.sim.net.node import Host
from labkit.sim.routers.device import ConfigError
from labkit.sim.routers.linux import web
from labkit.sim.routers.linux.configuration import DEVICE, MTU, HostConfiguration
from labkit.sim.routers.linux.shell import LinuxShell

PATH_MTU_LIFETIME = 600_000_000
"""Microseconds that Linux remembers a path's MTU."""


class LinuxDevice:
    """A PC, or the sniffer."""

    platform = "linux"

    def __init__(self, host: Host) -> None:
        self.host = host
        self.name = host.name
        self.sniffer = "sniffer" in host.spec.role
        self.configuration = HostConfiguration()
        self._shells: list[LinuxShell] = []
        self._identifier = 0
        self._path_mtus: dict[IPv4Address, tuple[int, int]] = {}
        self.change(self.configuration)
        if not self.sniffer:
            web.listen(host)

    @property
    def interface(self) -> Interface:
        """The live interface."""
        return self.host.interfaces[DEVICE]

    # ---- configuration

    def change(self, configuration: HostConfiguration) -> None:
        """Take a changed configuration and become it."""
        self.configuration = configuration
        self.host.configure(configuration.compile(self.name))

    def load(self, lines: Sequence[str]) -> None:
        """Run `ip` commands.  Raises ConfigError for the first that fails."""
        shell = LinuxShell(self)
        for line in lines:
            if not line.strip():
                continue
            job, _ = shell.execute(line)
            if job is not None:
                for _ in job:
                    raise ConfigError(line, "it waits, so it is no configuration")
            if shell.status:
                raise ConfigError(line, shell.output().strip())

    def render(self) -> str:
        """The commands that make a fresh host like this one."""
        return "".join(f"{line}\n" for line in self.configuration.lines())

    def save(self) -> str:
        """No more than `render`: a host of the lab never restarts."""
        return self.render()

    def debug_commands(self) -> list[str]:
        """None: everything that is set on a host is configuration."""
        return []

    # ---- sessions

    def open_shell(
        self, kind: str = "ssh", *, width: int = 80, height: int = 0, secret: str | None = None
    ) -> LinuxShell:
        """A login."""
        shell = LinuxShell(self, width=width, height=height)
        self._shells.append(shell)
        return shell

    def forget(self, shell: LinuxShell) -> None:
        """A login has ended."""
        if shell in self._shells:
            self._shells.remove(shell)

    # ---- what commands remember

    def next_identifier(self) -> int:
        """A number of its own for a ping or traceroute."""
        self._identifier = self._identifier % 0xFFFF + 1
        return self._identifier

    def learn_path_mtu(self, target: IPv4Address, mtu: int) -> None:
        """A router has refused a packet that may not be fragmented."""
        self._path_mtus[target] = mtu, self.host.clock.now + PATH_MTU_LIFETIME

    def path_mtu(self, target: IPv4Address) -> int:
        """Bytes of IP that fit on the way to `target`, as far as is known."""
        mtu, until = self._path_mtus.get(target, (MTU, 0))
        own = self.configuration.mtu
        return min(own, mtu) if self.host.clock.now < until else own
