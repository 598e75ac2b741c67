"""Facts of the customer's devices, written by hand, and a cable for two gateways."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from labkit.sim.model.facts import (
    Ace,
    Acl,
    CryptoMap,
    CryptoMapEntry,
    DeviceFacts,
    Interface,
    Ipsec,
    IsakmpKey,
    IsakmpPolicy,
    StaticRoute,
    TransformSet,
    Wildcard,
)
from labkit.sim.model.topology import Topology, parse

A, B = "Site-A-GW-Router", "Site-B-GW-Router"
WAN = "GigabitEthernet0/1"
BACKUP = "GigabitEthernet0/2"
LAN = "GigabitEthernet0/0"
A_WAN, B_WAN = IPv4Address("198.51.100.1"), IPv4Address("198.51.100.2")
PC_A, PC_B = IPv4Address("192.168.1.10"), IPv4Address("172.16.1.10")
GW_A, GW_B = IPv4Address("192.168.1.1"), IPv4Address("172.16.1.1")

POLICY = IsakmpPolicy(10, "aes", 128, "sha256", "pre-share", 5)
TSET = TransformSet("TSET", "esp-aes", 256, "esp-sha512-hmac")


def address(text: str) -> IPv4Interface:
    return IPv4Interface(text)


def route(prefix: str, next_hop: str, distance: int = 1) -> StaticRoute:
    return StaticRoute(IPv4Network(prefix), IPv4Address(next_hop), distance=distance)


def wildcard(text: str) -> Wildcard:
    network = IPv4Network(text)
    return Wildcard(network.network_address, network.hostmask)


def permit(sequence: int, source: str, destination: str) -> Ace:
    return Ace(sequence, True, None, wildcard(source), wildcard(destination))


def back_to_back() -> Topology:
    """Two gateways on one cable, each with a PC: no provider."""
    node = {"platform": "cisco_ios", "role": "gateway", "at": [0, 0]}
    host = {"platform": "linux", "role": "host", "at": [0, 0]}
    return parse(
        {
            "name": "back to back",
            "nodes": {A: node, B: node, "PC-A": host, "PC-B": host},
            "kinds": {"wan": {"delay": 500, "mtu": 1500}},
            "links": {
                "wan": {"ends": [f"{A} {WAN}", f"{B} {WAN}"], "kind": "wan"},
                "lan-a": {"ends": [f"{A} {LAN}", "PC-A eth0"], "kind": "wan"},
                "lan-b": {"ends": [f"{B} {LAN}", "PC-B eth0"], "kind": "wan"},
            },
        }
    )


def pc(name: str, own: str, gateway: str) -> DeviceFacts:
    return DeviceFacts(
        name,
        (Interface("eth0", port="eth0", address=address(own)),),
        static_routes=(route("0.0.0.0/0", gateway),),
    )


def ipsec(peer: IPv4Address, acl: str = "VPN-TRAFFIC") -> Ipsec:
    entry = CryptoMapEntry(100, (peer,), ("TSET",), acl)
    return Ipsec(
        policies=(POLICY,),
        keys=(IsakmpKey("WowWhatAPassword!", peer),),
        transform_sets=(TSET,),
        maps=(CryptoMap("VPN-MAP", (entry,)),),
    )


def gateway(name: str, crypto: bool = True) -> DeviceFacts:
    """One of the two gateways back to back; with `crypto` the tunnel is configured."""
    here, there = ("192.168.1", "172.16.1") if name == A else ("172.16.1", "192.168.1")
    wan, peer = (A_WAN, B_WAN) if name == A else (B_WAN, A_WAN)
    loopback = "10.15.15.15/24" if name == A else "10.16.16.16/24"
    far = "10.16.16.0/24" if name == A else "10.15.15.0/24"
    map_name = "VPN-MAP" if crypto else None
    return DeviceFacts(
        name,
        (
            Interface(LAN, port=LAN, address=address(f"{here}.1/24")),
            Interface(WAN, port=WAN, address=address(f"{wan}/24"), crypto_map=map_name),
            Interface("Loopback0", loopback=True, address=address(loopback)),
        ),
        static_routes=(route(f"{there}.0/24", str(peer)), route(far, str(peer))),
        acls=(Acl("VPN-TRAFFIC", (permit(10, f"{here}.0/24", f"{there}.0/24"),)),),
        ipsec=ipsec(peer) if crypto else Ipsec(),
    )


def both(crypto: bool = True) -> dict[str, DeviceFacts]:
    return {
        A: gateway(A, crypto),
        B: gateway(B, crypto),
        "PC-A": pc("PC-A", "192.168.1.10/24", "192.168.1.1"),
        "PC-B": pc("PC-B", "172.16.1.10/24", "172.16.1.1"),
    }


def with_interface(told: DeviceFacts, name: str, **changes: object) -> DeviceFacts:
    """The same facts with one interface changed."""
    interfaces = tuple(
        replace(each, **changes) if each.name == name else each  # type: ignore[arg-type]
        for each in told.interfaces
    )
    return replace(told, interfaces=interfaces)
