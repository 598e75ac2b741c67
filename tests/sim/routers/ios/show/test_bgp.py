"""What IOS shows of BGP at site B, which has two providers' edges."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from labkit.sim.net.network import Network
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.routing.bgp import neighbors, table
from tests.sim.net import provider_facts
from tests.sim.routers.ios.show.reading import Read, line_with

R5, R6 = IPv4Address("203.0.113.1"), IPv4Address("198.51.100.1")


def test_the_table_has_its_columns_where_ios_has_them(site_b: Router) -> None:
    own = line_with(table.table(site_b), "10.16.16.0/24")
    assert own == " *>  10.16.16.0/24    0.0.0.0                  0         32768 i"


def test_the_public_template_reads_both_paths_to_site_a(site_b: Router, read: Read) -> None:
    rows = read("show ip bgp", table.table(site_b))
    paths = [row for row in rows if row["network"] == "10.15.15.0/24"]
    assert {row["next_hop"] for row in paths} == {str(R5), str(R6)}
    assert {row["as_path"] for row in paths} == {"65000"}
    marks = [f"{row['status']}{row['path_selection']}" for row in paths]
    assert marks == ["*>", "*m"]


def test_a_classful_prefix_is_shown_without_its_mask(site_b: Router) -> None:
    shown = list(table.table(site_b))
    prefixes = {line[5:22].strip() for line in shown if line.startswith((" *", " r"))}
    assert {"198.51.100.0", "203.0.113.0", "192.0.2.24/29"} <= prefixes


def test_summary_counts_prefixes_and_messages(site_b: Router, read: Read) -> None:
    rows = {row["bgp_neighbor"]: row for row in read("show ip bgp summary", _summary(site_b))}
    live = site_b.bgp.neighbors["", R6]
    row = rows[str(R6)]
    assert row["neighbor_as"] == "65000" and row["local_as"] == "65116"
    assert row["state_or_prefixes_received"] == str(len(live.adj_in)) != "0"
    assert row["router_id"] == "10.16.16.16"


def _summary(router: Router) -> list[str]:
    return list(neighbors.summary(router))


def test_a_neighbour_that_is_shut_down_or_silent_says_so() -> None:
    network = Network()
    told = provider_facts.network_facts()
    b = told["Site-B-GW-Router"]
    first, second = b.bgp[0].neighbors
    changed = (replace(first, enabled=False), replace(second, address=IPv4Address("203.0.113.9")))
    told["Site-B-GW-Router"] = replace(b, bgp=(replace(b.bgp[0], neighbors=changed),))
    network.configure(told)
    network.boot()
    rows = _summary(network.router("Site-B-GW-Router"))[-2:]
    assert rows[0].endswith("    0    0 never    Idle (Admin)")
    assert rows[1].endswith(("never    Active", "never    Idle", "never    Connect"))
    assert len(rows[0].split()[0]) < 16 and rows[0][16] == "4"


def test_one_prefix_shows_who_said_it_and_which_is_best(site_b: Router) -> None:
    shown = list(table.one_prefix(site_b, IPv4Address("10.15.15.15")))
    assert shown[0].startswith("BGP routing table entry for 10.15.15.0/24, version ")
    assert shown[1] == "Paths: (2 available, best #1, table default)"
    assert shown[2] == "Multipath: eBGP"
    assert {f"    {R6} from {R6} (10.10.10.6)", f"    {R5} from {R5} (10.10.10.5)"} <= set(shown)
    assert sum(line.endswith("valid, external, multipath, best") for line in shown) == 1


def test_our_own_prefix_is_sourced_here(site_b: Router) -> None:
    shown = list(table.one_prefix(site_b, IPv4Address("10.16.16.16")))
    assert "  Local" in shown
    assert shown[-2] == (
        "      Origin IGP, metric 0, localpref 100, weight 32768, valid, sourced, local, best"
    )
    assert "  Advertised to update-groups:" in shown


def test_neighbors_are_read_by_the_public_template(site_b: Router, read: Read) -> None:
    rows = read("show ip bgp neighbors", neighbors.neighbors(site_b))
    assert {row["bgp_state"] for row in rows} == {"Established"}
    assert {row["neighbor"] for row in rows} == {str(R5), str(R6)}


def test_what_is_not_there_gets_the_vendors_words(site_a: Router, site_b: Router) -> None:
    assert list(table.table(site_a)) == ["% BGP not active"]
    assert _summary(site_a) == ["% BGP not active"]
    assert list(table.one_prefix(site_b, IPv4Address("8.8.8.8"))) == ["% Network not in table"]
    assert list(neighbors.neighbors(site_b, IPv4Address("9.9.9.9"))) == [
        "% No such neighbor or address family"
    ]
