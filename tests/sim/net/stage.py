"""A network on its clock for tests: pings as IOS sends them, frames and events as they happened."""

from __future__ import annotations

import struct
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import TypeVar

from labkit.sim.model.facts import DeviceFacts
from labkit.sim.model.topology import Topology
from labkit.sim.net.clock import SECOND
from labkit.sim.net.icmp import Answer, pattern
from labkit.sim.net.network import Network
from labkit.sim.net.node import Node
from tests.sim.net import facts as given

E = TypeVar("E")


class Stage:
    """Two gateways back to back unless told otherwise, ARP warm, all frames of `wan` kept."""

    def __init__(
        self,
        told: dict[str, DeviceFacts] | None = None,
        shape: Topology | None = None,
        seed: int = 1,
        boot: bool = False,
    ) -> None:
        self.network = Network(shape or given.back_to_back(), seed)
        self.network.configure(told if told is not None else given.both())
        if boot:
            self.network.boot()
        self.network.warm()
        self.frames: dict[str, list[tuple[int, bytes, str]]] = {}
        self.events: dict[str, list[object]] = {}
        for link in self.network.links.values():
            kept = self.frames.setdefault(link.name, [])
            link.taps.append(lambda t, frame, end, kept=kept: kept.append((t, frame, end.node)))
        for node in self.network.nodes.values():
            heard = self.events.setdefault(node.name, [])
            node.subscribe(lambda t, event, heard=heard: heard.append(event))
        self._identifier = 0

    def __getitem__(self, name: str) -> Node:
        return self.network.nodes[name]

    def told(self, name: str, kind: type[E]) -> list[E]:
        """The events of one kind at a node."""
        return [event for event in self.events[name] if isinstance(event, kind)]

    def ping(
        self,
        name: str,
        destination: IPv4Address,
        source: IPv4Address | None = None,
        count: int = 5,
        size: int = 100,
        df: bool = False,
        timeout: int = 2 * SECOND,
        ttl: int | None = None,
    ) -> str:
        """IOS's marks: ! for a reply, U or M for an unreachable, & for TTL exceeded, . for none."""
        self._identifier += 1
        marks = ""
        for sequence in range(count):
            marks += self._echo(name, destination, source, sequence, size, df, timeout, ttl)
        self.wait(SECOND // 10)  # Copies of the last frames are still on their way.
        return marks

    def _echo(
        self,
        name: str,
        destination: IPv4Address,
        source: IPv4Address | None,
        sequence: int,
        size: int,
        df: bool,
        timeout: int,
        ttl: int | None,
    ) -> str:
        node, clock = self[name], self.network.clock
        heard: list[Answer] = []

        def take(answer: Answer) -> None:
            if answer.echo == (self._identifier, sequence):
                heard.append(answer)

        stop = node.icmp.listen(take)
        node.icmp.send_echo(
            destination,
            identifier=self._identifier,
            sequence=sequence,
            data=pattern(size - 28),
            source=source,
            dont_fragment=df,
            ttl=ttl,
        )
        self.wait(timeout, lambda: bool(heard))
        stop()
        if not heard:
            return "."
        message = heard[0].message
        if message.type == 3:
            return "M" if message.code == 4 else "U"
        assert clock.now >= heard[0].time
        return "&" if message.type == 11 else "!"

    def wait(self, duration: int, done: Callable[[], bool] = lambda: False) -> None:
        """Let time go by, until `done` at the latest."""
        clock = self.network.clock
        end = clock.now + duration
        while not done():
            due = clock.next_time()
            if due is None or due > end:
                clock.run_until(end)
                return
            clock.step()

    def pcap(self, link: str, path: Path) -> Path:
        """The frames of a link as a capture file."""
        with path.open("wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for time, frame, _ in self.frames[link]:
                head = (time // SECOND, time % SECOND, len(frame), len(frame))
                file.write(struct.pack("<IIII", *head) + frame)
        return path
