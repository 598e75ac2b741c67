"""Going ahead in lab time: when the next rekey is due, and until the next thing happens.

What happens is what nodes tell their listeners: a state that changes, an SA, an ICMP message, a
packet that is dropped.  Hellos that only say that all is as before are nothing.  Owner's thread;
must not know who asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from labkit.cli.jobs import Job, Wait
from labkit.net.network import Network
from labkit.net.router import Router


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that a node told: when (microseconds), where, and the event's name in words."""

    time: int
    node: str
    what: str

    def __str__(self) -> str:
        return f"{self.node}: {self.what}"


def next_rekey(network: Network) -> int | None:
    """When the next ESP SA is renewed, or ends unused (microseconds); None without SAs."""
    routers = [node for node in network.nodes.values() if isinstance(node, Router)]
    engines = [router.ipsec for router in routers if router.ipsec is not None]
    times = [engine.ike.next_lifetime() for engine in engines]
    return min((time for time in times if time is not None), default=None)


def until_event(network: Network, limit: int, tell: Callable[[Happening], None]) -> Job:
    """Let time go by until something happens, at most `limit` microseconds; tells what it was."""
    happened: list[Happening] = []

    def listener(name: str) -> Callable[[int, object], None]:
        return lambda time, event: happened.append(Happening(time, name, words(event)))

    stops = [node.subscribe(listener(name)) for name, node in network.nodes.items()]
    try:
        yield Wait(network.clock.now + limit, lambda: bool(happened))
    finally:
        for stop in stops:
            stop()
    if happened:
        tell(happened[0])


def words(event: object) -> str:
    """An event's name as words: `RekeyDue` is "rekey due"."""
    name = type(event).__name__
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
