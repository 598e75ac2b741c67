"""At the first prompt the bridges know what the ARP caches know: both come of one exchange."""

from __future__ import annotations

from labkit.sim.net.network import Network
from labkit.sim.net.provider import Provider
from tests.sim.net.test_provider import booted


def provider(network: Network, name: str) -> Provider:
    found = network.router(name).provider
    assert found is not None
    return found


def places(network: Network, name: str) -> dict[str, str]:
    """Where a router's bridge 101 has each address."""
    fdb = provider(network, name).bridges[101].fdb(network.clock.now)
    return {mac.hex(":"): str(entry.point) for mac, entry in fdb.items()}


def test_every_bridge_knows_where_site_a_and_the_other_routers_are() -> None:
    network = booted()
    site_a = network.nodes["Site-A-GW-Router"].ports["GigabitEthernet0/1"].mac.hex(":")
    r2, r3 = (network.topology.system_mac(name).hex(":") for name in ("R2", "R3"))
    assert places(network, "R1").items() >= {
        (site_a, "sap:1/1/2"),
        (r2, "sdp:12:101"),
        (r3, "sdp:13:101"),
    }
    assert places(network, "R2").items() >= {(site_a, "sdp:21:101"), (r3, "sdp:21:101")}
    assert places(network, "R3").items() >= {(site_a, "sdp:31:101"), (r2, "sdp:31:101")}


def test_the_first_packet_to_site_a_is_not_flooded_to_r3() -> None:
    network = booted()
    stray: list[bytes] = []
    network.links["r1-r3"].taps.append(lambda time, frame, port: stray.append(frame))
    network.nodes["R2"].icmp.send_echo(
        network.nodes["Site-A-GW-Router"].interfaces["GigabitEthernet0/1"].facts.addresses[0].ip,
        identifier=1,
        sequence=1,
        data=b"to nobody else",
        vrf="100",
    )
    network.run(500_000)
    assert not any(b"to nobody else" in frame for frame in stray)


def test_a_bridge_that_is_down_is_told_nothing() -> None:
    network = booted()
    bridge = provider(network, "R1").bridges[101]
    network.nodes["R1"].ports["1/1/2"].enable(False)
    assert "sap:1/1/2" not in places(network, "R1").values()
    network.warm()
    assert bridge.up and "sap:1/1/2" not in places(network, "R1").values()
