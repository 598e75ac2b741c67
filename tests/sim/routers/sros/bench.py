"""The provider's six routers with their command lines, on the network of topology A."""

from __future__ import annotations

from labkit.sim.lab import checkpoints
from labkit.sim.model.topology import PortRef
from labkit.sim.net.network import Network
from labkit.sim.routers.sros.device import SrosDevice
from labkit.sim.routers.sros.shell import SrosShell
from tests.sim.net import provider_facts

ROUTERS = ("R1", "R2", "R3", "R4", "R5", "R6")


class Bench:
    """A booted network: customer by facts, provider typed from a checkpoint."""

    def __init__(self, checkpoint: str = "baseline") -> None:
        self.network = Network()
        self.devices: dict[str, SrosDevice] = {}
        with self.network.batch():
            for name, facts in provider_facts.network_facts().items():
                if name not in ROUTERS:
                    self.network.nodes[name].configure(facts)
            for name in ROUTERS:
                self.devices[name] = self.bare(name)
                for each in checkpoints.chain(checkpoint):
                    if name in each.config:
                        self.devices[name].load(each.config[name].lines)
        self.network.boot()

    def bare(self, name: str) -> SrosDevice:
        """A router without a configuration."""
        return SrosDevice(self.network.router(name))

    def terminal(self, name: str, *, height: int = 0) -> Terminal:
        return Terminal(self, self.devices[name], height)

    def sniffed(self) -> list[bytes]:
        """From now on: the frames that reach the sniffer."""
        frames: list[bytes] = []
        port = self.network.nodes["Kali"].ports["eth0"]
        assert port.ref == PortRef("Kali", "eth0")
        port.watchers.append(lambda frame, direction: frames.append(frame))
        return frames


class Terminal:
    """A session that runs each command to its end and gives back what was printed."""

    def __init__(self, bench: Bench, device: SrosDevice, height: int = 0) -> None:
        self.clock = bench.network.clock
        self.shell: SrosShell = device.open_shell(height=height)
        self.shell.start()
        self.greeting = self.read()

    def read(self) -> str:
        return self.shell.output().replace("\r\n", "\n")

    def type(self, keys: str) -> str:
        """Press keys; everything that is echoed and printed."""
        self.shell.feed(keys)
        while (wait := self.shell.waiting()) is not None:
            while not wait.done() and self.clock.now < wait.until:
                following = self.clock.next_time()
                if following is None or following > wait.until:
                    self.clock.run_until(wait.until)
                else:
                    self.clock.step()
            self.shell.resume()
        return self.read()

    def __call__(self, command: str) -> str:
        """What a command prints, without its echo and the next prompt."""
        lines = self.type(command + "\r").split("\n")
        return "\n".join(lines[1:-1])

    def prompt(self) -> str:
        return self.type("\r").split("\n")[-1]
