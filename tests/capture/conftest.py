"""Captures of a lab with a tunnel and all that makes noise, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from labkit.sim.lab.lab import Lab

GATEWAY = "Site-B-GW-Router"


@pytest.fixture(scope="session")
def lab_captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The captures of all links and their keys: a tunnel, pings too large, a route that is not."""
    folder = tmp_path_factory.mktemp("captures")
    with Lab("tunnel", 1, folder) as lab:
        lab.run(GATEWAY, "ping 192.168.1.1 source GigabitEthernet0/0")
        lab.run(GATEWAY, "ping 192.168.1.1 source GigabitEthernet0/0 size 1500 df-bit")
        lab.run(GATEWAY, "ping 192.168.1.1 source GigabitEthernet0/0 size 1500")
        lab.run("PC-B", "traceroute 192.168.1.10")
        lab.run("PC-B", "ping -c 2 10.99.9.9")
    return folder
