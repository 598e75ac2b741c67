"""Live routers to show: two gateways with a tunnel, and site B in the whole booted network."""

from __future__ import annotations

import pytest
from ntc_templates.parse import parse_output

from labkit.sim.net.network import Network
from labkit.sim.net.router import Router
from tests.sim.net import provider_facts, tunnel
from tests.sim.routers.ios.show.reading import Read


@pytest.fixture(scope="module")
def gateway() -> Router:
    """Gateway B after `.!!!!`."""
    return tunnel.up().network.router(tunnel.B)


@pytest.fixture(scope="module")
def quiet() -> Router:
    """Gateway B with its crypto map applied and no traffic yet."""
    return tunnel.tunnel().network.router(tunnel.B)


@pytest.fixture(scope="module")
def network() -> Network:
    network = Network()
    network.configure(provider_facts.network_facts())
    network.boot()
    return network


@pytest.fixture(scope="module")
def site_a(network: Network) -> Router:
    return network.router("Site-A-GW-Router")


@pytest.fixture(scope="module")
def site_b(network: Network) -> Router:
    return network.router("Site-B-GW-Router")


@pytest.fixture(scope="session")
def read() -> Read:
    """Reads lines by the public template of a command."""

    def template(command: str, lines: object) -> list[dict[str, object]]:
        text = "\n".join(lines)  # type: ignore[call-overload]
        return parse_output(platform="cisco_ios", command=command, data=text)  # type: ignore[no-any-return]

    return template
