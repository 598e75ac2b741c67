"""`traceroute`: UDP to ports nobody listens on, with a growing TTL, as SR OS prints it."""

from __future__ import annotations

from collections.abc import Generator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, TypeVar

from labkit.cli.jobs import Interrupt, Job, Wait
from labkit.cli.nokia_sros.cursor import Command
from labkit.cli.nokia_sros.ping import NO_SOURCE, answers, milliseconds, router, source_is_local
from labkit.net.icmp import Answer
from labkit.wire import icmp, ipv4
from labkit.wire.udp import Udp

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.shell import SrosShell

FIRST_PORT = 33434
PROBES = 3
SOURCE_PORT = 49152
DATA = bytes(12)
T = TypeVar("T")
Waiting = Generator[Wait, str | None, T]
"""A part of a job that comes to a result."""


def traceroute(shell: SrosShell, command: Command) -> Job:
    """Run `traceroute`."""
    device, values = shell.device, command.values
    vrf = router(device, values)
    destination = IPv4Address(values["destination"])
    limit = int(values.get("ttl", "30"))
    shell.write(f"traceroute to {destination}, {limit} hops max, 40 byte packets\n")
    if not source_is_local(device, vrf, values.get("source")):
        shell.write(NO_SOURCE + "\n")
        return
    source = values.get("source")
    own = IPv4Address(source) if source else device.router.ip.source_for(vrf, destination)
    try:
        for ttl in range(1, limit + 1):
            done = yield from _hop(shell, vrf, own, destination, ttl, values)
            if done:
                return
    except Interrupt:
        shell.write("\ntraceroute aborted by user\n")


def _hop(
    shell: SrosShell,
    vrf: str,
    source: IPv4Address | None,
    destination: IPv4Address,
    ttl: int,
    values: dict[str, str],
) -> Waiting[bool]:
    """One line of the answer; returns whether the destination has answered."""
    shown, arrived, texts = None, False, []
    for probe in range(PROBES):
        port = FIRST_PORT + (ttl - 1) * PROBES + probe
        answer, took = yield from _probe(shell, vrf, source, destination, ttl, port, values)
        if answer is None:
            texts.append("*")
            continue
        where = f"{answer.source}  " if answer.source != shown else ""
        shown = answer.source
        texts.append(f"{where}{milliseconds(took).replace('ms', ' ms')}{_mark(answer)}")
        arrived = arrived or answer.message.type == icmp.UNREACHABLE
    name = "0.0.0.0  " if shown is None else ""
    shell.write(f"{ttl:>3}  {name}{'    '.join(texts)}\n")
    return arrived


def _mark(answer: Answer) -> str:
    if answer.message.type != icmp.UNREACHABLE or answer.message.code == 3:
        return ""
    return {0: " !N", 1: " !H", 2: " !P", 4: " !F", 13: " !X"}.get(answer.message.code, " !")


def _probe(
    shell: SrosShell,
    vrf: str,
    source: IPv4Address | None,
    destination: IPv4Address,
    ttl: int,
    port: int,
    values: dict[str, str],
) -> Waiting[tuple[Answer | None, int]]:
    heard: list[Answer] = []

    def listen(answer: Answer) -> None:
        if answer.ports is not None and answer.ports[1] == port:
            heard.append(answer)

    start = shell.now()
    node = shell.device.router
    with answers(shell.device, listen):
        if source is not None:
            data = Udp(SOURCE_PORT, port, DATA).encode(source, destination)
            tos = int(values.get("tos", "0"))
            packet = node.ip.packet(source, destination, ipv4.UDP, data, ttl=ttl, tos=tos)
            node.ip.originate(packet, vrf)
        yield Wait(start + int(values.get("wait", "5000")) * 1000, lambda: bool(heard))
    return (heard[0], heard[0].time - start) if heard else (None, 0)
