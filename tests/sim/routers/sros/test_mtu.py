"""MTUs that do not fit: a service's, an SDP's, a port's; each says so by its own flag."""

from __future__ import annotations

import re

from tests.sim.routers.sros.bench import Bench, Terminal


def settled(bench: Bench, name: str, *lines: str) -> Terminal:
    """A terminal after these lines and the second that they need."""
    terminal = bench.terminal(name)
    for line in lines:
        assert terminal(line) == ""
    bench.network.run(1_000_000)
    return terminal


def test_a_service_mtu_that_differs_takes_the_pseudowire_down_at_both_ends(bench: Bench) -> None:
    r1 = settled(bench, "R1", "configure service vpls 101 service-mtu 1400")
    for name, spoke in (("R1", "12:101"), ("R2", "21:101")):
        page = bench.terminal(name)(f"show service id 101 sdp {spoke} detail")
        assert re.search(r"^Flags +: ServiceMTUMismatch$", page, re.M)
        assert re.search(r"Oper State +: Down", page)
    settled(bench, "R2", "configure service vpls 101 service-mtu 1400")
    assert re.search(r"^12:101 +Spok +10.10.10.2 +Up +Up ", r1("show service id 101 sdp"), re.M)


def test_a_service_mtu_beyond_the_sap_port_takes_the_sap_down(bench: Bench) -> None:
    r1 = settled(bench, "R1", "configure service vpls 101 service-mtu 1600")
    page = r1("show service id 101 all")
    assert re.search(r"^Flags +: PortMTUTooSmall$", page, re.M)
    assert re.search(r"^1/1/2 .* Up +Down$", r1("show service sap-using"), re.M)


def test_a_path_mtu_below_the_service_mtu_takes_the_pseudowire_down(bench: Bench) -> None:
    r1 = settled(bench, "R1", "configure service sdp 12 path-mtu 1500")
    assert re.search(r"^12 +1500 +1500 +10.10.10.2 +Up +Up ", r1("show service sdp"), re.M)
    page = r1("show service id 101 sdp 12:101 detail")
    assert re.search(r"^Flags +: PathMTUTooSmall$", page, re.M)
    far = bench.terminal("R2")("show service id 101 sdp 21:101 detail")
    assert re.search(r"^Flags +: PWPeerFaultStatusBits$", far, re.M)
