"""The first ping over ESP: the simulated lab against the same network on real programs.

Both begin with nothing running: ours with the making of the lab (imports not counted, as in the
other rows) and the typing of the ping, the open lab with the boot of its guest (the building of its
root file system not counted).  Takes a minute or two, hence it is asked for: `--openlab`.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from labkit.openlab import OpenLabError, host, rootfs, session, verify
from labkit.openlab.folder import Folder
from labkit.openlab.guest import Guest
from labkit.sim.lab.lab import Lab
from tests.benchmarks.measure import Comparison, Figures, Reading, Unavailable
from tests.benchmarks.tunnel import GATEWAY, PING

ROUNDS = 5


def rows() -> Iterator[Comparison]:
    """One row."""
    yield Comparison(
        "first ping over ESP, from nothing",
        "the open lab: FRR and strongSwan in a User-Mode-Linux guest",
        "s",
        Reading.SPEED,
        _first_ping,
        bound=100,
    )


def _first_ping() -> Figures:
    guest = _guest()
    note = f"the machine's load was {os.getloadavg()[0]:.1f}"
    spent = [first_ping() for _ in range(ROUNDS)]
    with guest.folder.held():
        boot_to_esp, good = session.quick(guest, lambda text: None)
    if not good:
        raise OpenLabError("the recorded tunnel does not show what it must")
    # Before and after, since the machine's mood may change within two minutes.
    spent += [first_ping() for _ in range(ROUNDS)]
    return Figures(statistics.median(spent), boot_to_esp, note)


def first_ping() -> float:
    """Seconds from no lab to the end of a ping through a tunnel that it brought up."""
    began = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="labkit-bench-") as folder,
        Lab("crypto-map", capture_dir=Path(folder)) as lab,
    ):
        if "!" not in lab.run(GATEWAY, PING):
            raise ArithmeticError("no ping came through")
        return time.perf_counter() - began


def _guest() -> Guest:
    """The open lab, which must have been built.  Raises Unavailable."""
    try:
        host.check_boot()
        verify.tshark()
    except OpenLabError as error:
        raise Unavailable(str(error)) from error
    guest = Guest(Folder.default())
    if not rootfs.is_built(guest.folder):
        raise Unavailable("the open lab's root file system is not there: labkit openlab build")
    if guest.pid is not None:
        raise Unavailable("the open lab runs already: labkit openlab down")
    return guest
