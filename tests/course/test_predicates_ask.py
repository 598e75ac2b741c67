"""Each predicate told apart where it holds and where it does not, over both transports.

The labs are at the checkpoints of the walk; what holds there is LAB's promise, not ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from labkit.course.observer import InProcess, Observer, OverSsh
from labkit.course.placeholders import fill_all
from labkit.course.predicates import ask, predicates
from labkit.sim import Lab

LANS = {"local": "{lan_b_prefix}", "remote": "{lan_a_prefix}"}
PING = {"device": "{B}", "to": "{gw_a}", "source": "GigabitEthernet0/0"}
LOOP = {"device": "{B}", "to": "{loopback_a}", "source": "Loopback0"}
ON_B = {"device": "{B}"}
BOTH = {"R2": "Master", "R3": "Backup"}

# (predicate, arguments that hold at checkpoint `tunnel`, what of them makes it fail)
TABLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("ping_succeeds", {**PING, "may_lose": 0}, {"source": "Loopback0"}),
    ("ping_succeeds", {**PING, "size": 1422, "df": True}, {"size": 1423}),
    ("ping_succeeds", {"device": "PC-B", "to": "{pc_a}"}, {"to": "{lan_a}"}),
    ("ping_succeeds", {"device": "R2", "to": "{peer_a}", "router": "100"}, {"to": "{pc_a}"}),
    ("ping_fails", {"device": "{B}", "to": "{pc_a}", "marks": "U"}, {"marks": "."}),
    ("ping_fails", {**PING, "source": "Loopback0"}, {"source": "GigabitEthernet0/0"}),
    ("ping_loses", {**PING, "lost": 0}, {"lost": 1}),
    ("policy_has", {**ON_B, "priority": 10, "group": 5}, {"group": 14}),
    ("key_for_peer", {**ON_B, "peer": "{peer_a}"}, {"peer": "{peer_b}"}),
    (
        "keys_agree",
        {"device": "{A}", "peer": "{peer_b}", "other": "{B}", "other_peer": "{peer_a}"},
        {"other_peer": "{peer_b}"},
    ),
    ("isakmp_state", {**ON_B, "peer": "{peer_a}"}, {"state": "MM_NO_STATE"}),
    ("isakmp_state", {**ON_B, "peer": "{pe_b}", "state": None}, {"peer": "{peer_a}"}),
    ("isakmp_agreed", {**ON_B, "peer": "{peer_a}", "group": 5}, {"group": 2}),
    (
        "transform_set_has",
        {**ON_B, "name": "TSET", "transforms": "esp-256-aes esp-sha512-hmac", "mode": "tunnel"},
        {"transforms": "esp-aes esp-sha512-hmac"},
    ),
    (
        "map_complete",
        {**ON_B, "name": "VPN-MAP", "peer": "{peer_a}", "acl": "VPN-TRAFFIC"},
        {"peer": "{backup_b}"},
    ),
    (
        "map_applied",
        {**ON_B, "name": "VPN-MAP", "interface": "GigabitEthernet0/1"},
        {"interface": "GigabitEthernet0/2"},
    ),
    ("counters_rise", {**ON_B, **LANS, "ping_from": "PC-B", "to": "{pc_a}"}, {"decaps": False}),
    ("flow_settings", {**ON_B, **LANS, "plaintext_mtu": 1422}, {"plaintext_mtu": 1438}),
    ("comes_up_anew", {**PING, "other": "{A}"}, {"to": "{lan_a}"}),
    ("spi_pair_agrees", {**ON_B, **LANS, "other": "{A}"}, {"other": "{B}"}),
    ("acl_mirrored", {**ON_B, "other": "{A}", "name": "VPN-TRAFFIC"}, {"other": "{B}"}),
    (
        "acl_has",
        {
            **ON_B,
            "name": "VPN-TRAFFIC",
            "source": "{lan_b} {wildcard}",
            "destination": "{lan_a} {wildcard}",
        },
        {"source": "{lan_b} {mask}"},
    ),
    (
        "acl_matches_rise",
        {**ON_B, "name": "VPN-TRAFFIC", "ping_from": "PC-B", "to": "{pc_a}"},
        {"rise": False},
    ),
    ("acl_matches", {**ON_B, "name": "VPN-TRAFFIC"}, {"at_least": 100000}),
    ("route_via", {**ON_B, "to": "{pc_a}", "via": "{pe_b}"}, {"via": "{pe_b_backup}"}),
    ("route_via", {**ON_B, "to": "{loopback_a}", "via": "{pe_b}", "only": False}, {"only": True}),
    (
        "cef_leaves_by",
        {**ON_B, "source": "{pc_b}", "destination": "{pc_a}", "interface": "GigabitEthernet0/1"},
        {"interface": "GigabitEthernet0/2"},
    ),
    (
        "vpn_route",
        {"device": "R2", "prefix": "{loopback_b_prefix}", "via": "{system_R6}"},
        {"via": "{system_R5}"},
    ),
    ("bgp_peer", {**ON_B, "peer": "{pe_b}"}, {"up": False}),
    ("bgp_peer", {"device": "R6", "peer": "{peer_b}", "service": 100}, {"peer": "{backup_b}"}),
    (
        "bgp_next_hops",
        {**ON_B, "prefix": "{loopback_a_prefix}", "hops": ["{pe_b}", "{pe_b_backup}"]},
        {"hops": ["{pe_b}"]},
    ),
    ("esp_at_tap", {**PING, "tap": "sniffer"}, {"tap": "b-backup"}),
    ("clear_at_tap", {**LOOP, "tap": "sniffer"}, {"tap": "b-backup"}),
    ("clear_text_not_at_tap", {**PING, "tap": "sniffer"}, {"tap": "lan-a", "to": "{pc_a}"}),
    (
        "frame_length_at_tap",
        {**PING, "tap": "b-primary", "length": 202, "protocol": "ESP"},
        {"length": 114},
    ),
    ("seen_at_tap", {"tap": "sniffer", "protocol": "ISAKMP", "at_least": 9}, {"at_least": 99}),
    (
        "isakmp_chosen_at_tap",
        {"tap": "sniffer", "words": "AES-CBC, 128, SHA2-256, group 5"},
        {"words": "group 14"},
    ),
    ("mirror_delivers", LOOP, PING),
    ("tap_silent", {**PING, "tap": "b-backup"}, {"tap": "b-primary"}),
    (
        "mirror_source_on",
        {"device": "R6", "service": 200, "port": "1/1/1"},
        {"port": "1/1/3"},
    ),
    (
        "mirror_dest_up",
        {"device": "R1", "service": 200, "sap": "1/1/3", "far_end": "{system_R6}"},
        {"sdp": "61:200"},
    ),
    ("vrrp_state", {"device": "R3", "state": "Backup"}, {"state": "Master"}),
    ("vrrp_master", {"devices": ["R2", "R3"], "master": "R2"}, {"master": "R3"}),
    ("sdp_up", {"device": "R1", "sdp": 12}, {"sdp": 99}),
    ("spoke_up", {"device": "R1", "service": 101, "spoke": "13:101"}, {"spoke": "16:101"}),
    ("interface_up", {**ON_B, "interface": "GigabitEthernet0/2"}, {"interface": "Tunnel0"}),
    (
        "interface_up",
        {"device": "R3", "interface": "toCustomerSiteA", "service": 100},
        {"up": False},
    ),
    ("log_contains", {**ON_B, "text": "ISAKMP is ON"}, {"text": "ISAKMP is OFF"}),
    ("log_contains", {"device": "R2", "text": "state to master"}, {"text": "state to backup"}),
    ("log_lacks", {**ON_B, "text": "BAD_MESSAGE"}, {"text": "ISAKMP_ON_OFF"}),
    (
        "output_contains",
        {**ON_B, "command": "show privilege", "text": "level is 15"},
        {"text": "level is 1 "},
    ),
]
ELSEWHERE = {
    "flow_down": ("crypto-map", {**ON_B, **LANS}),
    "text_readable_at_tap": ("tunnel", {"tap": "sniffer", "text": "Telnet-Clear-1"}),
}
"""Predicates that hold at another checkpoint, or after something was done."""


@pytest.fixture(scope="module", params=["in process", "over SSH"])
def observer(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Observer]:
    with Lab("tunnel", capture_dir=tmp_path_factory.mktemp("captures")) as lab:
        if request.param == "in process":
            yield InProcess(lab)
            return
        made = OverSsh.of(lab.serve())
        yield made
        made.close()


@pytest.mark.parametrize(
    ("name", "arguments", "otherwise"),
    TABLE,
    ids=[f"{name}-{number}" for number, (name, _, _) in enumerate(TABLE)],
)
def test_it_holds_where_it_should_and_fails_where_it_should(
    observer: Observer, name: str, arguments: dict[str, Any], otherwise: dict[str, Any]
) -> None:
    good = ask(observer, name, fill_all(arguments))
    assert good.holds, good.found
    bad = ask(observer, name, fill_all({**arguments, **otherwise}))
    assert not bad.holds, bad.found
    assert good.found and bad.found
    assert set(good.more) == set(bad.more) == set(predicates()[name].finds)


def test_the_table_has_every_predicate() -> None:
    assert {name for name, _, _ in TABLE} | ELSEWHERE.keys() == predicates().keys()


def test_a_flow_without_traffic_is_down(observer: Observer) -> None:
    checkpoint, arguments = ELSEWHERE["flow_down"]
    assert not ask(observer, "flow_down", fill_all(arguments)).holds
    with Lab(checkpoint) as fresh:
        assert ask(InProcess(fresh), "flow_down", fill_all(arguments)).holds


def test_a_password_typed_over_telnet_is_read_a_character_a_segment() -> None:
    arguments = ELSEWHERE["text_readable_at_tap"][1]
    with Lab("mirror") as fresh:
        observer = InProcess(fresh)
        assert not ask(observer, "text_readable_at_tap", arguments).holds
        telnet = "telnet 10.15.15.15 /source-interface Loopback0"
        observer.converse("Site-B-GW-Router", [telnet, "netadmin", "Telnet-Clear-1", "exit"])
        assert ask(observer, "text_readable_at_tap", arguments).holds
