"""One lab from its start to the next: a booted network and a device at every node.

Reads as the list of steps from a checkpoint to the first prompt, and back to a file.  Must not
know threads, SSH or captures: whoever owns it moves its time.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from labkit.sim.lab import checkpoints
from labkit.sim.lab.checkpoints import Checkpoint, CheckpointError, Lines
from labkit.sim.lab.faults import Fault
from labkit.sim.model import topology
from labkit.sim.net.clock import BOOT_TIME, EPOCH
from labkit.sim.net.link import LinkChange
from labkit.sim.net.network import Network
from labkit.sim.net.node import Host, Node
from labkit.sim.net.router import Router
from labkit.sim.routers.device import Device
from labkit.sim.routers.ios.device import IosDevice
from labkit.sim.routers.linux.device import LinuxDevice
from labkit.sim.routers.sros.device import SrosDevice

PLATFORMS: Mapping[str, Callable[[Node], Device]] = {
    "cisco_ios": lambda node: IosDevice(cast(Router, node)),
    "nokia_sros": lambda node: SrosDevice(cast(Router, node)),
    "linux": lambda node: LinuxDevice(cast(Host, node)),
}
"""How a platform's device is made of its node: the only place where the lab names platforms."""


@dataclass
class World:
    """A network, its devices by name, and what it was started from."""

    checkpoint: str
    seed: int
    network: Network
    devices: dict[str, Device]
    do: tuple[tuple[str, str], ...]
    """Commands that belong to the checkpoint: (node, command)."""
    fault: Fault | None = None
    """The fault that is in."""
    begun: Mapping[str, str] = field(default_factory=dict)
    """Every device's configuration as the world began."""

    def changed(self) -> list[str]:
        """The devices whose configuration is not the one that the world began with."""
        return [
            name for name, device in self.devices.items() if device.render() != self.begun[name]
        ]

    def changed_links(self) -> dict[str, dict[str, Any]]:
        """Links that are not as the topology has them: {name: arguments of LinkChange}."""
        changed = {name: link.changed() for name, link in self.network.links.items()}
        return {name: state for name, state in changed.items() if state}

    def save(self, file: Path) -> None:
        """Write configurations, debug settings and links.  Raises OSError."""
        devices = self.devices.items()
        config = {name: device.render() for name, device in devices}
        do = [(name, line) for name, device in devices for line in device.debug_commands()]
        about = {"checkpoint": self.checkpoint, "seed": self.seed, "links": self.changed_links()}
        checkpoints.write(file, config, do, about)


def build(chain: Sequence[Checkpoint], seed: int, name: str) -> World:
    """Configure and boot a fresh network.  Raises CheckpointError for a line refused.

    Deterministic in (chain, seed, name).
    """
    with _nothing_collected():
        return _build(chain, seed, name)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """No pass of the garbage collector meanwhile, and then as the host process had it.

    Nearly all that a boot makes stays: a pass would only find that out, again and again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _build(chain: Sequence[Checkpoint], seed: int, name: str) -> World:
    network = Network(topology.load(), seed=seed, label=name, epoch=EPOCH - BOOT_TIME)
    with network.batch():
        devices = {
            node.name: PLATFORMS[node.platform](network.nodes[node.name])
            for node in network.topology.nodes.values()
        }
        for checkpoint in chain:
            for node, lines in checkpoint.config.items():
                _load(devices, node, lines)
            _impair(network, checkpoint.saved.get("links") or {}, checkpoint.name)
    begun = {node: device.save() for node, device in devices.items()}
    network.boot()
    do = tuple(step for checkpoint in chain for step in checkpoint.do)
    for node, command in do:
        if node not in devices:
            raise CheckpointError(f"{name}: do: there is no device {node} for {command!r}")
    return World(name, seed, network, devices, do, begun=begun)


def _load(devices: dict[str, Device], node: str, lines: Lines) -> None:
    if node not in devices:
        raise CheckpointError(f"{lines.source}: there is no device {node!r}")
    try:
        devices[node].load(lines.lines)
    except ValueError as error:
        refused = getattr(error, "line", None)
        index = lines.lines.index(refused) if refused in lines.lines else 0
        raise CheckpointError(f"{lines.where(index)}: {node}: {error}") from error


def _impair(network: Network, links: dict[str, Any], source: str) -> None:
    for name, state in links.items():
        if name not in network.links:
            raise CheckpointError(f"{source}: there is no link {name!r}")
        try:
            change = LinkChange(**state)
        except (TypeError, ValueError) as error:
            told = f"{source}: link {name} cannot be as it says: {state!r:.80}"
            raise CheckpointError(told) from error
        network.set_link(name, change)
