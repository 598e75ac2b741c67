"""The labs that are compared, each in a process of its own: ours, FakeNOS, a bare server.

FakeNOS pins libraries of its own, so it runs in its own environment: LABKIT_FAKENOS_PYTHON names
the Python that has it; else the `fakenos` command is looked for.  It gets a device for each of
ours, of the platform that is the same or nearest; it knows SR OS by its older name.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from labkit.sim.model import topology
from tests.benchmarks import ports
from tests.benchmarks.measure import Unavailable
from tests.benchmarks.processes import Program

VARIABLE = "LABKIT_FAKENOS_PYTHON"
FAKENOS_PLATFORMS = {
    "cisco_ios": "cisco_ios",
    "nokia_sros": "alcatel_sros",
    "linux": "linux",
    "labkit": "linux",
}
CONTROL = {"lab": "labkit"}
"""The control channel is a device too: FakeNOS has as many ports to open."""


def ours(checkpoint: str = "baseline") -> Program:
    """Our lab, serving; tells `seconds`, `peak` and what `labkit serve --json` prints."""
    return Program("-m", "tests.benchmarks.lab_program", checkpoint)


def bare(platform: str, *answered: str | Path) -> Program:
    """A paramiko server that echoes and prompts as `platform` does; tells netmiko's arguments.

    With a command and a file it prints the file's bytes for that command.
    """
    return Program("-m", "tests.benchmarks.bare_server", platform, *answered)


class FakeLab(Program):
    """FakeNOS with as many devices as ours; tells `seconds`.  Raises Unavailable."""

    def __init__(self, platform: str | None = None) -> None:
        """All devices of one FakeNOS `platform`, or (None) each of the same one as ours."""
        python = find_fakenos()
        nodes = {name: node.platform for name, node in topology.load().nodes.items()} | CONTROL
        self._devices = [
            (name, platform or FAKENOS_PLATFORMS[kind], port)
            for (name, kind), port in zip(nodes.items(), ports.free(len(nodes)), strict=True)
        ]
        program = Path(__file__).with_name("fakenos_program.py")
        super().__init__(program, json.dumps(self._devices), python=python)

    def netmiko(self, platform: str) -> dict[str, Any]:
        """netmiko's arguments for its first device of one of our platforms."""
        wanted = FAKENOS_PLATFORMS[platform]
        port = next(port for _, kind, port in self._devices if kind == wanted)
        login = {"username": "student", "password": "student", "secret": "student"}
        return {"device_type": platform, "host": ports.HOST, "port": port, **login}


def find_fakenos() -> Path:
    """The Python that has FakeNOS.  Raises Unavailable."""
    named = os.environ.get(VARIABLE)
    if named:
        if not Path(named).is_file():
            raise Unavailable(f"{VARIABLE} names {named}, which is no file")
        return Path(named)
    command = shutil.which("fakenos")
    if command is None:
        raise Unavailable(f"FakeNOS is not installed (or name its Python in {VARIABLE})")
    folder = Path(command).resolve().parent
    python = shutil.which("python", path=str(folder))
    if python is None:
        raise Unavailable(f"no Python beside {command}: name it in {VARIABLE}")
    return Path(python)


def netmiko_of(lab: Program, platform: str) -> dict[str, Any]:
    """netmiko's arguments for the first device of a platform in our lab."""
    found = next(d["netmiko"] for d in lab.told["devices"] if d["platform"] == platform)
    return dict(found)
