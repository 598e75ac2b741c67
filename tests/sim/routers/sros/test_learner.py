"""A learner builds services from nothing, with the mistakes that one makes; they carry packets.

The two ends that are not needed by the course meanwhile: the sniffer on R1's 1/1/3, and site B's
backup on R5's 1/1/3.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from labkit.sim.model.facts import StaticRoute
from labkit.sim.net.icmp import Answer
from tests.sim.net import provider_facts
from tests.sim.routers.sros.bench import Bench, Terminal


def enter(terminal: Terminal, lines: str) -> None:
    """Type lines; the router says nothing but what stands below one, after `=>`."""
    said = ""
    for line in [*lines.strip().splitlines(), ""]:
        expected, is_answer = line.strip().removeprefix("=> "), line.strip().startswith("=> ")
        assert said.split("\n")[-1] == (expected if is_answer else ""), (said, line)
        said = "" if is_answer or not line else terminal(line.strip())


def free_site_b_backup(bench: Bench) -> None:
    """Take R5's 1/1/3 out of VPRN 100, as it has to be done: shut down first, inside out."""
    r5 = bench.terminal("R5")
    enter(
        r5,
        """
        configure service vprn 100
        no interface "toCustomerSiteB-SideA"
        => MINOR: CLI Could not delete interface "toCustomerSiteB-SideA": it must be shutdown first.
        interface "toCustomerSiteB-SideA"
        no sap 1/1/3
        => MINOR: CLI Could not delete sap 1/1/3: it must be shutdown first.
        sap 1/1/3 shutdown
        no sap 1/1/3
        shutdown
        back
        no interface "toCustomerSiteB-SideA"
        exit all
        """,
    )


def pinged(bench: Bench, name: str, destination: str) -> bool:
    """Whether a customer's node hears from an address; a second one, after ARP."""
    node, heard = bench.network.nodes[name], list[Answer]()
    stop = node.icmp.listen(heard.append)
    for sequence in (1, 2):
        node.icmp.send_echo(IPv4Address(destination), identifier=77, sequence=sequence)
        bench.network.run(3_000_000)
    stop()
    return any(answer.is_reply for answer in heard)


def test_a_second_vpls_from_nothing_joins_two_customers(bench: Bench) -> None:
    free_site_b_backup(bench)
    kali = provider_facts.host("Kali", "203.0.113.9/24", None)
    bench.network.nodes["Kali"].configure(kali)
    enter(
        bench.terminal("R1"),
        """
        configure service vpls 400
        => MINOR: CLI Could not create "vpls 400": "create" is missing.
        configure service vpls 400 create
        => Error: Missing parameter
        configure service vpls 400 customer 9 create
        => MINOR: SVCMGR Customer 9 does not exist
        configure service customer 9 create
        exit
        configure service vpls 101 customer 9 create
        => MINOR: SVCMGR Service 101 is not a service of customer 9
        configure service vpls 400 customer 9 create
        sap 1/1/2 create
        => MINOR: SVCMGR #1003 sap is already in use
        sap 1/1/1 create
        => MINOR: SVCMGR Port 1/1/1 is not in access mode
        sap 1/1/3 create
        exit
        spoke-sdp 115:400 create
        => MINOR: SVCMGR SDP 115 does not exist
        exit all
        configure service sdp 115 mpls create
        far-end 10.10.10.5
        lsp to-R9
        => MINOR: SVCMGR LSP "to-R9" does not exist
        lsp to-R5
        no shutdown
        exit all
        configure service vpls 400 spoke-sdp 115:400 create
        exit
        configure service vpls 400 no shutdown
        exit all
        """,
    )
    enter(
        bench.terminal("R5"),
        """
        configure service sdp 51 no lsp to-R1
        configure service sdp 51 lsp to-R1
        configure service vpls 400 customer 1 create
        sap 1/1/3 create
        exit
        spoke-sdp 51:401 create
        exit
        exit all
        """,
    )
    bench.network.run(2_000_000)
    assert not pinged(bench, "Kali", "203.0.113.2"), "wrong VC ID, and still shut down"
    enter(
        bench.terminal("R5"),
        """
        configure service vpls 400
        no spoke-sdp 51:401
        => MINOR: CLI Could not delete spoke-sdp 51:401: it must be shutdown first.
        spoke-sdp 51:401 shutdown
        no spoke-sdp 51:401
        spoke-sdp 51:400 create
        exit
        no shutdown
        exit all
        """,
    )
    bench.network.run(2_000_000)
    assert pinged(bench, "Kali", "203.0.113.2")
    fdb = bench.terminal("R5")("show service id 400 fdb detail")
    assert "sap:1/1/3" in fdb and "sdp:51:400" in fdb
    using = bench.terminal("R1")("show service sdp-using 115")
    assert "115:400" in using and " Up " in using


