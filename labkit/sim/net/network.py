"""All nodes and links of a topology on one clock, and the control plane that follows them.

`changed()` is called by whoever changes something that routes depend on: facts, ports, sessions.
The control plane is then evaluated as a function and its result handed to every node, again and
again until nothing moves.  Nothing here schedules anything by itself.  Entropy is the same on
every machine: streams that follow from a text (`stream`).

Must not know: prompts, checkpoints, captures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256

from labkit.sim.model import topology
from labkit.sim.model.facts import DeviceFacts
from labkit.sim.model.topology import Topology
from labkit.sim.net.clock import BOOT_TIME, EPOCH, Clock
from labkit.sim.net.control.evaluate import ControlPlane
from labkit.sim.net.control.view import View
from labkit.sim.net.interface import Interface, PortAttachment
from labkit.sim.net.link import Link, LinkChange
from labkit.sim.net.node import Host, Node
from labkit.sim.net.provider import BridgeAttachment
from labkit.sim.net.router import Router

ROUNDS = 16


class Network:
    """The whole lab below the prompts; deterministic in (seed, label, calls)."""

    def __init__(
        self, shape: Topology | None = None, seed: int = 1, label: str = "", epoch: int = EPOCH
    ) -> None:
        self.topology = shape or topology.load()
        self.seed = seed
        self.label = label
        self.clock = Clock(epoch)
        self._control = ControlPlane()
        self._batches = 1
        self._stale = False
        self._evaluating = False
        self._view: View | None = None
        self.links = {
            name: Link(self.clock, spec, self.randbytes(name, "loss"))
            for name, spec in self.topology.links.items()
        }
        self.nodes: dict[str, Node] = {}
        for name, spec in self.topology.nodes.items():
            kind = Host if spec.platform == "linux" else Router
            self.nodes[name] = kind(self, spec)
        self._batches = 0

    # ----------------------------------------------------------------- parts

    def router(self, name: str) -> Router:
        """A node that is a router; raises KeyError otherwise."""
        node = self.nodes[name]
        if not isinstance(node, Router):
            raise KeyError(f"{name} is no router")
        return node

    def host(self, name: str) -> Host:
        """A node that is a host; raises KeyError otherwise."""
        node = self.nodes[name]
        if not isinstance(node, Host):
            raise KeyError(f"{name} is no host")
        return node

    def randbytes(self, node: str, purpose: str) -> Callable[[int], bytes]:
        """A stream of entropy that depends on seed, label, node and purpose only."""
        return stream(f"{self.seed}/{self.label}/{node}/{purpose}")

    # ----------------------------------------------------------------- changes

    def configure(self, facts: Mapping[str, DeviceFacts]) -> None:
        """Tell several nodes what they are at once."""
        with self.batch():
            for name, told in facts.items():
                self.nodes[name].configure(told)

    def link(self, name: str) -> Link:
        """A link; raises LookupError."""
        if name not in self.links:
            raise LookupError(f"there is no link {name!r}; there are: {', '.join(self.links)}")
        return self.links[name]

    def set_link(self, name: str, change: LinkChange) -> None:
        """Cut, mend or impair a link.  Raises LookupError."""
        with self.batch():
            self.link(name).set(change)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Evaluate the control plane once for all changes made inside."""
        self._batches += 1
        try:
            yield
        finally:
            self._batches -= 1
            if self._batches == 0 and self._stale:
                self.changed()

    def changed(self) -> None:
        """Something that routes depend on is different: settle the control plane."""
        self._stale = True
        if self._batches or self._evaluating:
            return
        self._evaluating = True
        try:
            for _ in range(ROUNDS):
                if not self._stale:
                    return
                self._stale = False
                self._settle()
        finally:
            self._evaluating = False

    def _settle(self) -> None:
        view = self.view()
        if view == self._view:
            return
        self._view = view
        for name, state in self._control.evaluate(view).items():
            self.nodes[name].settle(state)

    def view(self) -> View:
        """What the control plane may see right now."""
        nodes = self.nodes.values()
        facts = {node.name: node.facts for node in nodes}
        up = frozenset(port.ref for node in nodes for port in node.ports.values() if port.up)
        learned = {node.name: node.learned() for node in nodes}
        injected = {node.name: node.injected_routes for node in nodes if node.injected_routes}
        return View(self.topology, facts, up, learned, injected)

    # ----------------------------------------------------------------- time

    def run(self, duration: int) -> None:
        """Let `duration` microseconds go by."""
        self.clock.run(duration)

    def boot(self, duration: int = BOOT_TIME) -> None:
        """Let the network converge, then know every neighbour's MAC address."""
        self.run(duration)
        self.warm()

    def warm(self) -> None:
        """Fill every ARP cache with the neighbours that are really there, and have the bridges
        between them know where they are: they heard the questions and the answers."""
        homes = [
            (interface, address.network, address.ip)
            for node in self.nodes.values()
            for interface in node.interfaces.values()
            if interface.up and interface.attachment is not None
            for address in interface.facts.addresses
        ]
        for interface, network, _ in homes:
            for other, _, address in homes:
                if other.node is not interface.node and address in network:
                    interface.arp.learn(address, other.mac)
                    for virtual, held in other.virtual.items():
                        interface.arp.learn(virtual, held.mac)
                    _introduce(interface)


def _introduce(interface: Interface) -> None:
    """Tell the bridge that an interface is on, if it is on one."""
    node, attachment = interface.node, interface.attachment
    if isinstance(attachment, BridgeAttachment) and isinstance(node, Router) and node.provider:
        node.provider.introduce(attachment)
    elif isinstance(attachment, PortAttachment) and attachment.port.link is not None:
        far = attachment.port.link.far(attachment.port.ref)
        other = node.network.nodes[far.ref.node] if far is not None else None
        if isinstance(other, Router) and other.provider is not None and far is not None:
            other.provider.heard(far.ref.port, interface.mac)


def stream(text: str) -> Callable[[int], bytes]:
    """A function that gives the next n bytes of the stream named `text`."""
    blocks = 0
    kept = b""

    def randbytes(count: int) -> bytes:
        nonlocal blocks, kept
        while len(kept) < count:
            kept += sha256(f"{text}/{blocks}".encode()).digest()
            blocks += 1
        taken, kept = kept[:count], kept[count:]
        return taken

    return randbytes
