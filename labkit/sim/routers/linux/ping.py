"""`ping` as iputils prints it.

Sends at its own pace, listens for answers, and tells them as they come.  Without `-c` it goes
on until Ctrl-C, at the wall's pace.  Path MTU discovery is Linux's: `-M do` never fragments,
`dont` never forbids it, and the default forbids it until the path has refused the size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.protocols.wire import icmp
from labkit.sim.net.icmp import Answer
from labkit.sim.routers.jobs import Interrupt, Job, Wait
from labkit.sim.routers.linux.words import CommandFailed, UsageError, address, number, options
from labkit.sim.routers.probe import Probe

if TYPE_CHECKING:
    from labkit.sim.routers.linux.shell import LinuxShell

USAGE = "usage error: Destination address required"
LINGER = 10_000_000
"""Microseconds to wait for the answers to the last packets, if none ever came."""
HEADERS = 28
"""Bytes of IPv4 and ICMP headers."""
STAMP = 16
"""Bytes of the data that hold the time of sending."""

ERRORS = {
    (icmp.UNREACHABLE, icmp.NET_UNREACHABLE): "Destination Net Unreachable",
    (icmp.UNREACHABLE, icmp.HOST_UNREACHABLE): "Destination Host Unreachable",
    (icmp.UNREACHABLE, icmp.PROTOCOL_UNREACHABLE): "Destination Protocol Unreachable",
    (icmp.UNREACHABLE, icmp.PORT_UNREACHABLE): "Destination Port Unreachable",
    (icmp.UNREACHABLE, icmp.ADMINISTRATIVELY_PROHIBITED): "Packet filtered",
    (icmp.TIME_EXCEEDED, 0): "Time to live exceeded",
    (icmp.TIME_EXCEEDED, 1): "Frag reassembly time exceeded",
}


def command(shell: LinuxShell, arguments: list[str]) -> Job:
    """Run `ping ...`."""
    given, operands = options(arguments, "4c:s:i:W:w:M:I:t:nq")
    if len(operands) != 1:
        raise UsageError(USAGE)
    target = address(operands[0])
    if target is None:
        raise CommandFailed(f"ping: {operands[0]}: Name or service not known", 2)
    discover = given.get("-M", "want")
    if discover not in ("do", "want", "dont"):
        raise UsageError(f"invalid -M argument: {discover}")
    run = _Ping(
        shell,
        Probe(shell.device.host, target),
        operands[0],
        number(given["-c"], int, 1, 2**31) if "-c" in given else None,
        number(given.get("-s", "56"), int, 0, 65507),
        round(number(given.get("-i", "1"), float, 0.001, 3600) * 1e6),
        round(number(given["-W"], float, 0, 3600) * 1e6) if "-W" in given else None,
        round(number(given["-w"], float, 1, 86400) * 1e6) if "-w" in given else None,
        discover,
        "-q" in given,
    )
    run.probe.source = _source(given.get("-I"), shell)
    run.probe.ttl = number(given["-t"], int, 1, 255) if "-t" in given else None
    run.probe.identifier = shell.device.next_identifier()
    return run.job()


def _source(text: str | None, shell: LinuxShell) -> IPv4Address | None:
    if text is None or text == shell.device.interface.name:
        return None
    source = address(text)
    if source is None:
        raise CommandFailed(f"ping: unknown iface: {text}", 2)
    if shell.device.host.local("", source) is None:
        raise CommandFailed("ping: bind: Cannot assign requested address", 2)
    return source


@dataclass
class _Ping:
    """One run of the command; times in microseconds."""

    shell: LinuxShell
    probe: Probe
    name: str
    count: int | None
    size: int
    interval: int
    linger: int | None
    deadline: int | None
    discover: str
    quiet: bool
    left: dict[int, int] = field(default_factory=dict)
    """When a packet left, by sequence number, while there is no answer."""
    errors: int = 0
    last: int = 0

    def job(self) -> Job:
        probe, began = self.probe, self.shell.now()
        self.last = began
        self._head()
        with probe.hearing(self._is_mine) as heard:
            try:
                yield from self._send_all(heard)
            except Interrupt:
                self.shell.write("^C")
        self.shell.write(self._statistics(self.last - began))
        self.shell.status = 0 if probe.times else 1

    def _is_mine(self, answer: Answer) -> bool:
        return answer.echo is not None and answer.echo[0] == self.probe.identifier

    def _send_all(self, heard: list[Answer]) -> Job:
        probe = self.probe
        end = math.inf if self.deadline is None else self.shell.now() + self.deadline
        while self.shell.now() < end:
            self._send()
            last = probe.sent == self.count
            pause = self._linger() if last else self.interval
            until = int(min(self.shell.now() + pause, end))
            while self.shell.now() < until:
                if last and len(probe.times) + self.errors >= probe.sent:
                    return
                yield Wait(until, lambda: bool(heard), paced=self.count is None)
                while heard:
                    self._tell(heard.pop(0))
            if last:
                return

    def _linger(self) -> int:
        if self.linger is not None:
            return self.linger
        return max(1_000_000, 2 * max(self.probe.times)) if self.probe.times else LINGER

    def _head(self) -> None:
        probe = self.probe
        if (probe.source or probe.node.ip.source_for("", probe.target)) is None:
            raise CommandFailed("ping: connect: Network is unreachable", 2)
        origin = f" from {probe.source} :" if probe.source else ""
        size = f"{self.size}({self.size + HEADERS})"
        self.shell.write(f"PING {self.name} ({probe.target}){origin} {size} bytes of data.\n")

    def _send(self) -> None:
        probe, now = self.probe, self.shell.now()
        probe.sent += 1
        self.last = now
        limit = self.shell.device.path_mtu(probe.target)
        fits = self.size + HEADERS <= limit
        if self.discover == "do" and not fits:
            self.errors += 1
            self.shell.write(f"ping: local error: message too long, mtu={limit}\n")
            return
        data = bytes(byte & 0xFF for byte in range(self.size))
        if self.size >= STAMP:
            seconds, rest = divmod(now, 1_000_000)
            stamp = seconds.to_bytes(8, "little") + rest.to_bytes(8, "little")
            data = stamp + data[STAMP:]
        probe.dont_fragment = fits and self.discover != "dont"
        if not probe.send_echo(probe.sent & 0xFFFF, data):
            self.errors += 1
            self.shell.write("ping: sendmsg: Network is unreachable\n")
            return
        self.left[probe.sent & 0xFFFF] = now

    def _tell(self, answer: Answer) -> None:
        assert answer.echo is not None
        sequence = answer.echo[1]
        began = self.left.pop(sequence, None)
        self.last = answer.time
        if not answer.is_reply:
            self.errors += 1
            self._tell_error(answer, sequence)
            return
        took, duplicate = "", " (DUP!)"
        if began is not None:
            took, duplicate = f" time={_time(answer.time - began)} ms", ""
            self.probe.times.append(answer.time - began)
        if not self.quiet:
            self.shell.write(
                f"{len(answer.message.payload) + 8} bytes from {answer.source}: "
                f"icmp_seq={sequence} ttl={answer.ttl}"
                f"{took if self.size >= STAMP else ''}{duplicate}\n"
            )

    def _tell_error(self, answer: Answer, sequence: int) -> None:
        message = answer.message
        if (message.type, message.code) == (icmp.UNREACHABLE, icmp.FRAGMENTATION_NEEDED):
            self.shell.device.learn_path_mtu(self.probe.target, message.mtu)
            text = f"Frag needed and DF set (mtu = {message.mtu})"
        else:
            text = ERRORS.get((message.type, message.code), f"Bad ICMP type: {message.type}")
        self.shell.write(f"From {answer.source} icmp_seq={sequence} {text}\n")

    def _statistics(self, took: int) -> str:
        times, sent = self.probe.times, self.probe.sent
        errors = f"+{self.errors} errors, " if self.errors else ""
        text = (
            f"\n--- {self.name} ping statistics ---\n"
            f"{sent} packets transmitted, {len(times)} received, {errors}"
            f"{100 * (sent - len(times)) / max(1, sent):g}% packet loss, time {took // 1000}ms\n"
        )
        if not times or self.size < STAMP:
            return f"{text}\n"
        mean = sum(times) / len(times)
        deviation = math.sqrt(max(0, sum(t * t for t in times) / len(times) - mean * mean))
        numbers = min(times), int(mean), max(times), int(deviation)
        shown = "/".join(f"{value // 1000}.{value % 1000:03}" for value in numbers)
        return f"{text}rtt min/avg/max/mdev = {shown} ms\n"


def _time(microseconds: int) -> str:
    """Milliseconds with as many digits as iputils shows."""
    if microseconds >= 99_950:
        return str(round(microseconds / 1000))
    digits = 1 if microseconds >= 9_995 else 2 if microseconds >= 1000 else 3
    return f"{microseconds / 1000:.{digits}f}"
