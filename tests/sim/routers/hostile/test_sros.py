"""Whatever is typed at an SR OS prompt, the router stands and its configuration is itself."""

from __future__ import annotations

from random import Random

import pytest

from labkit.sim.lab import checkpoints
from labkit.sim.net.network import Network
from labkit.sim.routers.sros.device import SrosDevice
from labkit.sim.routers.sros.shell import SrosShell
from tests.sim.routers.hostile import sros_lines, typist
from tests.sim.routers.hostile.session import Session


def configured(random: Random) -> tuple[Network, SrosDevice]:
    """A router of the provider on a dead network, at the baseline or as it left the box."""
    network = Network()
    name = random.choice(("R1", "R2", "R6"))
    device = SrosDevice(network.router(name))
    if random.random() < 0.7:
        for step in checkpoints.chain("mirror"):
            if name in step.config:
                device.load(step.config[name].lines)
    return network, device


@pytest.mark.whole(8)
@pytest.mark.parametrize("seed", range(typist.CHUNKS))
def test_hostile_lines_neither_break_nor_stick_and_what_is_left_loads_as_itself(seed: int) -> None:
    """No exception escapes, every line ends at a prompt, admin display-config is a fixed point."""
    random = Random(f"sros {seed}")
    network, device = configured(random)
    session = Session(device, network.clock, random)
    for _ in range(typist.LINES // typist.CHUNKS):
        assert isinstance(session.shell, SrosShell)
        session.type(sros_lines.line(random, session.shell))
    session.type("")
    session.type("/configure router policy-options abort")
    shown = device.render()
    fresh = SrosDevice(Network().router(device.name))
    fresh.load(shown.splitlines())
    assert fresh.render() == shown
    assert fresh.facts() == device.facts()
