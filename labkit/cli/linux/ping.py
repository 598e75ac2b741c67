"""`ping` as iputils prints it.

Sends by the host's ICMP, listens for answers, and tells them as they come.  Without `-c` it goes
on until Ctrl-C, at the wall's pace.  Path MTU discovery is Linux's: `-M do` never fragments,
`dont` never forbids it, and the default forbids it until the path has refused the size.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.jobs import Interrupt, Job, Wait
from labkit.cli.linux.words import CommandFailed, UsageError, address, number, options
from labkit.net.icmp import Answer
from labkit.wire import icmp

if TYPE_CHECKING:
    from labkit.cli.linux.shell import LinuxShell

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


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options say; times in microseconds."""

    target: IPv4Address
    name: str
    count: int | None = None
    size: int = 56
    interval: int = 1_000_000
    linger: int | None = None
    deadline: int | None = None
    discover: str = "want"
    source: IPv4Address | None = None
    ttl: int | None = None
    quiet: bool = False


def command(shell: LinuxShell, arguments: list[str]) -> Job:
    """Run `ping ...`."""
    settings = _settings(arguments, shell)
    return _Ping(shell, settings).run()


def _settings(arguments: list[str], shell: LinuxShell) -> Settings:
    given, operands = options(arguments, "4c:s:i:W:w:M:I:t:nq")
    if len(operands) != 1:
        raise UsageError(USAGE)
    target = address(operands[0])
    if target is None:
        raise CommandFailed(f"ping: {operands[0]}: Name or service not known", 2)
    discover = given.get("-M", "want")
    if discover not in ("do", "want", "dont"):
        raise UsageError(f"invalid -M argument: {discover}")
    return Settings(
        target,
        operands[0],
        number(given["-c"], int, 1, 2**31) if "-c" in given else None,
        number(given.get("-s", "56"), int, 0, 65507),
        round(number(given.get("-i", "1"), float, 0.001, 3600) * 1e6),
        round(number(given["-W"], float, 0, 3600) * 1e6) if "-W" in given else None,
        round(number(given["-w"], float, 1, 86400) * 1e6) if "-w" in given else None,
        discover,
        _source(given.get("-I"), shell),
        number(given["-t"], int, 1, 255) if "-t" in given else None,
        "-q" in given,
    )


def _source(text: str | None, shell: LinuxShell) -> IPv4Address | None:
    if text is None or text == shell.device.interface.name:
        return None
    source = address(text)
    if source is None:
        raise CommandFailed(f"ping: unknown iface: {text}", 2)
    if shell.device.host.local("", source) is None:
        raise CommandFailed("ping: bind: Cannot assign requested address", 2)
    return source


