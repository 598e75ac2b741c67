"""`ping` and `traceroute`, as SR OS prints them (`routers.probe` sends and waits)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from math import sqrt
from typing import TYPE_CHECKING

from labkit.protocols.wire import icmp
from labkit.sim.net.icmp import Answer
from labkit.sim.routers.jobs import Interrupt, Job, Wait
from labkit.sim.routers.probe import FIRST_PORT, NoWay, Probe, Waiting
from labkit.sim.routers.sros.cursor import Command
from labkit.sim.routers.sros.routing import instance

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice
    from labkit.sim.routers.sros.shell import SrosShell

SECOND = 1_000_000
RAPID_UNIT = 10_000
"""Microseconds: the unit of `rapid`'s interval."""
NO_SOURCE = "Send failed. Source IP address is not local to the system"


def source_is_local(device: SrosDevice, vrf: str, source: str | None) -> bool:
    return source is None or device.router.local(vrf, IPv4Address(source)) is not None


def ping(shell: SrosShell, command: Command) -> Job:
    """Run `ping`."""
    values, rapid = command.values, "rapid" in command.values
    probe = probe_of(shell.device, values, int(values.get("timeout", "5")) * SECOND)
    probe.identifier = shell.device.next_ping()
    probe.ttl = int(values.get("ttl", "64"))
    probe.dont_fragment = "do-not-fragment" in values
    shell.write(f"PING {probe.target} {size(values)} data bytes\n")
    try:
        yield from _rounds(shell, probe, values)
    except Interrupt:
        shell.write("^C\n" if not rapid else "\nping aborted by user\n")
    shell.write("\n")
    shell.write("".join(line + "\n" for line in statistics(probe)))


def probe_of(device: SrosDevice, values: dict[str, str], timeout: int) -> Probe:
    """A probe by the words that ping and traceroute share."""
    target, source = IPv4Address(values["destination"]), values.get("source")
    probe = Probe(device.router, target, timeout, router(device, values))
    probe.source = IPv4Address(source) if source else None
    probe.tos = int(values.get("tos", "0"))
    return probe


def router(device: SrosDevice, values: dict[str, str]) -> str:
    """The VRF of `router N`, which comes after the other words of a ping."""
    return instance(device, {k: v for k, v in values.items() if k == "instance"})


def size(values: dict[str, str]) -> int:
    return int(values.get("size", "56"))


def _rounds(shell: SrosShell, probe: Probe, values: dict[str, str]) -> Job:
    count, rapid = int(values.get("count", "5")), "rapid" in values
    interval = int(values.get("interval", "1")) * (RAPID_UNIT if rapid else SECOND)
    data = bytes(number & 0xFF for number in range(size(values)))
    local = source_is_local(shell.device, probe.vrf, values.get("source"))
    for sequence in range(1, count + 1):
        if not local:
            probe.sent += 1
            shell.write(NO_SOURCE + "\n")
            continue
        start = shell.now()
        try:
            answer = yield from probe.echo(sequence, data, patient=False)
            shell.write(_mark(answer) if rapid else _line(probe, sequence, answer, len(data)))
        except NoWay:
            where = f"Address: {probe.target}, router {probe.vrf or 'Base'}"
            shell.write("U" if rapid else f"No route to destination. {where}\n")
        if sequence < count and shell.now() < start + interval:
            yield Wait(start + interval)


def _mark(answer: Answer | None) -> str:
    """What `rapid` prints of a packet."""
    if answer is None:
        return "."
    if answer.is_reply:
        return "!"
    return "U" if answer.message.type == icmp.UNREACHABLE else "T"


def _line(probe: Probe, sequence: int, answer: Answer | None, size: int) -> str:
    if answer is None:
        return f"Request timed out. icmp_seq={sequence}.\n"
    if answer.is_reply:
        return (
            f"{size + 8} bytes from {answer.source}: icmp_seq={sequence} ttl={answer.ttl} "
            f"time={milliseconds(probe.times[-1])}.\n"
        )
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
    digits = 0 if value >= 99.95 else 1 if value >= 9.995 else 2 if value >= 0.9995 else 3
    return f"{value:.{digits}f}ms"


def statistics(work: Probe) -> Iterator[str]:
    """The closing lines."""
    got = len(work.times)
    many = "packet" if work.sent == 1 else "packets"
    came = "packet" if got == 1 else "packets"
    lost = loss(work.sent, got)
    yield f"---- {work.target} PING Statistics ----"
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


# --------------------------------------------------------------------------- traceroute


PROBES = 3
SOURCE_PORT = 49152
DATA = bytes(12)


def traceroute(shell: SrosShell, command: Command) -> Job:
    """Run `traceroute`: UDP to ports nobody listens on, with a growing TTL."""
    device, values = shell.device, command.values
    probe = probe_of(device, values, int(values.get("wait", "5000")) * 1000)
    limit = int(values.get("ttl", "30"))
    shell.write(f"traceroute to {probe.target}, {limit} hops max, 40 byte packets\n")
    if not source_is_local(device, probe.vrf, values.get("source")):
        shell.write(NO_SOURCE + "\n")
        return
    probe.source = probe.source or device.router.ip.source_for(probe.vrf, probe.target)
    try:
        for ttl in range(1, limit + 1):
            if (yield from _hop(shell, probe, ttl)):
                return
    except Interrupt:
        shell.write("\ntraceroute aborted by user\n")


def _hop(shell: SrosShell, probe: Probe, ttl: int) -> Waiting[bool]:
    """One line of the answer; returns whether the destination has answered."""
    shown, arrived, texts = None, False, []
    for number in range(PROBES):
        start, port = shell.now(), FIRST_PORT + (ttl - 1) * PROBES + number
        answer = yield from probe.hop((SOURCE_PORT, port), DATA, ttl)
        if answer is None:
            texts.append("*")
            continue
        where = f"{answer.source}  " if answer.source != shown else ""
        shown = answer.source
        took = milliseconds(answer.time - start).replace("ms", " ms")
        texts.append(f"{where}{took}{_unreachable_mark(answer)}")
        arrived = arrived or answer.message.type == icmp.UNREACHABLE
    name = "0.0.0.0  " if shown is None else ""
    shell.write(f"{ttl:>3}  {name}{'    '.join(texts)}\n")
    return arrived


def _unreachable_mark(answer: Answer) -> str:
    if answer.message.type != icmp.UNREACHABLE or answer.message.code == 3:
        return ""
    return {0: " !N", 1: " !H", 2: " !P", 4: " !F", 13: " !X"}.get(answer.message.code, " !")
