"""What SR OS shows: read by templates that others wrote, and equal to what happens."""

from __future__ import annotations

import re

import pytest
from ntc_templates.parse import parse_output

from labkit.sim.net.link import LinkChange
from tests.sim.routers.sros.bench import Bench


def rows(bench: Bench, router: str, command: str, template: str | None = None) -> list[dict]:  # type: ignore[type-arg]
    """A command's output as the public templates for this platform read it."""
    text = bench.terminal(router)(command)
    return parse_output(platform="alcatel_sros", command=template or command, data=text)


def test_ports_parse(quiet: Bench) -> None:
    ports = {row["port_id"]: row for row in rows(quiet, "R6", "show port")}
    assert list(ports) == ["1/1/1", "1/1/2", "1/1/3", "1/1/4", "1/1/5"]
    assert ports["1/1/1"]["port_mode"] == "accs" and ports["1/1/1"]["port_state"] == "Up"
    assert ports["1/1/4"]["port_mode"] == "netw" and ports["1/1/4"]["cfg_mtu"] == "9212"
    assert ports["1/1/5"]["admin_state"] == "Down" and ports["1/1/5"]["link"] == "No"


@pytest.mark.parametrize(
    ("command", "template", "field", "expected"),
    [
        ("show router interface", None, "interface", ["system", "toR2", "toR5"]),
        (
            "show router 100 interface",
            "show router interface",
            "interface",
            ["toCustomerSiteB-SideB"],
        ),
        (
            "show service id 100 interface",
            "show service id interface",
            "interface_name",
            ["toCustomerSiteB-SideB"],
        ),
        ("show router mpls lsp", None, "lsp_name", ["to-R1", "to-R2", "to-R3", "to-R5"]),
        ("show service service-using", None, "service_id", ["100"]),
        ("show service sdp", None, "sdp_id", ["61"]),
        ("show service sap-using", None, "port_id", ["1/1/1"]),
        ("show router isis adjacency", None, "system_id", ["R2", "R5"]),
        ("show router mpls interface", None, "interface", ["system", "toR2", "toR5"]),
        ("show router rsvp interface", None, "interface", ["system", "toR2", "toR5"]),
        (
            "show router bgp summary family vpn-ipv4",
            "show router bgp summary family",
            "neighbor",
            ["10.10.10.2", "10.10.10.3", "10.10.10.5"],
        ),
    ],
)
def test_tables_parse_into_the_right_rows(
    quiet: Bench, command: str, template: str | None, field: str, expected: list[str]
) -> None:
    assert [row[field] for row in rows(quiet, "R6", command, template)] == expected


def test_everything_is_up_in_the_baseline(quiet: Bench) -> None:
    assert {row["oper_state"] for row in rows(quiet, "R6", "show router mpls lsp")} == {"Up"}
    assert {row["opr"] for row in rows(quiet, "R1", "show service sdp")} == {"Up"}
    (base,) = rows(quiet, "R1", "show service id 101 base", "show service id base")
    assert (base["oper_state"], base["sap_count"], base["sdp_count"]) == ("Up", "1", "2")
    using = rows(quiet, "R1", "show service sdp-using")
    assert [row["sdp_id"] for row in using] == ["12", "13"]
    assert all(row["ingress_label"].isdigit() and row["egress_label"].isdigit() for row in using)


def test_a_pes_vprn_has_the_five_routes_of_the_course(quiet: Bench) -> None:
    text = quiet.terminal("R2")("show router 100 route-table")
    prefixes = re.findall(r"^(\d\S+/\d+)\s", text, re.M)
    assert prefixes == [
        "10.15.15.0/24",
        "10.16.16.0/24",
        "192.0.2.24/29",
        "198.51.100.0/24",
        "203.0.113.0/24",
    ]
    assert "No. of Routes: 5" in text
    assert re.search(r"\n {7}10\.10\.10\.6 \(tunneled:RSVP:\d+\)", text)
    assert text.split("\n")[-5].startswith("Flags: n = Number of times nexthop is repeated")


def test_vpn_routes_parse_and_the_nearer_or_lower_pe_is_used(quiet: Bench) -> None:
    found = rows(quiet, "R6", "show router bgp routes vpn-ipv4")
    used = {(r["network"], r["next_hop"]) for r in found if r["in_out_use"] == "u*>i"}
    assert used == {
        ("10.15.15.0", "10.10.10.2"),
        ("192.0.2.24", "10.10.10.2"),
        ("203.0.113.0", "10.10.10.5"),
    }


def test_r5_knows_its_own_longer_path_but_does_not_use_it(quiet: Bench) -> None:
    text = quiet.terminal("R5")("show router 100 bgp routes")
    assert re.search(r"^\*i    10\.16\.16\.0/24", text, re.M)
    assert "65116 65116" in text


def test_the_customers_session_is_established_with_its_routes_counted(quiet: Bench) -> None:
    text = quiet.terminal("R6")("show router 100 bgp summary")
    assert re.search(r"198\.51\.100\.2\n +65116 .* \d+/1/3 \(IPv4\)", text)


def test_vrrp_shows_master_and_backup_of_the_same_address(quiet: Bench) -> None:
    master = quiet.terminal("R2")("show router 100 vrrp instance")
    backup = quiet.terminal("R3")("show router 100 vrrp instance")
    assert re.search(r"^toCustomerSiteA +101 +No +Up +Master +201 +1$", master, re.M)
    assert re.search(r"^toCustomerSiteA +101 +No +Up +Backup +100 +1$", backup, re.M)
    assert "  Backup Addr: 192.0.2.25" in backup and "Instances : 1" in backup