class _Ping:
    """One run of the command."""

    def __init__(self, shell: LinuxShell, settings: Settings) -> None:
        self.shell = shell
        self.settings = settings
        self.host = shell.device.host
        self.identifier = shell.device.next_identifier()
        self.sent: dict[int, int] = {}
        """Time of sending by sequence number, while there was no answer."""
        self.count = self.errors = 0
        self.times: list[int] = []
        self.answers: deque[Answer] = deque()
        self.began = self.last = shell.now()

    def run(self) -> Job:
        self._head()
        stop = self.host.icmp.listen(self._listen)
        try:
            yield from self._send_all()
        except Interrupt:
            self.shell.write("^C")
        finally:
            stop()
        self.shell.write(self._statistics())
        self.shell.status = 0 if self.times else 1

    def _send_all(self) -> Job:
        wanted = self.settings
        end = math.inf if wanted.deadline is None else self.began + wanted.deadline
        while self.shell.now() < end:
            self._send()
            last = self.count == wanted.count
            pause = self._linger() if last else wanted.interval
            until = int(min(self.shell.now() + pause, end))
            while self.shell.now() < until:
                if last and len(self.times) + self.errors >= self.count:
                    return
                yield Wait(until, lambda: bool(self.answers), paced=wanted.count is None)
                self._tell()
            if last:
                return

    def _linger(self) -> int:
        if self.settings.linger is not None:
            return self.settings.linger
        return max(1_000_000, 2 * max(self.times)) if self.times else LINGER

    def _head(self) -> None:
        wanted = self.settings
        size = f"{wanted.size}({wanted.size + HEADERS})"
        source = wanted.source or self.host.ip.source_for("", wanted.target)
        if source is None:
            raise CommandFailed("ping: connect: Network is unreachable", 2)
        origin = f" from {source} :" if wanted.source else ""
        self.shell.write(f"PING {wanted.name} ({wanted.target}){origin} {size} bytes of data.\n")

    def _send(self) -> None:
        wanted, now = self.settings, self.shell.now()
        self.count += 1
        self.last = now
        limit = self.shell.device.path_mtu(wanted.target)
        fits = wanted.size + HEADERS <= limit
        if wanted.discover == "do" and not fits:
            self.errors += 1
            self.shell.write(f"ping: local error: message too long, mtu={limit}\n")
            return
        data = bytes(byte & 0xFF for byte in range(wanted.size))
        if wanted.size >= STAMP:
            seconds, rest = divmod(now, 1_000_000)
            stamp = seconds.to_bytes(8, "little") + rest.to_bytes(8, "little")
            data = stamp + data[STAMP:]
        source = self.host.icmp.send_echo(
            wanted.target,
            identifier=self.identifier,
            sequence=self.count & 0xFFFF,
            data=data,
            source=wanted.source,
            dont_fragment=fits and wanted.discover != "dont",
            ttl=wanted.ttl,
        )
        if source is None:
            self.errors += 1
            self.shell.write("ping: sendmsg: Network is unreachable\n")
            return
        self.sent[self.count & 0xFFFF] = now

    def _listen(self, answer: Answer) -> None:
        if answer.echo is not None and answer.echo[0] == self.identifier:
            self.answers.append(answer)

    def _tell(self) -> None:
        while self.answers:
            answer = self.answers.popleft()
            assert answer.echo is not None
            sequence = answer.echo[1]
            began = self.sent.pop(sequence, None)
            self.last = answer.time
            if not answer.is_reply:
                self.errors += 1
                self._tell_error(answer, sequence)
                continue
            duplicate = " (DUP!)" if began is None else ""
            took = "" if began is None else f" time={_time(answer.time - began)} ms"
            if began is not None:
                self.times.append(answer.time - began)
            if not self.settings.quiet:
                size = len(answer.message.payload) + 8
                self.shell.write(
                    f"{size} bytes from {answer.source}: icmp_seq={sequence} "
                    f"ttl={answer.ttl}{took if self.settings.size >= STAMP else ''}{duplicate}\n"
                )

    def _tell_error(self, answer: Answer, sequence: int) -> None:
        message = answer.message
        if (message.type, message.code) == (icmp.UNREACHABLE, icmp.FRAGMENTATION_NEEDED):
            self.shell.device.learn_path_mtu(self.settings.target, message.mtu)
            text = f"Frag needed and DF set (mtu = {message.mtu})"
        else:
            text = ERRORS.get((message.type, message.code), f"Bad ICMP type: {message.type}")
        self.shell.write(f"From {answer.source} icmp_seq={sequence} {text}\n")

    def _statistics(self) -> str:
        received, lost = len(self.times), self.count - len(self.times)
        errors = f"+{self.errors} errors, " if self.errors else ""
        text = (
            f"\n--- {self.settings.name} ping statistics ---\n"
            f"{self.count} packets transmitted, {received} received, {errors}"
            f"{100 * lost / max(1, self.count):g}% packet loss, "
            f"time {(self.last - self.began) // 1000}ms\n"
        )
        if not self.times or self.settings.size < STAMP:
            return f"{text}\n"
        mean = sum(self.times) / received
        deviation = math.sqrt(max(0, sum(t * t for t in self.times) / received - mean * mean))
        numbers = min(self.times), int(mean), max(self.times), int(deviation)
        shown = "/".join(f"{value // 1000}.{value % 1000:03}" for value in numbers)
        return f"{text}rtt min/avg/max/mdev = {shown} ms\n"


def _time(microseconds: int) -> str:
    """Milliseconds with as many digits as iputils shows."""
    if microseconds >= 99_950:
        return str(round(microseconds / 1000))
    digits = 1 if microseconds >= 9_995 else 2 if microseconds >= 1000 else 3
    return f"{microseconds / 1000:.{digits}f}"
