"""`traceroute`: UDP to ports nobody listens on, with a growing TTL, as SR OS prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.protocols.wire import icmp
from labkit.sim.net.icmp import Answer
from labkit.sim.routers.jobs import Interrupt, Job
from labkit.sim.routers.probe import FIRST_PORT, Probe, Waiting
from labkit.sim.routers.sros.cursor import Command
from labkit.sim.routers.sros.ping import NO_SOURCE, milliseconds, probe_of, source_is_local

if TYPE_CHECKING:
    from labkit.sim.routers.sros.shell import SrosShell

PROBES = 3
SOURCE_PORT = 49152
DATA = bytes(12)


def traceroute(shell: SrosShell, command: Command) -> Job:
    """Run `traceroute`."""
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
        texts.append(f"{where}{took}{_mark(answer)}")
        arrived = arrived or answer.message.type == icmp.UNREACHABLE
    name = "0.0.0.0  " if shown is None else ""
    shell.write(f"{ttl:>3}  {name}{'    '.join(texts)}\n")
    return arrived


def _mark(answer: Answer) -> str:
    if answer.message.type != icmp.UNREACHABLE or answer.message.code == 3:
        return ""
    return {0: " !N", 1: " !H", 2: " !P", 4: " !F", 13: " !X"}.get(answer.message.code, " !")
