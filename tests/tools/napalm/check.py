"""NAPALM's ios driver, as it comes, against the lab: getters, ping, traceroute, configuration."""

from __future__ import annotations

import logging
from typing import Any

from checking import A, B, Lab, check, main
from napalm import get_network_driver

# It logs each word of BGP's configuration that is not there.
logging.disable(logging.ERROR)


def ios(lab: Lab, name: str, **optional: Any) -> Any:
    """NAPALM's driver for one of the gateways, to be used in `with`."""
    login = lab.login(name)
    more = {"port": login["port"], "secret": login["secret"], **optional}
    driver = get_network_driver("ios")
    return driver(login["host"], login["username"], login["password"], optional_args=more)


@check
def alive(lab: Lab) -> None:
    """open, is_alive, close"""
    router = ios(lab, A)
    router.open()
    assert router.is_alive() == {"is_alive": True}
    router.close()
    assert router.is_alive() == {"is_alive": False}


@check
def facts(lab: Lab) -> None:
    """get_facts"""
    with ios(lab, B) as router:
        facts = router.get_facts()
    assert facts["vendor"] == "Cisco" and facts["model"] == "IOSv", facts
    assert facts["hostname"] == B and facts["uptime"] > 0, facts
    assert "Version 15.6" in facts["os_version"] and len(facts["serial_number"]) > 8, facts
    assert set(facts["interface_list"]) >= {
        "GigabitEthernet0/0",
        "GigabitEthernet0/1",
        "GigabitEthernet0/2",
        "Loopback0",
    }, facts


@check
def fqdn(lab: Lab) -> None:
    """get_facts tells the domain once it is configured"""
    with ios(lab, A) as router:
        router.device.send_config_set(["ip domain name example.net"])
        assert router.get_facts()["fqdn"] == f"{A}.example.net"
        router.device.send_config_set(["no ip domain name"])


@check
def interfaces(lab: Lab) -> None:
    """get_interfaces, get_interfaces_ip, get_interfaces_counters"""
    with ios(lab, B) as router:
        found, addresses = router.get_interfaces(), router.get_interfaces_ip()
        before = router.get_interfaces_counters()["GigabitEthernet0/1"]
        router.ping("198.51.100.1", count=5)
        after = router.get_interfaces_counters()["GigabitEthernet0/1"]
    port = found["GigabitEthernet0/1"]
    assert port["is_up"] and port["is_enabled"] and port["mtu"] == 1500, port
    assert port["speed"] == 1000.0 and "R6" in port["description"], port
    assert len(port["mac_address"]) == 17, port
    assert addresses["GigabitEthernet0/1"]["ipv4"] == {"198.51.100.2": {"prefix_length": 24}}
    assert addresses["Loopback0"]["ipv4"] == {"10.16.16.16": {"prefix_length": 24}}
    assert after["tx_unicast_packets"] - before["tx_unicast_packets"] >= 5, (before, after)


@check
def bgp(lab: Lab) -> None:
    """get_bgp_neighbors, get_bgp_neighbors_detail, get_bgp_config"""
    with ios(lab, B) as router:
        neighbors = router.get_bgp_neighbors()["global"]
        detail = router.get_bgp_neighbors_detail()
        config = router.get_bgp_config()
    assert neighbors["router_id"] == "10.16.16.16", neighbors
    peers = neighbors["peers"]
    assert set(peers) == {"198.51.100.1", "203.0.113.1"}, peers
    for peer in peers.values():
        assert peer["is_up"] and peer["is_enabled"], peer
        assert (peer["local_as"], peer["remote_as"]) == (65116, 65000), peer
        assert peer["address_family"]["ipv4 unicast"]["received_prefixes"] == 3, peer
    assert peers["198.51.100.1"]["remote_id"] == "10.10.10.6", peers
    assert peers["198.51.100.1"]["address_family"]["ipv4 unicast"]["sent_prefixes"] >= 1, peers
    assert {peer["connection_state"] for peer in detail["global"][65000]} == {"Established"}
    assert config["_"]["neighbors"]["203.0.113.1"]["export_policy"] == "PREPEND", config


@check
def bgp_off(lab: Lab) -> None:
    """get_bgp_neighbors where no BGP runs is empty"""
    with ios(lab, A) as router:
        assert router.get_bgp_neighbors() == {}


@check
def arp(lab: Lab) -> None:
    """get_arp_table"""
    with ios(lab, B) as router:
        table = {row["ip"]: row for row in router.get_arp_table()}
    assert table["198.51.100.1"]["interface"] == "GigabitEthernet0/1", table
    assert table["172.16.1.10"]["interface"] == "GigabitEthernet0/0", table
    assert len(table["172.16.1.10"]["mac"]) == 17, table


@check
def routes(lab: Lab) -> None:
    """get_route_to"""
    with ios(lab, B) as router:
        [best, *_] = router.get_route_to("198.51.100.0/24")["198.51.100.0/24"]
        learned = router.get_route_to("10.15.15.0/24", protocol="bgp")["10.15.15.0/24"]
    assert best["protocol"] == "connected", best
    assert {route["next_hop"] for route in learned} == {"198.51.100.1", "203.0.113.1"}, learned


@check
def pings(lab: Lab) -> None:
    """ping with source and size, and one that fails; traceroute"""
    with ios(lab, B) as router:
        good = router.ping("10.15.15.15", source="Loopback0", size=200, count=10)["success"]
        bad = router.ping("192.168.1.1", source="172.16.1.1", count=2)["success"]
        hops = router.traceroute("10.15.15.15", source="10.16.16.16")["success"]
    assert (good["probes_sent"], good["packet_loss"]) == (10, 0), good
    assert bad["packet_loss"] == 2, bad
    assert hops[max(hops)]["probes"][1]["ip_address"] in ("10.15.15.15", "192.0.2.28"), hops


@check
def text(lab: Lab) -> None:
    """get_config (running, startup, sanitized) and cli"""
    with ios(lab, B) as router:
        config = router.get_config()
        clean = router.get_config(retrieve="running", sanitized=True)
        said = router.cli(["show clock", "show ip route bgp"])
    assert f"hostname {B}" in config["running"] and "router bgp 65116" in config["running"]
    assert "router bgp 65116" in config["startup"] and config["candidate"] == ""
    assert "Telnet-Clear-1" in config["running"] and "Telnet-Clear-1" not in clean["running"]
    assert "UTC" in said["show clock"] and "10.15.15.0" in said["show ip route bgp"], said


@check
def users(lab: Lab) -> None:
    """get_users, get_environment"""
    with ios(lab, B) as router:
        assert router.get_users()["netadmin"]["level"] == 15
        environment = router.get_environment()
    assert environment["memory"]["available_ram"] > environment["memory"]["used_ram"] > 0


main()
