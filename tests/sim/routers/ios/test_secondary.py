"""Secondary addresses: kept, routed, answered for and asked from; and what they may not do."""

from __future__ import annotations

from typing import Any

from labkit.sim.lab.lab import Lab
from tests.sim.routers.ios.conftest import B

LAN = "configure terminal\ninterface GigabitEthernet0/0\n"
SECOND = "ip address 192.168.7.1 255.255.255.0 secondary"


def test_secondary_addresses_stand_before_the_first(b: Any) -> None:
    b.lines(LAN + SECOND)
    config = b.type("do show running-config interface GigabitEthernet0/0")
    first = " ip address 172.16.1.1 255.255.255.0\n"
    assert f" {SECOND}\n{first}" in config
    assert "  Secondary address 192.168.7.1/24\n" in b.type("do show ip interface Gi0/0")


def test_the_first_address_goes_last_and_no_ip_address_takes_all(b: Any) -> None:
    b.lines(LAN + SECOND)
    named = "no ip address 172.16.1.1 255.255.255.0"
    assert b.type(named) == "Must delete secondary before primary\n"
    b.type("no ip address")
    config = b.type("do show running-config interface GigabitEthernet0/0")
    assert " no ip address\n" in config and "secondary" not in config


def test_no_other_interface_may_overlap_a_secondary_network(b: Any) -> None:
    b.lines(LAN + SECOND)
    b.type("interface GigabitEthernet0/2")
    said = b.type("ip address 192.168.7.9 255.255.255.0")
    assert said == "% 192.168.7.0 overlaps with GigabitEthernet0/0\n"


def test_a_host_may_be_in_the_secondary_network_alone() -> None:
    """It asks for the secondary address, and is asked from it: the other is on no link of its."""
    with Lab("baseline") as lab:
        for line in (*LAN.splitlines(), "ip address 172.16.9.1 255.255.255.0", "ip address "
                     "172.16.1.1 255.255.255.0 secondary", "end"):  # fmt: skip
            lab.run(B, line)
        lab.run("PC-B", "ping -c 1 172.16.1.1")
        assert " 0% packet loss" in lab.run("PC-B", "ping -c 2 172.16.1.1")
        lab.run(B, "clear arp-cache")
        assert "!!!" in lab.run(B, "ping 172.16.1.10 source 172.16.1.1")
        routes = lab.run(B, "show ip route")
        assert "C        172.16.1.0/24 is directly connected, GigabitEthernet0/0" in routes
        assert "L        172.16.1.1/32 is directly connected, GigabitEthernet0/0" in routes
