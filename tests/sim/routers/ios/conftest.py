"""Two gateways on the lab's network, typed at by hand, with lab time moved as an owner does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labkit import resources
from labkit.sim.lab import checkpoints
from labkit.sim.lab.lab import Lab
from labkit.sim.net.network import Network
from labkit.sim.routers.ios.device import IosDevice
from labkit.sim.routers.shell import Shell

A, B = "Site-A-GW-Router", "Site-B-GW-Router"


def configure(lab: Lab, device: str, *lines: str) -> str:
    """What a gateway of a whole lab says to lines of configuration."""
    return "".join(lab.run(device, line) for line in ("configure terminal", *lines, "end"))


class Bench:
    """A network whose gateways are configured up to a checkpoint; the provider is bare."""

    def __init__(self, checkpoint: str) -> None:
        assert resources.data("topology.yaml").exists()
        self.network = Network()
        self.devices = {name: IosDevice(self.network.router(name)) for name in (A, B)}
        for step in checkpoints.chain(checkpoint):
            for name, device in self.devices.items():
                if name in step.config:
                    device.load(step.config[name].lines)

    def shell(self, name: str = B, kind: str = "ssh") -> Terminal:
        return Terminal(self, self.devices[name].open_shell(kind, height=0))


class Terminal:
    """A session, and what it says to a line."""

    def __init__(self, bench: Bench, shell: Shell) -> None:
        self.bench = bench
        self.shell = shell
        shell.start()
        self.run()

    def run(self) -> str:
        """Let commands come to their end; what was written."""
        clock = self.bench.network.clock
        while (wait := self.shell.waiting()) is not None:
            if clock.now >= wait.until or wait.done():
                self.shell.resume()
                continue
            following = clock.next_time()
            clock.run_until(wait.until if following is None else min(wait.until, following))
        return self.shell.output().replace("\r\n", "\n")

    def keys(self, typed: str) -> str:
        """What is written after these keys."""
        self.shell.feed(typed)
        return self.run()

    def type(self, line: str) -> str:
        """What a line answers, without its echo and the next prompt."""
        said = self.keys(line + "\r")
        body = said.partition("\n")[2]
        return body[: body.rindex("\n") + 1] if "\n" in body else ""

    def lines(self, text: str) -> str:
        """Type several lines; everything that they answer."""
        return "".join(self.type(line) for line in text.strip().splitlines())


@pytest.fixture
def bench() -> Callable[[str], Bench]:
    """Make a bench at a checkpoint."""
    return Bench


@pytest.fixture
def b() -> Terminal:
    """Site-B's gateway, with everything of LAB §3, at its privileged prompt."""
    return Bench("crypto-map").shell()
