"""What the guest is given agrees with the course's topology, and its scripts are scripts."""

from __future__ import annotations

import re
import subprocess
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from labkit import resources
from labkit.openlab import network, scenarios
from labkit.sim import topology

GUEST = resources.data("openlab", "guest")
SHAPE = topology()


def test_every_core_address_is_the_topologys() -> None:
    """FRR's files are written out, so that they can be read; the topology derives the same."""
    files = network.routing()
    for link in SHAPE.core_links():
        for end in (link.a, link.b):
            lines = files[f"frr/{end.node}/zebra.conf"]
            match = re.search(rf"(?m)^interface {link.name}\n ip address (\S+)", lines)
            assert match, end
            assert IPv4Interface(match[1]) == SHAPE.core_address(end)


@pytest.mark.parametrize("node", ["R1", "R2", "R3", "R4", "R5", "R6"])
def test_every_router_has_its_system_address_and_the_core_protocols(node: str) -> None:
    files = network.routing()
    address = f"{SHAPE.system_address(node)}"
    assert f"interface lo\n ip address {address}/32" in files[f"frr/{node}/zebra.conf"]
    assert f"router-id {address}" in files[f"frr/{node}/ldpd.conf"]
    assert "is-type level-2-only" in files[f"frr/{node}/isisd.conf"]


@pytest.mark.parametrize("node", ["R1", "R2", "R3", "R4", "R5", "R6"])
def test_the_second_lsp_need_not_wait_for_the_default_half_minute(node: str) -> None:
    """FRR applies a file line by line, and `net` already asks for the next LSP."""
    text = network.routing()[f"frr/{node}/isisd.conf"]
    assert text.index(" lsp-gen-interval 1\n") < text.index(" net 49.")


def test_the_provider_edges_serve_the_vpn() -> None:
    vpn = SHAPE.facts["provider"]["vpn"]
    files = network.routing()
    assert [node for node in SHAPE.nodes if f"frr/{node}/bgpd.conf" in files] == vpn["edges"]
    for node in vpn["edges"]:
        text = files[f"frr/{node}/bgpd.conf"]
        assert f"router bgp {SHAPE.facts['provider']['asn']} vrf {vpn['service']}" in text
        assert f"rd vpn export {vpn['rd']}" in text
        others = {str(SHAPE.system_address(each)) for each in vpn["edges"] if each != node}
        assert set(re.findall(r"neighbor (\S+) remote-as 65000", text)) == others


def test_route_maps_come_before_the_neighbours_that_use_them() -> None:
    for name, text in network.routing().items():
        for route_map in re.findall(r"(?m) route-map (\w+) (?:out|in)$", text):
            assert text.index(f"\nroute-map {route_map} ") < text.index(f" {route_map} out"), name


def test_every_cable_of_the_topology_is_laid_with_its_mac_addresses() -> None:
    rows = [line.split() for line in network.links().splitlines()]
    assert [row[0] for row in rows] == list(SHAPE.links)
    for row, link in zip(rows, SHAPE.links.values(), strict=True):
        assert row[1::2][:2] == [network.node_name(link.a.node), network.node_name(link.b.node)]
        assert row[2] == SHAPE.mac(link.a).hex(":")


def test_the_gateways_speak_between_the_tunnels_ends() -> None:
    files = network.gateways("x", {"Site-A": {"secret": "other"}})
    a, b = (files[f"gateways/x/{node}.swanctl"] for node in network.GATEWAYS)
    tunnel = SHAPE.facts["tunnel"]
    assert f"local_addrs = {tunnel['a']}" in a
    assert f"remote_addrs = {tunnel['b']}" in a
    assert f"local_addrs = {tunnel['b']}" in b
    assert 'secret = "other"' in a
    assert 'secret = "WowWhatAPassword!"' in b


@pytest.mark.parametrize("path", sorted(GUEST.iterdir()), ids=lambda path: path.name)
def test_every_script_of_the_guest_can_be_read(path) -> None:  # type: ignore[no-untyped-def]
    if path.suffix == ".py":
        compile(path.read_text(), path.name, "exec")
    else:
        subprocess.run(["sh", "-n", str(path)], check=True)


@pytest.mark.parametrize("command", ["false", "kill -TERM $$; sleep 1"])
def test_a_scenario_that_fails_or_is_ended_undoes_what_it_did(command: str, tmp_path: Path) -> None:
    scenario = scenarios.Scenario("x", "x", ("a-access",), (command,), (), gateways={},
                                  after=("echo after",))  # fmt: skip
    words = "gateways() { :; }; capture() { :; }; capture_end() { :; }\n"
    words += f"gateways_end() {{ echo ended >>{tmp_path}/undone; }}\n"
    script = scenario.script().replace(". /lab/guest/lab.sh", words).replace("/lab", str(tmp_path))
    script = script.replace("echo after", f"echo after >>{tmp_path}/undone")
    assert subprocess.run(["sh"], input=script, text=True).returncode != 0
    assert (tmp_path / "undone").read_text() == "ended\nafter\n"


@pytest.mark.parametrize("scenario", scenarios.load().values(), ids=lambda each: each.id)
def test_every_scenario_becomes_a_script_that_captures_first(
    scenario: scenarios.Scenario,
) -> None:
    script = scenario.script()
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)
    assert script.index("\ncapture ") < script.index(scenario.commands[0])
    assert {check.point for check in scenario.checks} <= set(scenario.points)
