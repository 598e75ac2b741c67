"""The topology file and what is derived from it, against LAB §2."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface

import pytest

from labkit.sim.model import topology
from labkit.sim.model.topology import PortRef


def test_has_the_nodes_and_links_of_the_lab() -> None:
    """Eleven devices on thirteen links."""
    net = topology.load()
    assert len(net.nodes) == 11
    assert len(net.links) == 13
    assert str(net.links["b-primary"].a) == "R6 1/1/1"


@pytest.mark.parametrize(
    ("end", "address"),
    [
        (PortRef("R1", "1/1/1"), "10.0.12.1/30"),
        (PortRef("R2", "1/1/1"), "10.0.12.2/30"),
        (PortRef("R6", "1/1/4"), "10.0.26.2/30"),
        (PortRef("R5", "1/1/2"), "10.0.56.1/30"),
    ],
)
def test_core_addresses_follow_the_numbering_plan(end: PortRef, address: str) -> None:
    """Rx-Ry is 10.0.xy.0/30, the lower router is .1."""
    assert topology.load().core_address(end) == IPv4Interface(address)


def test_system_addresses_name_their_router_both_ways() -> None:
    """10.10.10.x is Rx, and nobody else's."""
    net = topology.load()
    assert net.system_address("R6") == IPv4Address("10.10.10.6")
    assert net.router_of(IPv4Address("10.10.10.6")) == "R6"
    assert net.router_of(IPv4Address("10.10.10.9")) is None


def test_mac_addresses_are_unique_and_for_documentation() -> None:
    """No two ports share an address, and all are in the range RFC 7042 sets aside."""
    net = topology.load()
    macs = [net.mac(end) for end in net.ports] + [net.system_mac(node) for node in net.nodes]
    assert len(set(macs)) == len(macs)
    assert all(mac[:5] == bytes.fromhex("00005e0053") for mac in macs)


def test_a_customer_gateway_has_no_system_address() -> None:
    """Only provider routers take part in the provider's numbering."""
    with pytest.raises(KeyError, match="no provider router"):
        topology.load().system_address("PC-A")


def test_a_link_to_an_unknown_node_is_refused() -> None:
    """A typing error in the file is named, not ignored."""
    document = dict(topology.load().facts)
    document["links"] = {"x": {"ends": ["R1 1/1/1", "R9 1/1/1"], "kind": "core"}}
    with pytest.raises(ValueError, match="link x ends at an unknown node"):
        topology.parse(document)
