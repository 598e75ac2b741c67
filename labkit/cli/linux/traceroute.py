"""`traceroute` with UDP probes, as the Linux one prints it.

Three probes a hop to ports from 33434 on; routers answer time exceeded, the end port unreachable.
"""

from __future__ import annotations

from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.jobs import Job, Wait
from labkit.cli.linux.words import CommandFailed, UsageError, address, number, options
from labkit.net.icmp import Answer
from labkit.wire import icmp

if TYPE_CHECKING:
    from labkit.cli.linux.shell import LinuxShell

FIRST_PORT = 33434
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
    return _run(shell, operands[0], target, range(first, hops + 1), probes, wait, "-n" in given)


def _run(
    shell: LinuxShell,
    name: str,
    target: IPv4Address,
    hops: range,
    probes: int,
    timeout: int,
    numeric: bool,
) -> Job:
    host = shell.device.host
    source = host.ip.source_for("", target)
    if source is None:
        raise CommandFailed("connect: Network is unreachable", 1)
    shell.write(f"traceroute to {name} ({target}), {hops.stop - 1} hops max, 60 byte packets\n")
    answers: dict[int, Answer] = {}
    base = SOURCE_PORT + shell.device.next_identifier() % 20000

    def listen(answer: Answer) -> None:
        if answer.ports is not None and answer.ports[0] == base:
            answers.setdefault(answer.ports[1], answer)

    stop = host.icmp.listen(listen)
    port = FIRST_PORT
    try:
        for ttl in hops:
            ports = range(port, port + probes)
            port += probes
            began = shell.now()
            for each in ports:
                host.udp.send(source, base, target, each, DATA, ttl=ttl)
            yield Wait(began + timeout, partial(_complete, answers, ports))
            heard = [answers.get(each) for each in ports]
            shell.write(f"{ttl:2} {_hop(heard, began, numeric)}\n")
            if any(each is not None and _final(each) for each in heard):
                return
    finally:
        stop()


def _complete(answers: dict[int, Answer], ports: range) -> bool:
    return all(port in answers for port in ports)


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
