"""The verbs of `labkit openlab`: build, up, do, run, record, down.

Each reads as its list of steps.  A guest that was left running by `up` is used as it is; one that
a verb started for itself is stopped again.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from labkit import resources
from labkit.openlab import OpenLabError, host, network, recorder, rootfs, scenarios, verify
from labkit.openlab.folder import Folder
from labkit.openlab.guest import Guest
from labkit.openlab.scenarios import REACHED, Scenario

Say = Callable[[str], None]
QUICK = "tunnel"
"""The scenario of `run`."""


def build(say: Say) -> None:
    """Build the root file system, unless there is one."""
    host.check_boot()
    folder = Folder.default()
    if rootfs.is_built(folder):
        say(f"there is a root file system in {folder.rootfs}")
        return
    with folder.held():
        _build(folder, say)


def up(say: Say) -> None:
    """Build if need be, boot, and leave the network running."""
    host.check_boot()
    with Folder.default().held() as folder:
        guest = _ready(folder, say)
        if guest.pid is not None:
            say(f"the open lab runs already (process {guest.pid})")
            return
        try:
            _boot(guest, say, stays=True)
        except BaseException:
            guest.stop()
            raise
    say("the sites reach each other; for example:")
    say("  labkit openlab do at Site-B ping -c 3 -I 10.16.16.16 10.15.15.15")
    say("labkit openlab down stops it")


def do(command: str) -> tuple[int, str]:
    """Run a shell command in the running guest; returns its exit status and what it printed."""
    guest = Guest(Folder.default())
    if guest.pid is None:
        raise OpenLabError("the open lab does not run: labkit openlab up")
    return guest.attempt(f". /lab/guest/lab.sh\n{command}\n")


def down(say: Say) -> None:
    """Stop the guest."""
    stopped = Guest(Folder.default()).stop()
    say("the open lab is stopped" if stopped else "the open lab did not run")


def run(say: Say, *, rebuild: bool = False) -> bool:
    """From nothing to a recorded tunnel that tshark has verified; says whether it has."""
    host.check_boot()
    verify.tshark()
    began, load = time.monotonic(), os.getloadavg()[0]
    with Folder.default().held() as folder:
        guest = Guest(folder) if rebuild else _ready(folder, say)
        if guest.pid is not None:
            raise OpenLabError("the open lab runs already; labkit openlab down, and then run again")
        if rebuild:
            _build(folder, say)
        boot_to_esp, good = quick(guest, say)
    say(
        f"{time.monotonic() - began:.0f} s in all; first ping over ESP {boot_to_esp:.0f} s after "
        f"the start of the boot; the machine's load was {load:.1f} on {os.cpu_count()} cores"
    )
    return good


def quick(guest: Guest, say: Say) -> tuple[float, bool]:
    """Boot, record the tunnel, verify, stop: the seconds from the guest's start to its first
    answered ping through the tunnel, and whether tshark sees what it must."""
    scenario = scenarios.load()[QUICK]
    booting = time.time()
    with _running(guest, say):
        say("recording: the tunnel is brought up by the first ping")
        made = guest.run_folder / "recording"
        recorder.record(guest, scenario, made)
        good = _verify(scenario, made, say)
    first = verify.first_time(made / "sniffer.pcap", "esp && ip.src == 192.0.2.28")
    return first - booting, good


def record(say: Say, names: Sequence[str], into: Path | None) -> bool:
    """Record scenarios, all of them if none is named; says whether tshark sees what it must."""
    host.check_boot()
    verify.tshark()
    known = scenarios.load()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise OpenLabError(f"there is no scenario {unknown[0]!r}; there are: {', '.join(known)}")
    target = into or _course_folder()
    wanted = [scenario for scenario in known.values() if not names or scenario.id in names]
    with Folder.default().held() as folder:
        guest = _ready(folder, say)
        first = next((scenario for scenario in wanted if scenario.boots), None)
        if guest.pid is not None and first is not None:
            raise OpenLabError(
                f"{first.id} records the beginning, which needs a fresh guest: labkit openlab down"
            )
        with _running(guest, say, first, target) as good:
            for scenario in wanted:
                if scenario is not first:
                    good &= _record(guest, scenario, target, say)
    return good


def _record(guest: Guest, scenario: Scenario, target: Path, say: Say) -> bool:
    say(f"recording {scenario.id}: {scenario.title}")
    recorder.record(guest, scenario, target / scenario.id)
    return _verify(scenario, target / scenario.id, say)


def _verify(scenario: Scenario, folder: Path, say: Say) -> bool:
    missed = verify.missed(scenario, folder)
    for check, found in missed:
        say(f"  NOT SEEN: {check}, but {found}")
    if not missed:
        say(f"  tshark sees all {len(scenario.checks)} things that {scenario.id} must show")
    return not missed


@contextmanager
def _running(
    guest: Guest, say: Say, first: Scenario | None = None, target: Path | None = None
) -> Iterator[bool]:
    """The running network, stopped again if it was not running before.

    `first` records the beginning itself; yields whether that was good.
    """
    if guest.pid is not None:
        yield True
        return
    try:
        yield _boot(guest, say, first, target)
    finally:
        guest.stop()


def _boot(
    guest: Guest,
    say: Say,
    first: Scenario | None = None,
    target: Path | None = None,
    *,
    stays: bool = False,
) -> bool:
    say("booting the guest")
    files = {"links": network.links(), "macs": network.macs(), **network.routing()}
    guest.start(files, stays=stays)
    say("laying cables")
    guest.do("sh /lab/guest/network")
    good = True
    if first is not None and target is not None:
        good = _record(guest, first, target, say)
    else:
        say("starting the routers, and waiting until the sites reach each other")
        guest.do(f". /lab/guest/lab.sh\nsh /lab/guest/routing\n{REACHED}")
    guest.do("sh /lab/guest/mirror")
    guest.finish()
    return good


def _ready(folder: Folder, say: Say) -> Guest:
    """A guest that could be started, or that runs and is whole.  Raises OpenLabError."""
    if not rootfs.is_built(folder):
        _build(folder, say)
    guest = Guest(folder)
    if guest.pid is not None and not guest.finished:
        say("a guest whose beginning was cut short is stopped")
        guest.stop()
    return guest


def _build(folder: Folder, say: Say) -> None:
    place = f"LABKIT_CACHE={folder.root.parent}"  # root is to build it in this very place
    words = ["sudo", "env", place, sys.executable, "-m", "labkit", "openlab", "build"]
    host.check_build(shlex.join(words))
    rootfs.build(folder, say)


def _course_folder() -> Path:
    clone = resources.clone()
    if clone is None:
        raise OpenLabError("this labkit is no clone, whose recordings could be made: give --into")
    return clone / "data" / "recordings"
