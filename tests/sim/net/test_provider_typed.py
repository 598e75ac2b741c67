"""The facts that these tests are written against are those of the lines a person types."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from labkit.sim.lab import checkpoints
from labkit.sim.model.facts import DeviceFacts
from labkit.sim.net.network import Network
from labkit.sim.routers.sros.device import SrosDevice
from tests.sim.net import provider_facts as given


def typed(node: str, checkpoint: str) -> DeviceFacts:
    """What a checkpoint's lines make of a router."""
    device = SrosDevice(Network().router(node))
    for each in checkpoints.chain(checkpoint):
        if node in each.config:
            device.load(each.config[node].lines)
    return device.facts()


def comparable(facts: DeviceFacts) -> dict[str, Any]:
    """The facts without descriptions, and without the order of what has none."""
    bare = replace(facts, ports=())
    found = {field.name: getattr(bare, field.name) for field in fields(bare)}
    interfaces = (replace(each, description="") for each in facts.interfaces)
    found["interfaces"] = sorted(interfaces, key=lambda each: each.name)
    found["sdps"] = sorted(facts.sdps, key=lambda each: each.sdp_id)
    return found


@pytest.mark.parametrize("node", ["R1", "R2", "R3", "R4", "R5", "R6"])
def test_the_mirror_checkpoint_is_the_provider_of_these_tests(node: str) -> None:
    """Typed lines and facts by hand agree in everything that forwards a packet."""
    expected = given.with_mirror(given.network_facts())[node]
    assert comparable(typed(node, "mirror")) == comparable(expected)
