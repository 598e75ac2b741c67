"""Whatever is typed at an IOS prompt, the router stands and its configuration is itself."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from labkit.sim.lab import checkpoints
from labkit.sim.model.facts import DeviceFacts
from labkit.sim.net.network import Network
from labkit.sim.routers.ios.device import IosDevice
from labkit.sim.routers.ios.shell import IosShell
from tests.sim.routers.hostile import ios_lines, typist
from tests.sim.routers.hostile.session import Session

NAME = "Site-B-GW-Router"


def configured(random: Random) -> tuple[Network, IosDevice]:
    """A gateway on a dead network, at a checkpoint or as it left the box."""
    network = Network()
    device = IosDevice(network.router(NAME))
    for step in checkpoints.chain(random.choice(("baseline", "crypto-map"))):
        if NAME in step.config:
            device.load(step.config[NAME].lines)
    return network, device


@pytest.mark.whole(8)
@pytest.mark.parametrize("seed", range(typist.CHUNKS))
def test_hostile_lines_neither_break_nor_stick_and_what_is_left_loads_as_itself(seed: int) -> None:
    """No exception escapes, every line ends at a prompt, show running-config is a fixed point."""
    random = Random(f"ios {seed}")
    network, device = configured(random)
    session = Session(device, network.clock, random)
    for _ in range(typist.LINES // typist.CHUNKS):
        assert isinstance(session.shell, IosShell)
        session.type(ios_lines.line(random, session.shell))
    shown = device.render()
    fresh = IosDevice(Network().router(NAME))
    fresh.load(shown.splitlines())
    assert fresh.render() == shown
    assert unnumbered(fresh.router.facts) == unnumbered(device.router.facts)


def unnumbered(facts: DeviceFacts) -> DeviceFacts:
    """Without the numbers of access-list entries, which the configuration does not show."""
    acls = tuple(
        replace(acl, entries=tuple(replace(entry, sequence=0) for entry in acl.entries))
        for acl in facts.acls
    )
    return replace(facts, acls=acls)
