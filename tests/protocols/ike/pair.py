"""Two IKE machines and the wire between them, which may lose, double and reorder."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from labkit.protocols.ike import Datagram, Ike, Phase2Terms, Refusal, Request, Selector
from labkit.protocols.ike.configuration import (
    IkeConfiguration,
    IsakmpKey,
    IsakmpPolicy,
    TransformSet,
)
from labkit.protocols.ike.events import Event

A, B = IPv4Address("192.0.2.28"), IPv4Address("198.51.100.2")
LAN_A = Selector.of(IPv4Network("192.168.1.0/24"))
LAN_B = Selector.of(IPv4Network("172.16.1.0/24"))
TSET = TransformSet("TSET", "esp-aes", 256, "esp-sha512-hmac")
POLICY = IsakmpPolicy(10, "aes", 128, "sha256", "pre-share", 5)
SECOND = 1_000_000
LATENCY = 1_000

Wire = Callable[[Datagram, int], Sequence[tuple[int, Datagram]]]
E = TypeVar("E", bound=Event)


def key(secret: str = "WowWhatAPassword!", peer: str = "0.0.0.0") -> IsakmpKey:
    mask = "0.0.0.0" if peer == "0.0.0.0" else "255.255.255.255"
    return IsakmpKey(secret, IPv4Address(peer), IPv4Address(mask))


def facts(*policies: IsakmpPolicy, keys: tuple[IsakmpKey, ...] | None = None) -> IkeConfiguration:
    return IkeConfiguration(policies=policies or (POLICY,), keys=(key(),) if keys is None else keys)


class Maps:
    """A crypto map that allows one pair of selectors, or refuses."""

    def __init__(self, answer: Phase2Terms | Refusal) -> None:
        self.answer = answer
        self.asked: list[tuple[Selector, Selector]] = []

    def find_entry(
        self,
        local: IPv4Address,
        peer: IPv4Address,
        local_selector: Selector,
        remote_selector: Selector,
    ) -> Phase2Terms | Refusal:
        self.asked.append((local_selector, remote_selector))
        return self.answer


class Pair:
    """Site B (`b`, address B) and site A (`a`, address A); B usually asks."""

    def __init__(self, seed: int = 1) -> None:
        self.maps = {A: Maps(Phase2Terms((TSET,))), B: Maps(Phase2Terms((TSET,)))}
        self.a, self.b = (
            Ike(self.maps[address], random.Random(f"{seed}{address}").randbytes)
            for address in (A, B)
        )
        self.machines = {A: self.a, B: self.b}
        self.configure(facts(), facts())
        self.wire: Wire = lambda datagram, count: [(LATENCY, datagram)]
        self.now = 0
        self.sent: list[Datagram] = []
        self.log: dict[IPv4Address, list[Event]] = {A: [], B: []}
        self._flying: list[tuple[int, int, Datagram]] = []
        self._count = 0

    def configure(self, a: IkeConfiguration, b: IkeConfiguration) -> None:
        self.a.configure(a)
        self.b.configure(b)

    def ask(self, by: IPv4Address = B, **options: object) -> None:
        peer = A if by == B else B
        mine, other = (LAN_B, LAN_A) if by == B else (LAN_A, LAN_B)
        wish: dict[str, object] = {
            "local_selector": mine,
            "remote_selector": other,
            "transform_sets": (TSET,),
        }
        wish.update(options)
        self.machines[by].request(Request(by, peer, **wish), self.now)  # type: ignore[arg-type]

    def run(self, seconds: float = 1) -> None:
        """Carry datagrams and fire timers for some seconds of virtual time."""
        end = self.now + int(seconds * SECOND)
        while True:
            self._collect()
            timers = [ike.next_timer() for ike in self.machines.values()]
            times = [time for time in timers if time is not None]
            if self._flying:
                times.append(self._flying[0][0])
            if not times or min(times) > end:
                self.now = end
                return
            self.now = max(self.now, min(times))
            if self._flying and self._flying[0][0] <= self.now:
                self.deliver(heapq.heappop(self._flying)[2])
            else:
                for ike in self.machines.values():
                    ike.on_timer(self.now)

    def deliver(self, datagram: Datagram) -> None:
        ike = self.machines.get(datagram.destination)
        if ike is not None:
            source = datagram.source, datagram.source_port
            local = datagram.destination, datagram.destination_port
            ike.receive(datagram.payload, source, local, self.now)

    def _collect(self) -> None:
        for address, ike in self.machines.items():
            self.log[address] += ike.events()
            for datagram in ike.outbox():
                self.sent.append(datagram)
                for delay, each in self.wire(datagram, len(self.sent)):
                    self._count += 1
                    heapq.heappush(self._flying, (self.now + delay, self._count, each))

    def told(self, address: IPv4Address, kind: type[E]) -> list[E]:
        self._collect()
        return [event for event in self.log[address] if isinstance(event, kind)]

    def states(self) -> tuple[list[str], list[str]]:
        """IOS state names at A and at B, deleted ones marked."""
        a, b = (
            [status.state + (" (deleted)" if status.deleted else "") for status in ike.ike_sas(0)]
            for ike in (self.a, self.b)
        )
        return a, b
