"""A PC at its prompt, and the hand that moves the clock while a command waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from labkit.sim.net.network import Network
from labkit.sim.routers.jobs import NEVER
from labkit.sim.routers.linux.device import LinuxDevice
from labkit.sim.routers.linux.shell import LinuxShell

GATEWAY = "192.168.1.1"


@dataclass
class Bench:
    """A PC-A that is configured, its shell, and the clock's hand."""

    network: Network
    device: LinuxDevice
    shell: LinuxShell

    def run(self, line: str, until: Callable[[], bool] = lambda: False) -> str:
        """Type a line and let time pass while its command waits; what it printed."""
        self.shell.feed(line + "\r")
        self.pump(until)
        text = self.shell.output().replace("\r\n", "\n")
        return text.removeprefix(f"{line}\n").removesuffix(self.shell.prompt())

    def pump(self, until: Callable[[], bool] = lambda: False) -> None:
        while (wait := self.shell.waiting()) is not None and not until():
            if wait.done() or self.network.clock.now >= wait.until:
                self.shell.resume()
                continue
            following = self.network.clock.next_time()
            if wait.until >= NEVER and following is None:
                return
            self.network.clock.run_until(min(wait.until, following or wait.until))
