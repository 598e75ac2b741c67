"""Half a configuration is a configuration: whatever is missing, nothing but a service breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from labkit.sim.net.clock import SECOND
from labkit.sim.net.network import Network
from tests.sim.net import provider_facts as given
from tests.sim.net.test_provider import SOURCE, reaches


def without(value: Any) -> Iterator[Any]:
    """The value with one thing shut, missing or unset, for every such thing inside."""
    for field in fields(value):
        inner = getattr(value, field.name)
        change = field.name
        if isinstance(inner, bool):
            yield replace(value, **{change: not inner})
        elif isinstance(inner, tuple | frozenset) and inner:
            yield replace(value, **{change: type(inner)()})
            if isinstance(inner, tuple):
                for i, each in enumerate(inner):
                    yield replace(value, **{change: inner[:i] + inner[i + 1 :]})
                    if is_dataclass(each):
                        for changed in without(each):
                            yield replace(value, **{change: (*inner[:i], changed, *inner[i + 1 :])})
        elif is_dataclass(inner):
            for changed in without(inner):
                yield replace(value, **{change: changed})
        elif inner is not None and "None" in str(field.type):
            yield replace(value, **{change: None})


def test_no_missing_line_stops_the_lab_and_all_comes_back_with_it() -> None:
    """Every single thing of R2 and R6 taken away while the lab runs, then put back."""
    facts = given.with_mirror(given.network_facts())
    network = Network()
    network.configure(facts)
    network.boot()
    provider = network.router("R6").provider
    assert provider is not None
    provider.mirrors.set_source(SOURCE)
    tried = 0
    for node in ("R2", "R6"):
        for broken in without(facts[node]):
            network.nodes[node].configure(broken)
            network.run(SECOND // 5)
            network.nodes[node].configure(facts[node])
            network.run(SECOND // 5)
            tried += 1
    assert tried > 150
    network.run(60 * SECOND)
    network.warm()
    assert reaches(network)
    assert network.router("R2").provider is not None
    assert all(peer.up for peer in network.router("R6").bgp.vpn_peers.values())
