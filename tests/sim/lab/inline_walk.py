"""LAB §4 from the baseline to the tunnel by `labkit.sim` alone; a program of its own.

    python -m tests.sim.lab.inline_walk inline|threaded FOLDER

Prints what was said.  Inline: with threads and sockets forbidden, and without paramiko and netmiko.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.walk import lines

A, B = "Site-A-GW-Router", "Site-B-GW-Router"


def forbid() -> None:
    """From here on a thread, a socket or a client of SSH is an error, whoever wants it."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("there are no threads and no sockets here")

    threading.Thread.start = refuse  # type: ignore[method-assign]
    socket.socket.__init__ = refuse  # type: ignore[assignment]
    for name in ("paramiko", "netmiko"):
        sys.modules[name] = None  # type: ignore[assignment]


class Paper:
    """A screen that keeps what a session writes."""

    def __init__(self) -> None:
        self.text = ""
        self.status: int | None = None

    def show(self, text: str) -> None:
        self.text += text

    def close(self, status: int) -> None:
        self.status = status


def walk(lab: Any, folder: Path) -> list[str]:
    """Mirror, gateways, the tunnel's first packets, a fault, a cut, a save and its load."""
    said = [lab.run("R6", each) for each in [*lines.MIRROR_R6.splitlines(), lines.MIRROR_SOURCE]]
    said += [lab.run("R1", each) for each in lines.MIRROR_R1.splitlines()]
    for gateway, typed in ((A, lines.SITE_A), (B, lines.SITE_B)):
        config = ["configure terminal", *typed.splitlines(), "end"]
        said += [lab.run(gateway, each) for each in config]
    paper = Paper()
    session = lab.open("PC-B", paper)
    session.feed("ping -c 4 -s 72 192.168.1.10\r")
    while "rtt min" not in paper.text or not paper.text.endswith("$ "):
        time.sleep(0.01)  # never, inline: all was said before `feed` came back
    session.hang_up()
    said += [paper.text, lab.run(B, "show crypto ipsec sa"), lab.status()]
    lab.link("b-primary", up=False)
    lab.advance(200)
    said += [lab.run(B, "show ip bgp summary"), str(lab.advance_to_event())]
    lab.link("b-primary", up=True)
    lab.save(folder / "saved.yaml")
    lab.load(folder / "saved.yaml")
    said.append(lab.run("PC-B", "ping -c 2 192.168.1.10"))
    lab.start("tunnel")
    lab.fault("f01")
    said += [lab.run(B, "show crypto isakmp sa"), lab.run("lab", "fault off"), lab.status()]
    return said


def main() -> None:
    kind, folder = sys.argv[1], Path(sys.argv[2])
    if kind == "inline":
        forbid()
    from labkit.sim import Inline, Lab, Threaded

    runner = Inline() if kind == "inline" else Threaded()
    with Lab("baseline", 7, folder / "captures", runner=runner) as lab:
        said = "\n".join(walk(lab, folder)).replace(str(folder), "FOLDER")
    sys.stdout.buffer.write(said.encode())


if __name__ == "__main__":
    main()
