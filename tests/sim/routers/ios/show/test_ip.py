"""What IOS shows of addresses, routes, access lists, ARP and CEF."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest

from labkit.sim.model.facts import ANY, Ace, Acl, DeviceFacts, PortMatch, StaticRoute, Wildcard
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.acl import page as acl_page
from labkit.sim.routers.ios.interface import page as interface_page
from labkit.sim.routers.ios.routing import cef, summary, table
from labkit.sim.routers.ios.system import hardware
from tests.sim.net import facts as given
from tests.sim.net import tunnel
from tests.sim.net.tunnel import B
from tests.sim.routers.ios.show.reading import Read, line_with, text

HOST = IPv4Address(0)


def router_with(**changes: object) -> Router:
    told: DeviceFacts = replace(given.gateway(B, crypto=False), **changes)  # type: ignore[arg-type]
    return tunnel.tunnel(b=told).network.router(B)


def below_codes(router: Router, protocol: str | None = None) -> list[str]:
    lines = list(table.routes(router, protocol))
    return lines[len(table.CODES.splitlines()) + 1 :]


# --------------------------------------------------------------------------- routes


def test_routes_are_grouped_by_classful_network(site_a: Router) -> None:
    assert below_codes(site_a) == [
        "Gateway of last resort is not set",
        "",
        "      10.0.0.0/8 is variably subnetted, 3 subnets, 2 masks",
        "C        10.15.15.0/24 is directly connected, Loopback0",
        "L        10.15.15.15/32 is directly connected, Loopback0",
        "S        10.16.16.0/24 [1/0] via 192.0.2.25",
        "      192.0.2.0/24 is variably subnetted, 2 subnets, 2 masks",
        "C        192.0.2.24/29 is directly connected, GigabitEthernet0/1",
        "L        192.0.2.28/32 is directly connected, GigabitEthernet0/1",
        "      192.168.1.0/24 is variably subnetted, 2 subnets, 2 masks",
        "C        192.168.1.0/24 is directly connected, GigabitEthernet0/0",
        "L        192.168.1.1/32 is directly connected, GigabitEthernet0/0",
        "S     198.51.100.0/24 [1/0] via 192.0.2.25",
        "S     203.0.113.0/24 [1/0] via 192.0.2.25",
    ]


def test_two_paths_stand_under_each_other_with_their_age(site_b: Router) -> None:
    lines = below_codes(site_b, "bgp")
    at = next(
        index for index, line in enumerate(lines) if line.startswith("B        10.15.15.0/24")
    )
    first, second = lines[at], lines[at + 1]
    assert first.index("[20/0] via ") == second.index("[20/0] via ") == 23
    assert second[:23].isspace()
    assert {line.split()[-2] for line in (first, second)} == {"198.51.100.1,", "203.0.113.1,"}
    assert first.split()[-1].startswith("00:00:")


def test_the_public_template_reads_every_route_with_all_its_next_hops(
    site_b: Router, read: Read
) -> None:
    rows = read("show ip route", table.routes(site_b))
    paths = [(row["network"], row["nexthop_ip"]) for row in rows if row["protocol"] == "B"]
    assert sorted(paths) == sorted(
        (str(route.prefix.network_address), str(hop))
        for route in table.table(site_b)
        if route.protocol == "bgp"
        for hop in route.announced_next_hops
    )
    assert len(rows) == sum(max(1, len(route.announced_next_hops)) for route in table.table(site_b))


def test_subnets_with_one_mask_leave_it_to_the_heading() -> None:
    told = tuple(given.route(f"10.20.{n}.0/24", "198.51.100.1") for n in (1, 2))
    interfaces_left = given.gateway(B).interfaces[:2]
    lines = below_codes(router_with(static_routes=told, interfaces=interfaces_left))
    at = lines.index("      10.0.0.0/24 is subnetted, 2 subnets")
    assert lines[at + 1 : at + 3] == [
        "S        10.20.1.0 [1/0] via 198.51.100.1",
        "S        10.20.2.0 [1/0] via 198.51.100.1",
    ]


def test_a_default_route_is_the_gateway_of_last_resort() -> None:
    lines = below_codes(router_with(static_routes=(given.route("0.0.0.0/0", "198.51.100.1"),)))
    assert lines[0] == "Gateway of last resort is 198.51.100.1 to network 0.0.0.0"
    assert lines[2] == "S*    0.0.0.0/0 [1/0] via 198.51.100.1"


def test_a_static_route_names_the_interface_it_was_given() -> None:
    told = (
        StaticRoute(IPv4Network("192.168.7.0/24"), IPv4Address("198.51.100.1"), given.WAN),
        StaticRoute(IPv4Network("192.168.8.0/24"), interface=given.WAN),
        StaticRoute(IPv4Network("192.168.9.0/24"), blackhole=True),
        given.route("192.168.10.0/24", "198.51.100.1", 250),
    )
    lines = below_codes(router_with(static_routes=told))
    at = next(index for index, line in enumerate(lines) if "192.168.7.0" in line)
    assert lines[at : at + 4] == [
        "S     192.168.7.0/24 [1/0] via 198.51.100.1, GigabitEthernet0/1",
        "S     192.168.8.0/24 is directly connected, GigabitEthernet0/1",
        "S     192.168.9.0/24 is directly connected, Null0",
        "S     192.168.10.0/24 [250/0] via 198.51.100.1",
    ]


def test_one_entry_of_each_kind(site_a: Router, site_b: Router) -> None:
    assert list(table.entry(site_a, IPv4Address("10.16.16.16"))) == [
        "Routing entry for 10.16.16.0/24",
        '  Known via "static", distance 1, metric 0',
        "  Routing Descriptor Blocks:",
        "  * 192.0.2.25",
        "      Route metric is 0, traffic share count is 1",
    ]
    assert list(table.entry(site_a, IPv4Address("192.168.1.9")))[1] == (
        '  Known via "connected", distance 0, metric 0 (connected, via interface)'
    )
    shown = list(table.entry(site_b, IPv4Address("10.15.15.15")))
    assert shown[:3] == [
        "Routing entry for 10.15.15.0/24",
        '  Known via "bgp 65116", distance 20, metric 0',
        "  Tag 65000, type external",
    ]
    assert shown.count("      AS Hops 1") == 2


def test_an_unknown_subnet_of_a_known_network_is_told_apart(site_a: Router) -> None:
    assert list(table.entry(site_a, IPv4Address("10.99.0.1"))) == ["% Subnet not in table"]
    assert list(table.entry(site_a, IPv4Address("8.8.8.8"))) == ["% Network not in table"]


# --------------------------------------------------------------------------- interfaces


def test_brief_is_read_by_the_public_template(site_b: Router, read: Read) -> None:
    rows = read("show ip interface brief", interface_page.ip_brief(site_b))
    assert [(row["interface"], row["ip_address"], row["status"], row["proto"]) for row in rows] == [
        ("GigabitEthernet0/0", "172.16.1.1", "up", "up"),
        ("GigabitEthernet0/1", "198.51.100.2", "up", "up"),
        ("GigabitEthernet0/2", "203.0.113.2", "up", "up"),
        ("Loopback0", "10.16.16.16", "up", "up"),
    ]


def test_a_shut_interface_keeps_its_columns() -> None:
    told = given.with_interface(
        given.gateway(B, crypto=False), given.WAN, enabled=False, address=None
    )
    router = tunnel.tunnel(b=told).network.router(B)
    assert line_with(interface_page.ip_brief(router), "administratively") == (
        "GigabitEthernet0/1         unassigned      YES NVRAM  administratively down down    "
    )
    lines = list(interface_page.interfaces(router, given.WAN))
    assert lines[0] == ("GigabitEthernet0/1 is administratively down, line protocol is down ")
    assert list(interface_page.ip_interface(router, given.WAN))[1] == (
        "  Internet protocol processing disabled"
    )


def test_interfaces_count_what_really_went_by(gateway: Router, read: Read) -> None:
    rows = {
        row["interface"]: row for row in read("show interfaces", interface_page.interfaces(gateway))
    }
    wan = gateway.interfaces[given.WAN]
    row = rows[given.WAN]
    assert row["output_packets"] == str(wan.counters.out_packets) != "0"
    assert (row["ip_address"], row["prefix_length"]) == ("198.51.100.2", "24")
    assert (row["mtu"], row["bandwidth"]) == ("1500", "1000000 Kbit")
    assert row["mac_address"] == row["bia"]
    assert rows["Loopback0"]["hardware_type"] == "Loopback"


def test_ip_interface_names_its_access_lists() -> None:
    told = given.with_interface(given.gateway(B), given.WAN, acl_in="FROM-PE", adjust_mss=1360)
    router = tunnel.tunnel(b=told).network.router(B)
    lines = list(interface_page.ip_interface(router, given.WAN))
    assert "  Inbound  access list is FROM-PE" in lines
    assert "  Outgoing access list is not set" in lines
    assert "Access List" in line_with(lines, "Input features")


# --------------------------------------------------------------------------- access lists


def wild(address: str, mask: str = "0.0.0.0") -> Wildcard:
    return Wildcard(IPv4Address(address), IPv4Address(mask))


PEER = wild("192.0.2.28")
EXTENDED = (
    (Ace(10, True, 50, PEER, ANY), "permit esp host 192.0.2.28 any"),
    (
        Ace(20, False, 17, ANY, PEER, None, PortMatch("eq", (500,)), log=True),
        "deny udp any host 192.0.2.28 eq isakmp log",
    ),
    (
        Ace(30, True, 6, ANY, ANY, PortMatch("range", (1024, 2000)), established=True),
        "permit tcp any range 1024 2000 any established",
    ),
    (Ace(40, True, 1, ANY, ANY, icmp_type=8), "permit icmp any any echo"),
    (
        Ace(50, True, None, wild("0.0.0.0", "255.255.255.0"), wild("10.0.0.0", "0.0.255.255")),
        "permit ip 0.0.0.0 255.255.255.0 10.0.0.0 0.0.255.255",
    ),
)


@pytest.mark.parametrize(("ace", "shown"), EXTENDED)
def test_an_extended_entry_is_written_in_words(ace: Ace, shown: str) -> None:
    router = router_with(acls=(Acl("EDGE", (ace,)),))
    assert list(acl_page.access_lists(router)) == [
        "Extended IP access list EDGE",
        f"    {ace.sequence} {shown}",
    ]


def test_standard_lists_come_first_and_align_their_verbs() -> None:
    standard = Acl(
        "10",
        (
            Ace(10, True, source=wild("192.168.1.0", "0.0.0.255")),
            Ace(20, False, source=wild("10.1.1.1")),
            Ace(30, False, source=ANY, log=True),
        ),
        extended=False,
    )
    router = router_with(acls=(Acl("EDGE", (EXTENDED[0][0],)), standard))
    assert list(acl_page.access_lists(router))[:5] == [
        "Standard IP access list 10",
        "    10 permit 192.168.1.0, wildcard bits 0.0.0.255",
        "    20 deny   10.1.1.1",
        "    30 deny   any log",
        "Extended IP access list EDGE",
    ]


def test_hits_are_counted_and_one_is_a_match() -> None:
    stage = tunnel.up()
    router = stage.network.router(B)
    key = ("VPN-TRAFFIC", 10)
    shown = "    10 permit ip 172.16.1.0 0.0.0.255 192.168.1.0 0.0.0.255"
    assert list(acl_page.access_lists(router))[1] == f"{shown} ({router.acl_hits[key]} matches)"
    router.acl_hits[key] = 1
    assert list(acl_page.access_lists(router))[1] == f"{shown} (1 match)"


def test_access_lists_are_read_by_the_public_template(gateway: Router, read: Read) -> None:
    row = read("show access-lists", acl_page.access_lists(gateway))[0]
    assert row["name"] == "VPN-TRAFFIC" and row["sn"] == "10"
    assert row["matches"] == str(gateway.acl_hits["VPN-TRAFFIC", 10])


# --------------------------------------------------------------------------- neighbours, ways


def test_arp_is_read_by_the_public_template(site_a: Router, read: Read) -> None:
    rows = {row["ip_address"]: row for row in read("show ip arp", interface_page.arp(site_a))}
    assert rows["192.0.2.25"]["mac_address"] == "0000.5e00.0165"
    assert rows["192.0.2.28"]["age"] == "-"
    assert rows["192.0.2.25"]["interface"] == "GigabitEthernet0/1"


def test_an_unanswered_address_is_incomplete() -> None:
    stage = tunnel.tunnel()
    router = stage.network.router(B)
    stage.ping(B, IPv4Address("172.16.1.77"), count=1, timeout=1000)
    assert line_with(interface_page.arp(router), "172.16.1.77").endswith("Incomplete      ARPA")


@pytest.mark.parametrize(
    ("source", "destination", "way"),
    [
        ("198.51.100.2", "192.0.2.28", "GigabitEthernet0/1, addr 198.51.100.1"),
        ("10.16.16.16", "10.15.15.15", "GigabitEthernet0/1, addr 198.51.100.1"),
        ("203.0.113.2", "10.15.15.15", "GigabitEthernet0/2, addr 203.0.113.1"),
    ],
)
def test_exact_route_agrees_with_the_lab_specification(
    site_b: Router, source: str, destination: str, way: str
) -> None:
    shown = list(cef.exact_route(site_b, IPv4Address(source), IPv4Address(destination)))
    assert shown == [f"{source} -> {destination} =>IP adj out of {way}"]


def test_cef_lists_both_ways_of_a_prefix(site_b: Router, read: Read) -> None:
    rows = {row["ip_address"]: row for row in read("show ip cef", cef.cef(site_b))}
    assert sorted(rows["10.15.15.0"]["nexthop"]) == ["198.51.100.1", "203.0.113.1"]  # type: ignore[call-overload]
    shown = list(cef.cef(site_b, IPv4Address("10.15.15.15")))
    assert shown[0] == "10.15.15.0/24" and len(shown) == 3


# --------------------------------------------------------------------------- the box


def test_version_has_what_drivers_look_for(site_b: Router, read: Read) -> None:
    shown = list(hardware.version(site_b))
    row = read("show version", shown)[0]
    assert row["hostname"] == "Site-B-GW-Router" and row["version"] == "15.6(3)M2"
    assert row["uptime"] == "1 minute"
    for part in ("Cisco IOS Software", " uptime is ", "Processor board ID", "bytes of memory"):
        assert part in text(shown)


def test_inventory_is_read_by_the_public_template(site_b: Router, read: Read) -> None:
    row = read("show inventory", hardware.inventory(site_b))[0]
    assert row["pid"] == "IOSv" and row["sn"] == hardware.serial(site_b)


def test_protocols_name_the_bgp_process(site_a: Router, site_b: Router) -> None:
    assert 'Routing Protocol is "bgp 65116"' in list(summary.protocols(site_b))
    assert not any("bgp" in line for line in summary.protocols(site_a))


def test_an_interface_address_is_printed_with_its_prefix(site_b: Router) -> None:
    assert site_b.interfaces["Loopback0"].address == IPv4Interface("10.16.16.16/24")
    assert "  Internet address is 10.16.16.16/24" in list(
        interface_page.interfaces(site_b, "Loopback0")
    )
