"""`tcpdump`: prints the frames of the host's interface as they come.

Waits without moving lab time: what it shows is caused by others.  `-c` or Ctrl-C end it.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from labkit.sim.net.link import Direction
from labkit.sim.routers.jobs import NEVER, Interrupt, Job, Wait
from labkit.sim.routers.linux.words import CommandFailed, number, options

if TYPE_CHECKING:
    from labkit.sim.routers.linux.frame_filter import Filter
    from labkit.sim.routers.linux.shell import LinuxShell

SNAPSHOT = 262_144
BACKLOG = 10_000
"""Frames kept for a terminal that is behind; the kernel drops what comes beyond."""


def command(shell: LinuxShell, arguments: list[str]) -> Job:
    """Run `tcpdump ...`."""
    from labkit.sim.routers.linux import frame_filter  # with the first tcpdump: it reads frames

    given, words = options(arguments, "i:nec:Atlvqp")
    device = shell.device.interface.name
    if given.get("-i", device) not in (device, "any"):
        raise CommandFailed(f"tcpdump: {given['-i']}: No such device exists")
    try:
        passes = frame_filter.parse(words)
    except ValueError as error:
        raise CommandFailed(f"tcpdump: can't parse filter expression: {error}") from error
    count = number(given["-c"], int, 1, 2**31) if "-c" in given else None
    return _run(shell, given, passes, count)


def _run(shell: LinuxShell, given: dict[str, str], passes: Filter, count: int | None) -> Job:
    from labkit.sim.routers.linux.frame_text import FrameText

    device = shell.device.interface.name
    waiting: deque[tuple[int, bytes]] = deque()
    dropped = 0

    def sniff(time: int, frame: bytes, direction: Direction) -> None:
        nonlocal dropped
        if not passes(frame):
            return
        if len(waiting) < BACKLOG:
            waiting.append((time, frame))
        else:
            dropped += 1

    shell.write(
        "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n"
        f"listening on {device}, link-type EN10MB (Ethernet), snapshot length {SNAPSHOT} bytes\n"
    )
    text = FrameText(link_level="-e" in given)
    captured = 0
    stop = shell.device.host.sniff(device, sniff)
    try:
        while count is None or captured < count:
            yield Wait(NEVER, lambda: bool(waiting))
            while waiting and (count is None or captured < count):
                time, frame = waiting.popleft()
                captured += 1
                stamp = "" if "-t" in given else f"{_stamp(time)} "
                shell.write(f"{stamp}{text.line(frame)}\n")
                if "-A" in given:
                    shell.write(_ascii(frame[14:]) + "\n")
    except Interrupt:
        shell.write("^C")
    finally:
        stop()
    noun = "packet" if captured == 1 else "packets"
    received = captured + len(waiting)
    shell.write(
        f"\n{captured} {noun} captured\n"
        f"{received} packet{'' if received == 1 else 's'} received by filter\n"
        f"{dropped} packet{'' if dropped == 1 else 's'} dropped by kernel\n"
    )


def _stamp(time: int) -> str:
    moment = datetime.fromtimestamp(time // 1_000_000, UTC)
    return f"{moment:%H:%M:%S}.{time % 1_000_000:06}"


def _ascii(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 or byte in (9, 10) else "." for byte in data)
