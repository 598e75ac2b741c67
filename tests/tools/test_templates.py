"""What ntc-templates read in our outputs are the rows that the lab's state says.

The lab is at `tunnel`: one ping of five has crossed, its first packet lost.  A case: device,
command, the columns looked at, and every row of them (or those that must be among the rows).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import ntc_templates
import pytest
from ntc_templates.parse import parse_output

from labkit.sim.lab.lab import Lab

B = "Site-B-GW-Router"
G = "GigabitEthernet0/"
ADDRESSES = [("172.16.1.1", f"{G}0"), ("198.51.100.2", f"{G}1"), ("203.0.113.2", f"{G}2")]
NEIGHBOURS = [("172.16.1.10", f"{G}0"), ("198.51.100.1", f"{G}1"), ("203.0.113.1", f"{G}2")]
WAN = [("198.51.100.1", "65000"), ("203.0.113.1", "65000")]
ACE = ("10", "permit", "ip")
SERVICES = [("100", "VPRN", "Up", "Up"), ("101", "VPLS", "Up", "Up")]
CORE = [("system", "system"), ("toR1", "1/1/1"), ("toR4", "1/1/3"), ("toR6", "1/1/4")]
IGP = [("R1", "L2", "Up"), ("R4", "L2", "Up"), ("R6", "L2", "Up")]
LSPS = [(f"to-R{x}", f"10.10.10.{x}", "Up", "Up") for x in (1, 3, 5, 6)]
SDPS = [(f"1{x}", f"10.10.10.{x}", "Up") for x in (2, 3, 5, 6)]

ELSEWHERE = {"show service id N base", "show router bgp summary family"}
"""Looked at apart: their templates do not know the command as it is typed."""

Rows = list[tuple[object, ...]]

IOS: list[tuple[str, str, Rows]] = [
    ("show version", "hostname version config_register", [(B, "15.6(3)M2", "0x0")]),
    ("show ip interface brief", "ip_address interface status proto",
     [(*each, "up", "up") for each in [*ADDRESSES, ("10.16.16.16", "Loopback0")]]),
    ("show ip interface", "interface ip_address prefix_length",
     [*((port, [own], ["24"]) for own, port in ADDRESSES),
      ("Loopback0", ["10.16.16.16"], ["24"])]),
    ("show interfaces", "ip_address interface link_status mtu",
     [(*each, "up", "1500") for each in ADDRESSES] + [("10.16.16.16", "Loopback0", "up", "1514")]),
    ("show interfaces description", "port status protocol",
     [(port, "up", "up") for port in ("Gi0/0", "Gi0/1", "Gi0/2", "Lo0")]),
    ("show arp", "address interface", sorted(ADDRESSES + NEIGHBOURS)),
    ("show ip arp", "ip_address interface", sorted(ADDRESSES + NEIGHBOURS)),
    ("show ip bgp summary", "bgp_neighbor neighbor_as state_or_prefixes_received",
     [(*each, "3") for each in WAN]),
    ("show ip bgp neighbors", "neighbor remote_as bgp_state",
     [(*each, "Established") for each in WAN]),
    ("show access-lists", "name sn action protocol matches", [("VPN-TRAFFIC", *ACE, "5")]),
    ("show ip access-lists", "line_num action protocol src_network dst_network",
     [("", "", "", "", ""), (*ACE, "172.16.1.0", "192.168.1.0")]),
    ("show access-list", "name sn action protocol source",
     [("VPN-TRAFFIC", *ACE, "172.16.1.0 0.0.0.255")]),
    ("show users", "user hosts", [("student", "idle")]),
    ("show archive", "state", [("not enabled",)]),
    ("show cdp neighbors detail", "neighbor_name", []),
    ("show inventory", "name pid", [("IOSv", "IOSv")]),
    ("show clock", "timezone month year", [("UTC", "Mar", "2026")]),
    ("show crypto session detail", "interface session_status peer active_sa",
     [(f"{G}1", "UP-ACTIVE", "192.0.2.28", "2")]),
    ("show crypto ipsec sa detail", "pkts_encaps pkts_decaps current_peer sa_orientation",
     [("4", "4", "192.0.2.28", "inbound"), ("4", "4", "192.0.2.28", "outbound")]),
    ("ping 10.15.15.15 source Loopback0", "source destination sent_qty success_qty success_pct",
     [("10.16.16.16", "10.15.15.15", "5", "5", "100")]),
    ("show cdp neighbors", "neighbor_name", []),
]  # fmt: skip

SROS: list[tuple[str, str, str, Rows]] = [
    ("R2", "show service service-using", "service_id type admin_status operational_status",
     SERVICES),
    ("R2", "show router interface", "interface port_sap_id", CORE),
    ("R2", "show router isis adjacency", "system_id usage state", IGP),
    ("R2", "show router mpls lsp", "lsp_name to admin_state oper_state", LSPS),
    ("R2", "show router mpls interface", "interface port", CORE),
    ("R2", "show service id 100 interface", "interface_name type port_sap_id",
     [("toCustomerSiteA", "VPRN", "rvpls")]),
    ("R1", "show service sdp", "sdp_id far_end opr", SDPS),
    ("R1", "show service sdp-using", "service_id far_end oper_state",
     [("101", "10.10.10.2", "Up"), ("101", "10.10.10.3", "Up")]),
    ("R6", "show router 100 interface", "interface port_sap_id",
     [("toCustomerSiteB-SideB", "1/1/1")]),
    ("R6", "show service id 100 sap", "port_id service_id operational_status",
     [("1/1/1", "100", "Up")]),
    ("R2", "show service service-name-using", "service_id type service_name",
     [("101", "Vpls", "CustomerSiteA")]),
    ("R6", "show router ldp interface", "interface", []),
    ("R6", "ping 10.10.10.2 rapid count 3", "destination response_stream success_qty",
     [("10.10.10.2", "!!!", "3")]),
    ("R6", "ping 198.51.100.77 router 100 count 1", "destination success_qty loss_pct",
     [("198.51.100.77", "0", "100")]),
    ("R6", "ping 10.10.10.2", "destination sent_qty success_qty loss_pct",
     [("10.10.10.2", "5", "5", "0.00")]),
]  # fmt: skip

SOME: list[tuple[str, str, str, Rows]] = [
    (B, "show ip route summary", "route_source networks subnets",
     [("connected", "0", "8"), ("static", "1", "0"), ("bgp 65116", "0", "2"),
      ("internal", "5", ""), ("Total", "6", "10")]),
    ("R2", "show system cpu", "name cpu_usage", [("IS-IS", "0.00%"), ("Idle", "100.00%")]),
    (B, "show ip route", "protocol network nexthop_ip",
     [("B", "10.15.15.0", "198.51.100.1"), ("B", "10.15.15.0", "203.0.113.1"),
      ("S", "192.168.1.0", "198.51.100.1"), ("C", "172.16.1.0", "")]),
    (B, "show ip bgp", "network next_hop as_path",
     [("10.15.15.0/24", "203.0.113.1", "65000"), ("10.16.16.0/24", "0.0.0.0", "")]),
    (B, "show ip cef", "ip_address prefix_length nexthop",
     [("172.16.1.0", "24", ["attached"]), ("192.168.1.0", "24", ["198.51.100.1"])]),
    (B, "dir", "file_system name", [("flash0:/", "vios-adventerprisek9-m")]),
    (B, "show file systems", "type prefixes", [("opaque", "system:")]),
    (B, "show processes cpu", "process_name cpu_usage_1_min", [("IP Input", "0")]),
    (B, "show logging", "facility severity mnemonic", [("CRYPTO", "6", "ISAKMP_ON_OFF")]),
    (B, "traceroute 10.15.15.15 source Loopback0", "hop_num ip_address",
     [("1", "198.51.100.1"), ("3", "10.15.15.15")]),
    ("R1", "show port", "port_id admin_state port_state", [("1/1/2", "Up", "Up")]),
    ("R1", "show port description", "port_id description", [("1/1/1", "to R2")]),
    ("R1", "show service sap-using", "port_id service_id oper_state", [("1/1/2", "101", "Up")]),
    ("R2", "show router bgp routes vpn-ipv4", "rd network next_hop",
     [("65000:100", "203.0.113.0", "10.10.10.5"), ("65000:100", "198.51.100.0", "10.10.10.6")]),
    ("R2", "show router rsvp interface", "interface oper_state", [("toR1", "Up"), ("toR6", "Up")]),
    ("R2", "show router isis interface", "interface oper_state metric_l2", [("toR1", "Up", "10")]),
]  # fmt: skip


BUSY = """\
configure terminal
archive
path flash:cfg
ip prefix-list LANS seq 5 permit 172.16.0.0/16 le 24
access-list 1 permit 10.16.16.0 0.0.0.255
interface Loopback0
ip nat inside
interface GigabitEthernet0/2
ip nat outside
ip nat inside source list 1 interface GigabitEthernet0/2 overload
end
archive config
ping 203.0.113.1 source Loopback0"""
"""What gives the rest something to show."""
LATER: list[tuple[str, str, Rows]] = [
    ("show ip nat translations", "protocol inside_global_ip inside_local_ip outside_global_ip",
     [("icmp", "203.0.113.2", "10.16.16.16", "203.0.113.1")]),
    ("show ip prefix-list", "name seq action network netmask le",
     [("LANS", "5", "permit", "172.16.0.0", "16", "24")]),
    ("show route-map", "name action seq set_clauses",
     [("PREPEND", "permit", "10", ["as-path prepend 65116"])]),
    ("show ip bgp neighbors 198.51.100.1 advertised-routes", "network next_hop",
     [("10.16.16.0/24", "0.0.0.0"), ("10.15.15.0/24", "203.0.113.1"),
      ("192.0.2.24/29", "203.0.113.1"), ("198.51.100.0", "203.0.113.1")]),
    ("show archive", "current_index next_filename", [("1", "flash:cfg-<timestamp>-1")]),
    ("dir", "id permissions name", [("1", "-rw-", "vios-adventerprisek9-m")]),
    ("show file systems", "size type flags prefixes", [("262144", "nvram", "rw", "nvram:")]),
    ("show users", "line user", [("*  2 vty 0", "student")]),
]  # fmt: skip


@pytest.fixture(scope="module")
def busy() -> Iterator[Lab]:
    with Lab("tunnel") as lab:
        for line in BUSY.splitlines():
            lab.run(B, line)
        yield lab


@pytest.mark.parametrize(("command", "columns", "rows"), LATER)
def test_what_was_typed_parses_too(busy: Lab, command: str, columns: str, rows: Rows) -> None:
    found = read(busy, B, command, columns)
    assert [row for row in rows if row not in found] == [], found


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab("tunnel") as lab:
        yield lab


def read(lab: Lab, device: str, command: str, columns: str) -> list[tuple[object, ...]]:
    """These columns of every row that the public template reads."""
    platform = "cisco_ios" if device == B else "alcatel_sros"
    rows = parse_output(platform=platform, command=command, data=lab.run(device, command))
    return [tuple(row[name] for name in columns.split()) for row in rows]


@pytest.mark.parametrize(("command", "columns", "rows"), IOS)
def test_ios_outputs_parse_into_these_rows(
    lab: Lab, command: str, columns: str, rows: Rows
) -> None:
    assert sorted(read(lab, B, command, columns), key=str) == sorted(rows, key=str)


@pytest.mark.parametrize(("device", "command", "columns", "rows"), SROS)
def test_sros_outputs_parse_into_these_rows(
    lab: Lab, device: str, command: str, columns: str, rows: Rows
) -> None:
    assert sorted(read(lab, device, command, columns), key=str) == sorted(rows, key=str)


@pytest.mark.parametrize(
    ("command", "known_as", "columns", "rows"),
    [
        ("show service id 101 base", "show service id base",
         "service_id customer_id admin_state oper_state sap_count sdp_count",
         [("101", "1", "Up", "Up", "1", "2")]),
        ("show router bgp summary family vpn-ipv4", "show router bgp summary family",
         "neighbor", [(f"10.10.10.{x}",) for x in (3, 5, 6)]),
    ],
)  # fmt: skip
def test_outputs_parse_whose_template_knows_the_command_by_another_form(
    lab: Lab, command: str, known_as: str, columns: str, rows: Rows
) -> None:
    device = "R1" if "service" in command else "R2"
    found = parse_output("alcatel_sros", known_as, lab.run(device, command))
    assert [tuple(row[name] for name in columns.split()) for row in found] == rows


def test_every_template_of_a_command_of_ours_is_used_here(lab: Lab) -> None:
    """A command that has a template, and that a device understands, is in one of the lists."""
    listed = {command for command, *_ in (*IOS, *LATER)} | {
        command for _, command, *_ in (*SROS, *SOME)
    }
    known = {re.sub(r"[\d.]+", "N", command) for command in listed}
    for platform, device in (("cisco_ios", B), ("alcatel_sros", "R2")):
        for file in Path(ntc_templates.__file__).parent.glob(f"templates/{platform}_show_*"):
            command = file.stem.removeprefix(f"{platform}_").replace("_", " ")
            command = re.sub(r" id (0 )?(?=[a-z])", " id 101 ", command)
            refused = re.search(r"^(% |Error:|MINOR:)", lab.run(device, command), re.M)
            assert refused or re.sub(r"[\d.]+", "N", command) in known | ELSEWHERE, command


@pytest.mark.parametrize(("device", "command", "columns", "rows"), SOME)
def test_among_the_rows_are_these(
    lab: Lab, device: str, command: str, columns: str, rows: Rows
) -> None:
    found = read(lab, device, command, columns)
    assert [row for row in rows if row not in found] == [], found
