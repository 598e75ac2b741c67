"""One probe and who answered it: what ping and traceroute of every platform have in common.

A probe is an ICMP echo request, or a UDP datagram to a port where nobody listens; what comes back
is a reply or an error about it (RFC 792), or nothing.  A platform parses its options and prints
its lines; how its probes follow each other is its own affair.  Must not know how packets travel.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TypeAlias, TypeVar

from labkit.sim.model.facts import BASE
from labkit.sim.net.icmp import Answer
from labkit.sim.net.node import Node
from labkit.sim.routers.jobs import Ask, Key, Keys, Wait

FIRST_PORT = 33434
"""Where a traceroute begins; every probe has a port of its own."""
T = TypeVar("T")
Waiting: TypeAlias = Generator[Wait | Ask | Key | Keys, str | None, T]
"""A part of a job that comes to a result."""


class NoWay(Exception):
    """There is no route to the target, and the caller does not want to wait in vain."""


@dataclass(slots=True)
class Probe:
    """Where probes go and how, and what came of the echo requests among them."""

    node: Node
    target: IPv4Address
    timeout: int = 0
    """Microseconds."""
    vrf: str = BASE
    source: IPv4Address | None = None
    tos: int = 0
    ttl: int | None = None
    dont_fragment: bool = False
    identifier: int = 0
    sent: int = 0
    times: list[int] = field(default_factory=list)
    """Round trips in microseconds."""

    @contextmanager
    def hearing(self, about: Callable[[Answer], bool]) -> Iterator[list[Answer]]:
        """A list that grows meanwhile by the answers that are wanted."""
        heard: list[Answer] = []

        def listen(answer: Answer) -> None:
            if about(answer):
                heard.append(answer)

        stop = self.node.icmp.listen(listen)
        try:
            yield heard
        finally:
            stop()

    def send_echo(self, sequence: int, data: bytes) -> bool:
        """Send an echo request; whether there was a way."""
        used = self.node.icmp.send_echo(
            self.target,
            identifier=self.identifier,
            sequence=sequence,
            data=data,
            vrf=self.vrf,
            source=self.source,
            dont_fragment=self.dont_fragment,
            ttl=self.ttl,
            tos=self.tos,
        )
        return used is not None

    def send_datagram(self, ports: tuple[int, int], data: bytes, ttl: int) -> None:
        """Send a UDP datagram from port to port; without a source nothing leaves."""
        if self.source is not None:
            way = self.source, ports[0], self.target, ports[1]
            self.node.udp.send(*way, data, vrf=self.vrf, ttl=ttl, tos=self.tos)

    def echo(self, sequence: int, data: bytes, *, patient: bool) -> Waiting[Answer | None]:
        """Send an echo request and wait for what is said about it.

        Raises NoWay for a target without a route, unless one is patient.
        """
        began = self.node.clock.now
        with self.hearing(lambda answer: answer.echo == (self.identifier, sequence)) as heard:
            self.sent += 1
            if not self.send_echo(sequence, data) and not patient:
                raise NoWay
            yield Wait(began + self.timeout, lambda: bool(heard))
        if heard and heard[0].is_reply:
            self.times.append(heard[0].time - began)
        return heard[0] if heard else None

    def hop(self, ports: tuple[int, int], data: bytes, ttl: int) -> Waiting[Answer | None]:
        """Send a datagram and wait for the error about it."""
        with self.hearing(lambda answer: answer.ports == ports) as heard:
            began = self.node.clock.now
            self.send_datagram(ports, data, ttl)
            yield Wait(began + self.timeout, lambda: bool(heard))
        return heard[0] if heard else None
