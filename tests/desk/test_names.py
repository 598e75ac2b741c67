"""What a notebook imports is there, under its name of today and under that of yesterday."""

from __future__ import annotations

import subprocess
import sys

import pytest

from labkit import desk, ui


@pytest.mark.parametrize("name", desk.ROOMS)
def test_every_name_of_the_desk_is_there_and_in_the_alias_too(name: str) -> None:
    assert getattr(ui, name) is getattr(desk, name)
    assert name in dir(desk)


def test_importing_them_loads_no_router_and_no_protocol() -> None:
    """They come with the first lab and the first frame: a notebook's first line stays quick."""
    names = ", ".join(sorted(desk.ROOMS.keys() - {"Bytes", "Ladder", "Wildcard"}))
    code = f"import sys\nfrom labkit.desk import {names}\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = (
        "labkit.sim.routers.",
        "labkit.sim.net.network",
        "labkit.sim.lab.lab",
        "labkit.protocols.ike",
        "labkit.protocols.wire",
    )
    assert [each for each in run.stdout.split() if each.startswith(heavy)] == []
