"""What is done to a running lab beyond typing, as jobs in the owner's loop.

Changes and faults (lines, links, commands), captured frames put back on a link, and going ahead
in lab time until something happens.  Must not know who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.capture import pcap
from labkit.sim.lab import faults
from labkit.sim.lab.faults import Change, Fault
from labkit.sim.lab.prompts import type_command
from labkit.sim.lab.world import World
from labkit.sim.model import topology
from labkit.sim.model.topology import PortRef
from labkit.sim.net.link import Link
from labkit.sim.net.network import Network
from labkit.sim.net.router import Router
from labkit.sim.routers.device import ConfigError, Device
from labkit.sim.routers.jobs import Job, Wait
from labkit.sim.routers.shell import Shell

DURATION = 1_000_000
"""Microseconds of lab time that an injection takes, so that its effects are there after it."""


def change(
    world: World, what: Change, open_shell: Callable[[str], Shell], *, strict: bool = True
) -> Job:
    """Make a change: the lines are taken quietly, as if they had always been there; only the
    commands take lab time.

    Raises ConfigError for a line refused, unless not `strict`, LookupError for a node or link
    that is not there.
    """
    with world.network.batch():
        for node, lines in what.config.items():
            if strict:
                world.devices[node].load(lines)
            else:
                _load_what_fits(world.devices[node], lines)
        for link, state in what.links.items():
            world.network.set_link(link, state)
    for node, command, answers in what.do:
        yield from give(open_shell(node), command, answers)


def give(shell: Shell, command: str, answers: Sequence[str] = ()) -> Job:
    """One command in a session of its own, which it leaves no trace of."""
    yield from type_command(shell, command, answers)
    shell.hang_up()


def _load_what_fits(device: Device, lines: Sequence[str]) -> None:
    """Leave out what is refused: who repairs by hand leaves nothing to be taken out."""
    left = list(lines)
    while left:
        try:
            device.load(left)
            return
        except ConfigError as refused:
            left.remove(refused.line)


def exchange_fault(world: World, name: str | None, open_shell: Callable[[str], Shell]) -> Job:
    """Bring a fault in, or take it out (None): one at a time, so another takes its place.

    Raises FaultError, ConfigError, ValueError where there is none to take out.
    """
    fault = None if name is None else faults.load(name)
    if world.fault is not None:
        yield from _restore(world, world.fault, open_shell)
    elif fault is None:
        raise ValueError("no fault is in")
    if fault is not None:
        world.fault = fault
        try:
            yield from change(world, fault.inject, open_shell)
        except BaseException:
            yield from _restore(world, fault, open_shell)
            raise


def _restore(world: World, fault: Fault, open_shell: Callable[[str], Shell]) -> Job:
    world.fault = None
    yield from change(world, fault.restore, open_shell, strict=False)


def inject(link: Link, file: Path, frames: Sequence[int], towards: str | None) -> Job:
    """Put frames of `file` (numbered from 1 as Wireshark does; none: all) on a link, in
    the given order, as an attacker on the path can.

    Each goes the way its MAC addresses tell, or `towards` a node.  Raises ValueError for a frame
    that is not there or a node not on the link, OSError, CaptureError.
    """
    data = [each.data for each in pcap.read(file)]
    for number in frames:
        if not 1 <= number <= len(data):
            raise ValueError(f"{file.name} has frames 1 to {len(data)}, not {number}")
    ends = {end.node: end for end in (link.spec.a, link.spec.b)}
    if towards is not None and towards not in ends:
        raise ValueError(f"{link.name} joins {' and '.join(ends)}, not {towards}")
    chosen = [data[number - 1] for number in frames] if frames else data
    for frame in chosen:
        link.inject(frame, ends[towards] if towards else _towards(link, frame))
    yield Wait(link.clock.now + DURATION)


def _towards(link: Link, frame: bytes) -> PortRef:
    """The end that a frame is going to: away from its source, else to its destination."""
    shape = topology.load()
    a, b = link.spec.a, link.spec.b
    if frame[6:12] == shape.mac(b) or frame[:6] == shape.mac(a):
        return a
    return b


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
