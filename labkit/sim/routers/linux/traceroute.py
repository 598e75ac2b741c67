"""`traceroute` with UDP probes, as the Linux one prints it.

Three probes a hop to ports from 33434 on; routers answer time exceeded, the end port unreachable.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from labkit.protocols.wire import icmp
from labkit.sim.net.icmp import Answer
from labkit.sim.routers.jobs import Job, Wait
from labkit.sim.routers.linux.words import CommandFailed, UsageError, address, number, options
from labkit.sim.routers.probe import FIRST_PORT, Probe

if TYPE_CHECKING:
    from labkit.sim.routers.linux.shell import LinuxShell

SOURCE_PORT = 40000
DATA = bytes(range(0x40, 0x60))
"""32 bytes: a probe is a packet of 60."""
TIMEOUT = 5_000_000
MARKS = {
    icmp.NET_UNREACHABLE: " !N",
    icmp.HOST_UNREACHABLE: " !H",
    icmp.PROTOCOL_UNREACHABLE: " !P",
    icmp.PORT_UNREACHABLE: "",
    icmp.FRAGMENTATION_NEEDED: " !F",
    icmp.ADMINISTRATIVELY_PROHIBITED: " !X",
}


def command(shell: LinuxShell, arguments: list[str]) -> Job:
    """Run `traceroute ...`."""
    given, operands = options(arguments, "4nm:q:w:f:")
    if not operands:
        raise UsageError('specify "host" missing argument')
    target = address(operands[0])
    if target is None:
        raise CommandFailed(f"{operands[0]}: Name or service not known", 2)
    hops = number(given.get("-m", "30"), int, 1, 255)
    first = number(given.get("-f", "1"), int, 1, hops)
    probes = number(given.get("-q", "3"), int, 1, 10)
    wait = round(number(given.get("-w", "5"), float, 0, 60) * 1e6)
    return _run(
        shell,
        Probe(shell.device.host, target, wait),
        operands[0],
        range(first, hops + 1),
        probes,
        "-n" in given,
    )


def _run(
    shell: LinuxShell, probe: Probe, name: str, hops: range, probes: int, numeric: bool
) -> Job:
    probe.source = probe.node.ip.source_for("", probe.target)
    if probe.source is None:
        raise CommandFailed("connect: Network is unreachable", 1)
    head = f"traceroute to {name} ({probe.target}), {hops.stop - 1} hops max"
    shell.write(f"{head}, 60 byte packets\n")
    base, port = SOURCE_PORT + shell.device.next_identifier() % 20000, FIRST_PORT
    for ttl in hops:
        ports = range(port, port + probes)
        port += probes
        with probe.hearing(partial(_about, base, ports)) as heard:
            began = shell.now()
            for each in ports:
                probe.send_datagram((base, each), DATA, ttl)
            yield Wait(began + probe.timeout, lambda: len({each.ports for each in heard}) == probes)
        answers = {answer.ports[1]: answer for answer in reversed(heard) if answer.ports}
        shell.write(f"{ttl:2} {_hop([answers.get(each) for each in ports], began, numeric)}\n")
        if any(map(_final, heard)):
            return


def _about(base: int, ports: range, answer: Answer) -> bool:
    return answer.ports is not None and answer.ports[0] == base and answer.ports[1] in ports


def _final(answer: Answer) -> bool:
    return answer.message.type == icmp.UNREACHABLE


def _hop(heard: list[Answer | None], began: int, numeric: bool) -> str:
    text, last = "", None
    for answer in heard:
        if answer is None:
            text += " *"
            continue
        if answer.source != last:
            last = answer.source
            text += f" {last}" if numeric else f" {last} ({last})"
        mark = MARKS.get(answer.message.code, "") if _final(answer) else ""
        text += f"  {(answer.time - began) / 1000:.3f} ms{mark}"
    return text
