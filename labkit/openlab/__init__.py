"""The open lab: the course's network on FRR and strongSwan, in one User-Mode-Linux guest.

`host` says whether this machine can, `rootfs` builds the guest's files, `guest` boots it and
gives it jobs, `network` renders what the scripts in `data/openlab/` read, `scenarios` says what
is to be done and seen, `recorder` records it, `charon_log` finds the keys, `verify` has tshark
look.  It is where genuine recordings come from, and must not know the simulator.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class OpenLabError(Exception):
    """Why the open lab cannot go on, in one sentence for the person who asked."""


def run(
    command: Sequence[str], otherwise: str = "", environment: Mapping[str, str] | None = None
) -> str:
    """Run a program of this machine; returns what it printed.

    Raises OpenLabError where it fails: `otherwise`, and the last thing it said.
    """
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise OpenLabError(f"{otherwise or f'{command[0]} failed'}: {last_line(done.stderr)}")
    return done.stdout


def read(path: Path) -> str:
    """What a file says; nothing where there is none."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = (line.strip() for line in reversed(text.split("\n")))
    return next(filter(None, lines), "it says nothing")
