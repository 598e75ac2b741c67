"""`ping` and its statistics, as SR OS prints them.

Sends through the router's ICMP and waits for lab time; must not know how packets get there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from math import sqrt
from typing import TYPE_CHECKING

from labkit.cli.jobs import Interrupt, Job, Wait
from labkit.cli.nokia_sros.cursor import Command
from labkit.cli.nokia_sros.show_router import instance
from labkit.net.icmp import Answer
from labkit.wire import icmp

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice
    from labkit.cli.nokia_sros.shell import SrosShell

SECOND = 1_000_000
RAPID_INTERVAL = 10_000
"""Microseconds between the packets of `rapid`."""
DEFAULT_SIZE = 56
NO_SOURCE = "Send failed. Source IP address is not local to the system"


@dataclass
class Ping:
    """One ping command: what it sends and what came of it."""

    device: SrosDevice
    destination: IPv4Address
    vrf: str
    values: dict[str, str]
    identifier: int
    sent: int = 0
    times: list[int] = field(default_factory=list)
    """Round trips in microseconds."""

    @property
    def rapid(self) -> bool:
        return "rapid" in self.values

    @property
    def count(self) -> int:
        return int(self.values.get("count", "5"))

    @property
    def timeout(self) -> int:
        return int(self.values.get("timeout", "5")) * SECOND

    @property
    def interval(self) -> int:
        unit = 10_000 if self.rapid else SECOND
        return int(self.values.get("interval", "1")) * unit

    def size(self) -> int:
        return int(self.values.get("size", str(DEFAULT_SIZE)))

    def send(self, sequence: int) -> bool:
        """Send one request; whether there was a way."""
        data = bytes(number & 0xFF for number in range(self.size()))
        source = self.values.get("source")
        used = self.device.router.icmp.send_echo(
            self.destination,
            identifier=self.identifier,
            sequence=sequence,
            data=data,
            vrf=self.vrf,
            source=IPv4Address(source) if source else None,
            dont_fragment="do-not-fragment" in self.values,
            ttl=int(self.values.get("ttl", "64")),
            tos=int(self.values.get("tos", "0")),
        )
        return used is not None


def source_is_local(device: SrosDevice, vrf: str, source: str | None) -> bool:
    return source is None or device.router.local(vrf, IPv4Address(source)) is not None


@contextmanager
def answers(device: SrosDevice, listener: Callable[[Answer], None]) -> Iterator[None]:
    """Have `listener` hear every ICMP answer meanwhile."""
    stop = device.router.icmp.listen(listener)
    try:
        yield
    finally:
        stop()


def ping(shell: SrosShell, command: Command) -> Job:
    """Run `ping`."""
    device, values = shell.device, command.values
    work = Ping(
        device,
        IPv4Address(values["destination"]),
        router(device, values),
        values,
        device.next_ping(),
    )
    shell.write(f"PING {work.destination} {work.size()} data bytes\n")
    try:
        yield from _rounds(shell, work)
    except Interrupt:
        shell.write("^C\n" if not work.rapid else "\nping aborted by user\n")
    shell.write("\n")
    shell.write("".join(line + "\n" for line in statistics(work)))


def router(device: SrosDevice, values: dict[str, str]) -> str:
    """The VRF of `router N`, which comes after the other words of a ping."""
    return instance(device, {k: v for k, v in values.items() if k == "instance"})


def _rounds(shell: SrosShell, work: Ping) -> Job:
    local = source_is_local(work.device, work.vrf, work.values.get("source"))
    for sequence in range(1, work.count + 1):
        if not local:
            work.sent += 1
            shell.write(NO_SOURCE + "\n")
            continue
        yield from _one(shell, work, sequence)


def _one(shell: SrosShell, work: Ping, sequence: int) -> Job:
    start = shell.now()
    heard: list[Answer] = []

    def listen(answer: Answer) -> None:
        if answer.echo == (work.identifier, sequence):
            heard.append(answer)

    with answers(work.device, listen):
        work.sent += 1
        if not work.send(sequence):
            where = work.vrf or "Base"
            mark = (
                "U"
                if work.rapid
                else f"No route to destination. Address: {work.destination}, router {where}\n"
            )
            shell.write(mark)
            yield from _pause(shell, work, start, sequence)
            return
        yield Wait(start + work.timeout, lambda: bool(heard))
    shell.write(_outcome(work, sequence, heard, start))
    yield from _pause(shell, work, start, sequence)


def _pause(shell: SrosShell, work: Ping, start: int, sequence: int) -> Job:
    if sequence < work.count and shell.now() < start + work.interval:
        yield Wait(start + work.interval)


def _outcome(work: Ping, sequence: int, heard: list[Answer], start: int) -> str:
    if not heard:
        return "." if work.rapid else f"Request timed out. icmp_seq={sequence}.\n"
    answer = heard[0]
    if answer.is_reply:
        took = answer.time - start
        work.times.append(took)
        size = work.size() + 8
        line = (
            f"{size} bytes from {answer.source}: icmp_seq={sequence} ttl={answer.ttl} "
            f"time={milliseconds(took)}."
        )
        return "!" if work.rapid else line + "\n"
    if work.rapid:
        return "U" if answer.message.type == icmp.UNREACHABLE else "T"
    return f"{_error(answer)} icmp_seq={sequence}.\n"


_UNREACHABLE = {0: "Network", 1: "Host", 2: "Protocol", 3: "Port"}


def _error(answer: Answer) -> str:
    message = answer.message
    if message.type == icmp.TIME_EXCEEDED:
        return f"Expired in transit. From {answer.source}"
    if message.code == 4:
        return f"Packet is too big. From {answer.source} (MTU {message.mtu})"
    what = _UNREACHABLE.get(message.code, "Destination")
    return f"{what} unreachable from {answer.source}."


def milliseconds(duration: int) -> str:
    """Three digits, as SR OS writes a time: `1.93ms`, `28.7ms`, `103ms`."""
    value = duration / 1000
    if value >= 99.95:
        return f"{value:.0f}ms"
    return (
        f"{value:.1f}ms"
        if value >= 9.995
        else f"{value:.2f}ms"
        if value >= 0.9995
        else f"{value:.3f}ms"
    )


def statistics(work: Ping) -> Iterator[str]:
    """The closing lines."""
    got = len(work.times)
    many = "packet" if work.sent == 1 else "packets"
    came = "packet" if got == 1 else "packets"
    lost = loss(work.sent, got)
    yield f"---- {work.destination} PING Statistics ----"
    yield f"{work.sent} {many} transmitted, {got} {came} received, {lost}% packet loss"
    yield from round_trips(work.times)


def loss(sent: int, got: int) -> str:
    """The share that was lost, in percent: `0.00`, `33.3`, `100`."""
    lost = 100 * (sent - got) / sent if sent else 0.0
    return "100" if lost == 100 else f"{lost:.2f}" if lost < 10 else f"{lost:.1f}"


def round_trips(times: Sequence[int]) -> Iterator[str]:
    """The line about round trips (microseconds), if there was one."""
    if times:
        mean = sum(times) / len(times)
        spread = sqrt(sum((each - mean) ** 2 for each in times) / len(times))
        yield (
            f"round-trip min = {milliseconds(min(times))}, avg = {milliseconds(int(mean))}, "
            f"max = {milliseconds(max(times))}, stddev = {milliseconds(int(spread))}"
        )
