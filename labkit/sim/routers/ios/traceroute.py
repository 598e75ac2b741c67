"""`traceroute`: UDP probes to ports from 33434 on, one at a time, as IOS sends and prints them."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.protocols.wire import icmp
from labkit.sim.grammar import Match
from labkit.sim.net.icmp import Answer
from labkit.sim.routers.ios.ping import source_address, target_address
from labkit.sim.routers.ios.rows import Command, Row
from labkit.sim.routers.jobs import Interrupt, Job
from labkit.sim.routers.probe import FIRST_PORT, Probe

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

FIRST_SOURCE_PORT = 49152
DATA = bytes(8)
MARKS = {
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
            shell.write(_text(answer, sent))
            done = done or answer.message.type == icmp.UNREACHABLE
        shell.write("\n")
        if done:
            return


def _text(answer: Answer, sent: int) -> str:
    message = answer.message
    mark = MARKS.get(message.code) if message.type == icmp.UNREACHABLE else None
    return f"{mark} " if mark else f"{max(1, round((answer.time - sent) / 1000))} msec "


_OPTIONS = ("{ source ( <source:interface> | <source:ipv4> ) | timeout <timeout:1-3600> "
          "| probe <probe:1-10> | ttl <min:0-255> <max:0-255> | numeric "
          "| port <port:1-65535> }*")  # fmt: skip

EXEC: list[Row] = [Command(f"traceroute [ip] <target:host> {_OPTIONS}", traceroute)]