@pytest.fixture
def vpn(bench: Bench) -> Bench:
    """A second VPRN on R1 and R5, not quite finished: R5's has no route distinguisher."""
    free_site_b_backup(bench)
    kali = provider_facts.host("Kali", "198.18.1.2/24", "198.18.1.1")
    site_b = bench.network.nodes["Site-B-GW-Router"]
    back = StaticRoute(IPv4Network("198.18.1.0/24"), IPv4Address("203.0.113.1"))
    bench.network.nodes["Kali"].configure(kali)
    site_b.configure(replace(site_b.facts, static_routes=(*site_b.facts.static_routes, back)))
    enter(
        bench.terminal("R1"),
        """
        configure router autonomous-system 65000
        configure router bgp group PE
        family vpn-ipv4
        neighbor 10.10.10.5
        peer-as 65000
        exit all
        configure service vprn 500 customer 1 create
        route-distinguisher 500
        => Error: Invalid parameter.
        route-distinguisher 65000:500
        vrf-target 65000:500
        => Error: Bad command.
        vrf-target target:65000:500
        auto-bind-tunnel resolution any
        interface toKali
        => MINOR: CLI Could not create "interface "toKali"": "create" is missing.
        interface toKali create
        address 198.18.1.1
        => Error: Invalid parameter.
        address 198.18.1.0/24
        => Error: Invalid parameter.
        address 198.18.1.1/24
        sap 1/1/3 create
        exit
        back
        no shutdown
        exit all
        """,
    )
    enter(
        bench.terminal("R5"),
        """
        configure router bgp group iBGP neighbor 10.10.10.1 peer-as 65000
        configure service vprn 500 customer 1 create
        vrf-target target:65000:500
        auto-bind-tunnel resolution any
        interface toB create
        address 203.0.113.1/24
        sap 1/1/3 create
        exit
        back
        no shutdown
        exit all
        """,
    )
    bench.network.run(5_000_000)
    return bench


def test_a_second_vprn_carries_packets_once_it_has_a_route_distinguisher(vpn: Bench) -> None:
    r5 = vpn.terminal("R5")
    assert not pinged(vpn, "Kali", "203.0.113.2")
    assert "500          VPRN      Up   Down 1" in r5("show service service-using")
    enter(r5, "configure service vprn 500 route-distinguisher 65000:500")
    vpn.network.run(2_000_000)
    assert "500          VPRN      Up   Up   1" in r5("show service service-using")
    assert pinged(vpn, "Kali", "203.0.113.2")
    assert "203.0.113.0/24" not in vpn.terminal("R6")(
        "show router 100 route-table protocol bgp-vpn"
    )


def test_two_vpns_do_not_mix(vpn: Bench) -> None:
    """VPRN 100 does not know what VPRN 500 knows: there is no way from one to the other."""
    enter(vpn.terminal("R5"), "configure service vprn 500 route-distinguisher 65000:500")
    vpn.network.run(2_000_000)
    assert pinged(vpn, "Kali", "203.0.113.1")
    assert not pinged(vpn, "Kali", "198.51.100.1")
    enter(vpn.terminal("R6"), "configure router bgp group iBGP neighbor 10.10.10.1 peer-as 65000")
    enter(
        vpn.terminal("R1"),
        """
        configure router bgp group PE neighbor 10.10.10.6 peer-as 65000
        configure service vprn 500 vrf-target export target:65000:100 import target:65000:100
        """,
    )
    vpn.network.run(2_000_000)
    assert pinged(vpn, "Kali", "198.51.100.1"), "the targets say whose routes these are"


def test_a_service_is_taken_away_from_the_inside_out(vpn: Bench) -> None:
    enter(
        vpn.terminal("R5"),
        """
        configure service
        no vprn 500
        => MINOR: CLI Could not delete vprn 500 customer 1: it must be shutdown first.
        vprn 500 shutdown
        no vprn 500
        => MINOR: SVCMGR Service 500 still has interfaces, delete them first
        vprn 500 interface toB shutdown
        vprn 500 no interface toB
        no vprn 500
        exit all
        """,
    )
    assert "500" not in vpn.terminal("R5")("show service service-using")


def test_what_a_port_is_used_for_is_not_changed_under_its_users(bench: Bench) -> None:
    enter(
        bench.terminal("R6"),
        """
        configure port 1/1/1 ethernet mode network
        => MINOR: PMGR Port 1/1/1 has a SAP
        configure port 1/1/1 ethernet encap-type dot1q
        => MINOR: PMGR Port 1/1/1 has a SAP
        configure port 1/1/4 ethernet encap-type dot1q
        => MINOR: PMGR Port 1/1/4 is in use by interface "toR2"
        configure port 1/1/3 ethernet encap-type dot1q
        configure port 1/1/3 ethernet mode access
        configure service vpls 400 customer 1 create
        sap 1/1/3 create
        => MINOR: SVCMGR SAP 1/1/3 does not fit the port's encapsulation
        exit all
        """,
    )


def test_an_sdp_is_what_it_was_created_as(bench: Bench) -> None:
    enter(
        bench.terminal("R1"),
        """
        configure service sdp 12 gre
        => MINOR: SVCMGR SDP 12 has another delivery mechanism
        configure service sdp 77 create
        lsp to-R2
        => MINOR: SVCMGR SDP 77 is not an MPLS SDP
        exit all
        configure service sdp 77 mpls create
        => MINOR: SVCMGR SDP 77 has another delivery mechanism
        configure service no sdp 77
        configure service sdp 12 shutdown
        configure service no sdp 12
        => MINOR: SVCMGR SDP 12 is in use
        configure router mpls no lsp to-R2
        => MINOR: CLI Could not delete lsp "to-R2": it must be shutdown first.
        """,
    )
