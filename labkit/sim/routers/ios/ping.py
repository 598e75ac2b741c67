"""`ping`, its marks, statistics and dialogue, and `traceroute`: UDP probes to ports from 33434 on.

A packet leaves when the one before it was answered or timed out (`labkit.sim.routers.probe`).
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

from labkit.protocols.wire import icmp
from labkit.sim.grammar import Match, Unfit
from labkit.sim.net.icmp import Answer, pattern
from labkit.sim.routers.ios.kinds import hexadecimal, interface
from labkit.sim.routers.ios.rows import Command, Row
from labkit.sim.routers.jobs import Ask, Interrupt, Job
from labkit.sim.routers.probe import FIRST_PORT, Probe, Waiting

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

MARKS_A_LINE = 70
HEADERS = 28
"""Bytes of IPv4 and ICMP headers: a size counts them."""
UNKNOWN_HOST = "% Unrecognized host or address, or protocol not running.\n\n"
NO_SOURCE = "% Invalid source address- IP address not on any of our up interfaces\n"
NO_INTERFACE = "% Invalid source interface - IP not enabled or interface is down\n"
MARKS = {icmp.TIME_EXCEEDED: "&", 4: "Q"}


@dataclass(slots=True)
class Wanted:
    """What was asked for beside the probe itself."""

    probe: Probe
    repeat: int = 5
    sizes: range = range(100, 101)
    """Every size in turn."""
    swept: bool = False
    seconds: int = 2
    """Until a packet is given up."""
    unit: bytes = b"\xab\xcd"

    @property
    def total(self) -> int:
        """Packets to send."""
        return self.repeat * len(self.sizes)


def ping(shell: IosShell, match: Match[Row]) -> Job:
    """`ping [ip] TARGET …`."""
    target = target_address(shell, match["target"])
    if target is None:
        return
    probe = Probe(shell.device.router, target, tos=match.get("tos", 0))
    probe.dont_fragment = match.said("df-bit")
    wanted = Wanted(probe)
    wanted.repeat = match.get("repeat", wanted.repeat)
    size = match.get("size", wanted.sizes[0])
    wanted.sizes = range(size, size + 1)
    wanted.seconds = match.get("timeout", wanted.seconds)
    if match.get("data") is not None:
        wanted.unit = bytes.fromhex(f"{match['data']:0>4}"[-4:])
    source = match.get("source")
    if source is not None:
        probe.source = source_address(shell, source)
        if probe.source is None:
            return
    yield from _run(shell, wanted)


def target_address(shell: IosShell, target: IPv4Address | str) -> IPv4Address | None:
    """An address, also of a name that `ip host` gives it; None, and said so, for another."""
    if isinstance(target, IPv4Address):
        return target
    for line in shell.device.running.under("ip host"):
        if line.values["name"].lower() == target.lower():
            return IPv4Address(line.values["address"])
    shell.write(UNKNOWN_HOST)
    return None


def source_address(shell: IosShell, source: Any) -> IPv4Address | None:
    """The address of an interface or our own one; None, and said so, if it is not usable."""
    router = shell.device.router
    if isinstance(source, IPv4Address):
        if router.local("", source) is None:
            shell.write(NO_SOURCE)
            return None
        return source
    live = router.interfaces.get(str(source))
    if live is None or not live.up or live.ip is None:
        shell.write(NO_INTERFACE)
        return None
    return live.ip


def _run(shell: IosShell, wanted: Wanted) -> Job:
    probe, sizes = wanted.probe, wanted.sizes
    size = f"[{sizes[0]}..{sizes[-1]}]" if wanted.swept else sizes[0]
    shell.write(
        "Type escape sequence to abort.\n"
        f"Sending {wanted.total}, {size}-byte ICMP Echos to {probe.target}, "
        f"timeout is {wanted.seconds} seconds:\n"
    )
    if probe.source is not None:
        shell.write(f"Packet sent with a source address of {probe.source} \n")
    if probe.dont_fragment:
        shell.write("Packet sent with the DF bit set\n")
    probe.identifier = shell.device.next_identifier()
    probe.timeout = wanted.seconds * 1_000_000
    try:
        for number in range(wanted.total):
            data = pattern(max(0, sizes[number % len(sizes)] - HEADERS), wanted.unit)
            answer = yield from probe.echo(number & 0xFFFF, data, patient=True)
            shell.write(_mark(answer))
            if (number + 1) % MARKS_A_LINE == 0 and number + 1 < wanted.total:
                shell.write("\n")
    except Interrupt:
        pass
    shell.write("\n" + statistics(probe) + "\n")


def _mark(answer: Answer | None) -> str:
    if answer is None:
        return "."
    if answer.is_reply:
        return "!"
    message = answer.message
    if message.type == icmp.UNREACHABLE:
        return "M" if message.code == icmp.FRAGMENTATION_NEEDED else "U"
    return MARKS.get(message.type, "?")


def statistics(done: Probe) -> str:
    """`Success rate is 80 percent (4/5), round-trip min/avg/max = 1/2/4 ms`."""
    good, sent = len(done.times), done.sent
    text = f"Success rate is {100 * good // max(1, sent)} percent ({good}/{sent})"
    if good:
        low, high = (max(1, round(each / 1000)) for each in (min(done.times), max(done.times)))
        mean = max(1, round(sum(done.times) / good / 1000))
        text += f", round-trip min/avg/max = {low}/{mean}/{high} ms"
    return text


# --------------------------------------------------------------------------- the dialogue


def dialogue(shell: IosShell, match: Match[Row]) -> Job:
    """`ping` alone asks for everything."""
    try:
        wanted = yield from _asked(shell)
    except _Refused as refused:
        shell.write(str(refused))
        return
    except Interrupt:
        return
    if wanted is not None:
        yield from _run(shell, wanted)


class _Refused(Exception):
    """An answer that IOS does not take."""


def _asked(shell: IosShell) -> Waiting[Wanted | None]:
    protocol = (yield Ask("Protocol [ip]: ")) or "ip"
    if not "ip".startswith(protocol.strip().lower() or "ip"):
        raise _Refused('% Unknown protocol - "' + protocol + '", type "ping ?" for help\n')
    target = ((yield Ask("Target IP address: ")) or "").strip()
    address = target_address(shell, _address(target) or target)
    if address is None:
        return None
    probe = Probe(shell.device.router, address)
    wanted = Wanted(probe)
    wanted.repeat = _number((yield Ask("Repeat count [5]: ")), 5, 1, 2147483647)
    size = _number((yield Ask("Datagram size [100]: ")), 100, 36, 18024)
    wanted.sizes = range(size, size + 1)
    wanted.seconds = _number((yield Ask("Timeout in seconds [2]: ")), 2, 0, 3600)
    if _yes((yield Ask("Extended commands [n]: "))):
        source = ((yield Ask("Source address or interface: ")) or "").strip()
        if source:
            probe.source = source_address(shell, _source(source))
            if probe.source is None:
                return None
        probe.tos = _number((yield Ask("Type of service [0]: ")), 0, 0, 255)
        probe.dont_fragment = _yes((yield Ask("Set DF bit in IP header? [no]: ")))
        yield Ask("Validate reply data? [no]: ")
        wanted.unit = _pattern((yield Ask("Data pattern [0xABCD]: ")))
        if ((yield Ask("Loose, Strict, Record, Timestamp, Verbose[none]: ")) or "").strip():
            raise _Refused("% IP options are not supported by this router\n")
    if _yes((yield Ask("Sweep range of sizes [n]: "))):
        low = _number((yield Ask("Sweep min size [36]: ")), 36, 36, 18024)
        high = _number((yield Ask("Sweep max size [18024]: ")), 18024, low, 18024)
        step = _number((yield Ask("Sweep interval [1]: ")), 1, 1, 18024)
        wanted.sizes, wanted.swept = range(low, high + 1, step), True
    return wanted


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


def _pattern(typed: str | None) -> bytes:
    """Two bytes in hexadecimal; what is none leaves the pattern."""
    try:
        word = hexadecimal((typed or "").strip() or "abcd")
    except Unfit:
        raise _Refused("% Bad data pattern\n") from None
    return bytes.fromhex(f"{word:0>4}"[-4:])


def _source(text: str) -> IPv4Address | str:
    found = _address(text)
    if found is not None:
        return found
    try:
        return interface(text.replace(" ", ""))
    except Unfit:
        raise _Refused("% Invalid source\n") from None


def _number(typed: str | None, default: int, low: int, high: int) -> int:
    word = (typed or "").strip()
    if not word:
        return default
    if not (word.isascii() and word.isdecimal()) or not low <= int(word) <= high:
        raise _Refused(f"% A decimal number between {low} and {high}.\n")
    return int(word)


def _yes(typed: str | None) -> bool:
    return (typed or "").strip().lower() in ("y", "ye", "yes")


# --------------------------------------------------------------------------- traceroute


FIRST_SOURCE_PORT = 49152
DATA = bytes(8)
TRACE_MARKS = {
    icmp.NET_UNREACHABLE: "!N", icmp.HOST_UNREACHABLE: "!H", icmp.PROTOCOL_UNREACHABLE: "!P",
    icmp.ADMINISTRATIVELY_PROHIBITED: "!A", icmp.FRAGMENTATION_NEEDED: "!M",
}  # fmt: skip


def traceroute(shell: IosShell, match: Match[Row]) -> Job:
    """`traceroute [ip] TARGET …`."""
    target, router = target_address(shell, match["target"]), shell.device.router
    if target is None:
        return
    source = match.get("source")
    own = source_address(shell, source) if source is not None else None
    if source is not None and own is None:
        return
    own = own or router.ip.source_for("", target)
    shell.write(
        f"Type escape sequence to abort.\nTracing the route to {target}\n"
        "VRF info: (vrf in name/id, vrf out name/id)\n"
    )
    try:
        probe = Probe(router, target, match.get("timeout", 3) * 1_000_000, source=own)
        yield from _hops(shell, match, probe)
    except Interrupt:
        shell.write("\n")


def _hops(shell: IosShell, match: Match[Row], probe: Probe) -> Job:
    source_port = FIRST_SOURCE_PORT + shell.device.next_identifier() % 10_000
    port = match.get("port", FIRST_PORT)
    for ttl in range(max(1, match.get("min", 1)), match.get("max", 30) + 1):
        shell.write(f"{ttl:3} ")
        last: IPv4Address | None = None
        done = False
        for _ in range(match.get("probe", 3)):
            sent = shell.now()
            answer = yield from probe.hop((source_port, port), DATA, ttl)
            port += 1
            if answer is None:
                shell.write(" * ")
                continue
            if answer.source != last:
                shell.write(f"{'' if last is None else chr(10) + '    '}{answer.source} ")
                last = answer.source
            shell.write(_hop_text(answer, sent))
            done = done or answer.message.type == icmp.UNREACHABLE
        shell.write("\n")
        if done:
            return


def _hop_text(answer: Answer, sent: int) -> str:
    message = answer.message
    mark = TRACE_MARKS.get(message.code) if message.type == icmp.UNREACHABLE else None
    return f"{mark} " if mark else f"{max(1, round((answer.time - sent) / 1000))} msec "


_OPTIONS = ("{ source ( <source:interface> | <source:ipv4> ) | size <size:36-18024> "
         "| repeat <repeat:1-2147483647> | timeout <timeout:0-3600> | df-bit | validate "
         "| tos <tos:0-255> | data <data:hex> }*")  # fmt: skip
_TRACE_OPTIONS = ("{ source ( <source:interface> | <source:ipv4> ) | timeout <timeout:1-3600> "
          "| probe <probe:1-10> | ttl <min:0-255> <max:0-255> | numeric "
          "| port <port:1-65535> }*")  # fmt: skip
EXEC: list[Row] = [
    Command(f"ping [ip] <target:host> {_OPTIONS}", ping),
    Command("ping [ip]", dialogue, privilege=15),
    Command(f"traceroute [ip] <target:host> {_TRACE_OPTIONS}", traceroute),
]