def test_a_shut_interface_shows_in_every_view_of_it(bench: Bench) -> None:
    r2 = bench.terminal("R2")
    r2('configure service vprn 100 interface "toCustomerSiteA" shutdown')
    bench.network.run(5_000_000)
    assert re.search(r"^toCustomerSiteA +Down +Down/Down", r2("show router 100 interface"), re.M)
    assert "192.0.2.24/29  " in r2("show router 100 route-table")
    assert "Init" in r2("show router 100 vrrp instance")
    assert "Master" in bench.terminal("R3")("show router 100 vrrp instance")


def test_a_cut_core_link_moves_an_lsp_and_its_labels(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    assert " -> 10.0.26.1(10.10.10.2) " in r6('show router mpls lsp "to-R2" path detail')
    bench.network.set_link("r2-r6", LinkChange(up=False))
    bench.network.run(1_000_000)
    detail = r6('show router mpls lsp "to-R2" path detail')
    assert re.search(r"Oper State +: Up", detail)
    assert "-> 10.0.56.1(10.10.10.5)" in detail and "-> 10.0.45.1(10.10.10.4)" in detail
    assert re.search(r"^1/1/4 +Up +No +Down", r6("show port"), re.M)


def test_a_wrong_peer_as_keeps_the_session_down(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6('configure service vprn 100 bgp group "Customers" peer-as 65117')
    bench.network.run(30_000_000)
    text = r6("show router 100 bgp summary")
    assert "65117" in text and "(IPv4)" not in text


def test_an_sdp_without_its_lsp_is_down(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    r6('configure router mpls lsp "to-R1" shutdown')
    (row,) = rows(bench, "R6", "show service sdp")
    assert (row["adm"], row["opr"]) == ("Up", "Down")


EVERY_SHOW = """
version|uptime|time|users|debug|system information|chassis|port
port 1/1/1|port description|router interface|router route-table
router route-table protocol isis|router arp|router policy
router vrrp instance|router bgp summary|router bgp neighbor|router bgp routes
router bgp routes vpn-ipv4|router isis adjacency|router isis interface
router mpls interface|router mpls lsp|router mpls lsp path|router mpls lsp path detail
router rsvp interface|router ldp session|router tunnel-table
router 100 route-table|router 100 arp|router 100 bgp summary|router 100 bgp neighbor
router 100 vrrp instance|router 100 bgp routes|service service-using|service sap-using
service sdp|service sdp-using|service fdb-mac|service id 100 all
service id 101 all|service id 101 fdb|service id 101 sdp|service id 101 sdp detail
service id 100 sap|mirror mirror-dest|mirror mirror-dest 200
router ldp interface|log log-id|log log-id 99|log log-id 100
service service-name-using
"""


@pytest.mark.parametrize("router", ["R1", "R2", "R4", "R6"])
def test_every_page_is_a_page_or_a_vendors_error_on_any_router(quiet: Bench, router: str) -> None:
    terminal = quiet.terminal(router)
    for command in EVERY_SHOW.replace("\n", "|").strip("|").split("|"):
        text = terminal("show " + command)
        long = [line for line in text.split("\n") if len(line) > 80]
        assert not long or command.startswith(("version", "log log-id "))
        assert "labkit" not in text
        assert "^" not in text, command


def test_what_runs_in_the_core_alone_is_no_command_of_a_vprn(quiet: Bench) -> None:
    r2 = quiet.terminal("R2")
    for what in ("mpls lsp", "isis adjacency", "ldp session", "tunnel-table"):
        assert r2(f"show router 100 {what}") == "Error: Bad command."


def test_a_neighbors_page_has_the_fields_of_the_real_one(quiet: Bench) -> None:
    text = quiet.terminal("R6")("show router 100 bgp neighbor 198.51.100.2")
    assert re.search(
        r"^Peer AS              : 65116            Peer Port            : \d+$", text, re.M
    )
    assert re.search(
        r"^Peer Type            : External         Dynamic Peer         : No$", text, re.M
    )
    assert re.search(r"^IPv4 received        : \d+ +IPv4 active          : 1$", text, re.M)


@pytest.mark.parametrize("order", ["vpn-ipv4 advertised-routes", "advertised-routes vpn-ipv4"])
def test_the_family_of_advertised_routes_may_stand_before_or_after(
    quiet: Bench, order: str
) -> None:
    text = quiet.terminal("R2")(f"show router bgp neighbor 10.10.10.6 {order}")
    assert "65000:100:10.15.15.0/24" in text and "Routes : 2" in text


def test_longer_lists_the_routes_within_a_prefix(quiet: Bench) -> None:
    text = quiet.terminal("R2")("show router route-table 10.10.10.0/24 longer")
    assert re.findall(r"^(10\.10\.10\.\d)/32", text, re.M) == [f"10.10.10.{i}" for i in range(1, 7)]


def test_the_macs_of_a_routed_vpls_interface_are_the_routers_own(quiet: Bench) -> None:
    text = quiet.terminal("R2")("show service id 101 fdb detail")
    assert re.search(r"^101 +00:00:5e:00:01:65 cpm +Intf ", text, re.M)
    assert "00:00:5e:00:01:65 cpm" not in quiet.terminal("R3")("show service id 101 fdb detail")


def test_the_ldp_interfaces_of_a_router_parse(bench: Bench) -> None:
    r6 = bench.terminal("R6")
    assert "No. of Interfaces: 0" in r6("show router ldp interface")
    r6('configure router ldp interface-parameters interface "toR2"')
    (row,) = rows(bench, "R6", "show router ldp interface")
    assert (row["interface"], row["adm"], row["opr"]) == ("toR2", "Up", "Up")


def test_services_by_name_parse(quiet: Bench) -> None:
    (row,) = rows(quiet, "R2", "show service service-name-using")
    assert (row["service_name"], row["type"], row["service_id"]) == ("CustomerSiteA", "Vpls", "101")
