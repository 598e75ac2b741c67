"""`monitor port` and `monitor service id N sap|sdp`: counters again and again, live.

The first screen shows the counters as they are, those after it what has been added since the
screen before, that per second (`rate`), or the counters again (`absolute`).  Lab time moves no
faster than the wall's meanwhile, so that other sessions can send what is to be counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from labkit.cli.jobs import Interrupt, Job, Wait
from labkit.cli.nokia_sros.cursor import Command
from labkit.cli.nokia_sros.page import DOUBLE, SECOND, SINGLE
from labkit.cli.nokia_sros.schema import BAD_PARAMETER, Mistake
from labkit.cli.nokia_sros.service import find, saps, spokes
from labkit.cli.nokia_sros.show_attachment import sap_statistics, spoke_statistics
from labkit.cli.nokia_sros.show_port import counted, figures, traffic
from labkit.net.link import Counters

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice
    from labkit.cli.nokia_sros.shell import SrosShell

BITS = 1_000_000_000
"""What a port carries in a second."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Something with counters: its name on the page, the counters now, how they are shown."""

    name: str
    counters: Callable[[], Counters]
    show: Callable[[Counters], Iterator[str]]
    heading: tuple[str, ...] = ()
    utilization: bool = False


def monitor_port(shell: SrosShell, command: Command) -> Job:
    """Run `monitor port`."""
    port = command.values["port"]
    if not any(node["port"] == port for node in shell.device.node("port")):
        raise Mistake(BAD_PARAMETER)
    watched = Watched(
        f"Port {port}",
        lambda: counted(shell.device, port),
        traffic,
        (figures("", "Input", "Output"), SINGLE),
        utilization=True,
    )
    return _monitor(shell, watched, command.values, 10)


def monitor_sap(shell: SrosShell, command: Command) -> Job:
    """Run `monitor service id N sap`."""
    service, name = find(shell.device, command.values["service"]), command.values["sap"]
    if not any(sap["sap"] == name for sap in saps(service)):
        raise Mistake(f'MINOR: CLI Invalid SAP "{name}".')
    live, idle = shell.device.router.ports.get(name), Counters()
    watched = Watched(
        f"Service {service['id']} SAP {name}",
        lambda: live.counters if live is not None else idle,
        sap_statistics,
    )
    return _monitor(shell, watched, command.values, 11)


def monitor_sdp(shell: SrosShell, command: Command) -> Job:
    """Run `monitor service id N sdp`."""
    service, name = find(shell.device, command.values["service"]), command.values["spoke"]
    if not any(spoke["id"] == name for spoke in spokes(service)):
        raise Mistake(f'MINOR: CLI Invalid SDP binding "{name}".')
    sdp_id, circuit = map(int, name.split(":"))
    watched = Watched(
        f"Service {service['id']} SDP binding {name}",
        lambda: _pseudowire(shell.device, (sdp_id, circuit)),
        spoke_statistics,
    )
    return _monitor(shell, watched, command.values, 11)


def _pseudowire(device: SrosDevice, key: tuple[int, int]) -> Counters:
    provider = device.router.provider
    return provider.pseudowires.get(key, Counters()) if provider is not None else Counters()


def _monitor(shell: SrosShell, watched: Watched, values: dict[str, str], pace: int) -> Job:
    interval, repeat = int(values.get("interval", pace)), int(values.get("repeat", 10))
    mode = next((word for word in ("rate", "absolute") if word in values), "delta")
    begun, before = shell.now(), _copy(watched.counters())
    shell.write("".join(f"{line}\n" for line in _head(watched)))
    shell.write("".join(f"{line}\n" for line in watched.show(before)))
    try:
        for turn in range(1, repeat + 1):
            yield Wait(begun + turn * interval * SECOND, paced=True)
            now = _copy(watched.counters())
            shown = now if mode == "absolute" else _since(before, now, interval, mode == "rate")
            before = now
            shell.write(f"\n{SINGLE}\nAt time t = {turn * interval} sec (Mode: {mode.title()})\n")
            shell.write("".join(f"{line}\n" for line in (SINGLE, *watched.show(shown))))
            if mode == "rate" and watched.utilization:
                shell.write(_utilization(shown) + "\n")
    except Interrupt:
        shell.write("^C\n")
        return
    shell.write(DOUBLE + "\n")


def _head(watched: Watched) -> Iterator[str]:
    yield ""
    yield from (DOUBLE, f"Monitor statistics for {watched.name}", DOUBLE)
    yield from watched.heading
    yield from (SINGLE, "At time t = 0 sec (Base Statistics)", SINGLE)


def _copy(counters: Counters) -> Counters:
    return Counters(**{each.name: getattr(counters, each.name) for each in fields(Counters)})


def _since(before: Counters, now: Counters, interval: int, per_second: bool) -> Counters:
    """What came between; never below 0, should the counters have been cleared meanwhile."""
    found = {}
    for each in fields(Counters):
        more = max(0, getattr(now, each.name) - getattr(before, each.name))
        found[each.name] = more // interval if per_second else more
    return Counters(**found)


def _utilization(rate: Counters) -> str:
    return figures(
        "Utilization (% of port capacity)", _share(rate.in_bytes), _share(rate.out_bytes)
    )


def _share(octets: int) -> str:
    """Octets a second as a part of what the port carries; `~` where it is not quite nothing."""
    share = f"{100 * 8 * octets / BITS:.2f}"
    return f"~{share}" if octets and share == "0.00" else share
