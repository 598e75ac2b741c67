"""A tunnel through a router that translates: found, moved to port 4500, carried in UDP."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from labkit.protocols.ike.events import NatChecked, PortsChanged
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.udp import Udp
from labkit.sim.model.facts import (
    Ace,
    Acl,
    DeviceFacts,
    Interface,
    NatRule,
)
from labkit.sim.model.topology import Topology, parse
from labkit.sim.net.clock import SECOND
from tests.sim.net import facts as given
from tests.sim.net.facts import A_WAN, GW_A, GW_B, LAN, PC_A, WAN, A, B
from tests.sim.net.stage import Stage
from tests.sim.net.tunnel import counts, engine, state
from tests.walk import shark

MIDDLE = "Translator"
INSIDE = "GigabitEthernet0/1"
OUTSIDE = "GigabitEthernet0/0"
B_PRIVATE, PUBLIC = IPv4Address("10.9.9.2"), IPv4Address("198.51.100.9")


def shape() -> Topology:
    node = {"platform": "cisco_ios", "role": "gateway", "at": [0, 0]}
    host = {"platform": "linux", "role": "host", "at": [0, 0]}
    return parse(
        {
            "name": "a translator between two gateways",
            "nodes": {A: node, B: node, MIDDLE: node, "PC-A": host, "PC-B": host},
            "kinds": {"wan": {"delay": 500, "mtu": 1500}},
            "links": {
                "wan": {"ends": [f"{A} {WAN}", f"{MIDDLE} {OUTSIDE}"], "kind": "wan"},
                "inner": {"ends": [f"{MIDDLE} {INSIDE}", f"{B} {WAN}"], "kind": "wan"},
                "lan-a": {"ends": [f"{A} {LAN}", "PC-A eth0"], "kind": "wan"},
                "lan-b": {"ends": [f"{B} {LAN}", "PC-B eth0"], "kind": "wan"},
            },
        }
    )


def middle() -> DeviceFacts:
    return DeviceFacts(
        MIDDLE,
        (
            Interface(OUTSIDE, port=OUTSIDE, address=given.address(f"{PUBLIC}/24"), nat="outside"),
            Interface(INSIDE, port=INSIDE, address=given.address("10.9.9.1/24"), nat="inside"),
        ),
        acls=(Acl("INSIDE", (Ace(10, True, source=given.wildcard("10.9.9.0/24")),)),),
        nat=(NatRule(acl="INSIDE", interface=OUTSIDE, overload=True),),
    )


def told(mode: str = "tunnel", **ipsec: object) -> dict[str, DeviceFacts]:
    """Both gateways; A's peer is the translator's outside, `ipsec` changes facts of both."""
    all_ = given.both() | {MIDDLE: middle()}
    a, b = all_[A], all_[B]
    tset = replace(given.TSET, mode=mode)  # type: ignore[arg-type]
    changes = {"transform_sets": (tset,)} | ipsec
    all_[A] = replace(
        a,
        static_routes=(given.route("172.16.1.0/24", str(PUBLIC)),),
        ipsec=replace(given.ipsec(PUBLIC), **changes),  # type: ignore[arg-type]
    )
    all_[B] = replace(
        given.with_interface(b, WAN, address=given.address(f"{B_PRIVATE}/24")),
        static_routes=(given.route("0.0.0.0/0", "10.9.9.1"),),
        ipsec=replace(given.ipsec(A_WAN), **changes),  # type: ignore[arg-type]
    )
    return all_


def up(**changes: object) -> Stage:
    stage = Stage(told(**changes), shape())  # type: ignore[arg-type]
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"
    return stage


def datagrams(stage: Stage, link: str = "wan") -> list[tuple[IPv4, Udp]]:
    packets = [IPv4.decode(frame[14:]) for _, frame, _ in stage.frames[link] if frame[12] == 8]
    packets = [packet for packet in packets if packet.protocol == 17]
    return [(packet, Udp.decode(packet.payload)) for packet in packets]


def test_through_a_translator_esp_travels_in_udp() -> None:
    stage = up()
    assert stage.ping("PC-B", PC_A) == "!!!!!"
    assert counts(stage, B) == (9, 9, 1)
    (seen,) = stage.told(B, NatChecked)
    assert (seen.local_behind_nat, seen.peer_behind_nat) == (True, False)
    protocols = {frame[23] for _, frame, _ in stage.frames["wan"] if frame[12:14] == b"\x08\0"}
    assert protocols == {17}
    ports = [udp.destination_port for packet, udp in datagrams(stage) if packet.dst == A_WAN]
    assert ports == [500, 500, *[4500] * (len(ports) - 2)]
    esp = [len(packet.encode()) for packet, udp in datagrams(stage) if not udp.summed]
    assert set(esp) == {196}, "the 188 bytes of a ping in a tunnel, and a UDP header"
    assert len(esp) == 18


def test_the_longest_packet_is_shorter_by_a_udp_header() -> None:
    stage = up()
    assert stage.ping(B, GW_A, GW_B, size=1406, df=True) == "!!!!!"
    assert stage.ping(B, GW_A, GW_B, size=1407, df=True) == "M.M.M"
    (pair,) = engine(stage, B).idents[0].pairs
    assert pair.plaintext_mtu(1500) == 1406


def test_a_packet_without_df_is_fragmented_before_it_is_sealed() -> None:
    stage = up()
    assert stage.ping(B, GW_A, GW_B, size=2500) == "!!!!!"
    assert max(len(frame) for _, frame, _ in stage.frames["wan"]) <= 1514


def test_from_outside_nobody_gets_in_until_the_inside_has_spoken() -> None:
    stage = Stage(told(), shape())
    assert stage.ping(A, GW_B, GW_A) == "....."
    stage.wait(70 * SECOND)
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"
    assert stage.ping(A, GW_B, GW_A) == "!!!!!"


def test_after_the_translator_forgot_the_inside_opens_it_again() -> None:
    stage = up()
    translator = stage.network.router(MIDDLE).nat
    assert translator is not None
    translator.reset()
    # Somebody else takes the ports meanwhile.
    for port in (500, 4500):
        translator._entry(17, ((IPv4Address("10.9.9.77"), port), (A_WAN, 1)), PUBLIC)
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"
    (_, moved) = stage.told(A, PortsChanged)
    assert moved.old == (4500, 4500)
    assert moved.new[1] not in (500, 4500)
    assert stage.ping(A, GW_B, GW_A) == "!!!!!"


def test_keepalives_hold_the_translation_open() -> None:
    stage = up(nat_keepalive=20)
    stage.wait(1000 * SECOND)
    quiet = [udp for _, udp in datagrams(stage) if udp.payload == b"\xff"]
    assert len(quiet) >= 49
    assert stage.ping(A, GW_B, GW_A) == "!!!!!"


def test_without_keepalives_the_translation_ends_and_the_outside_cannot_speak() -> None:
    stage = up()
    stage.wait(1000 * SECOND)
    assert stage.ping(A, GW_B, GW_A, count=2) == ".."
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"


def test_without_nat_transparency_esp_dies_at_a_port_translator() -> None:
    stage = Stage(told(nat_transparency=False), shape())
    assert stage.ping(B, GW_A, GW_B) == "....."
    assert state(stage, B) == ["QM_IDLE"]
    assert counts(stage, B)[1] == 0


def hosts(stage_told: dict[str, DeviceFacts]) -> dict[str, DeviceFacts]:
    """The two gateways themselves in transport mode, each by the addresses that it sees."""
    ends = {A: (A_WAN, PUBLIC), B: (B_PRIVATE, A_WAN)}
    for name, (here, there) in ends.items():
        one = stage_told[name]
        entry = given.permit(10, f"{here}/32", f"{there}/32")
        stage_told[name] = replace(one, acls=(Acl("VPN-TRAFFIC", (entry,)),))
    return stage_told


def test_transport_mode_mends_the_checksums_that_the_translator_could_not_see() -> None:
    stage = Stage(hosts(told(mode="transport")), shape())
    assert stage.ping(B, A_WAN) == ".!!!!"
    (pair,) = engine(stage, A).idents[0].pairs
    assert (pair.child.transform.mode, pair.child.transform.in_udp) == ("transport", True)
    got: list[Udp] = []
    stage[A].udp.bind(7, lambda datagram, packet, vrf: got.append(datagram))
    stage[B].udp.send(B_PRIVATE, 5000, A_WAN, 7, b"checked?")
    stage.wait(SECOND)
    assert [datagram.payload for datagram in got] == [b"checked?"]


@pytest.mark.needs("tshark")
def test_tshark_finds_ike_and_esp_on_port_4500(tshark: str, tmp_path: Path) -> None:
    stage = up(nat_keepalive=20)
    stage.wait(30 * SECOND)
    capture = stage.pcap("wan", tmp_path / "wan.pcap")
    assert shark.count(capture, shark.MALFORMED) == 0
    assert shark.count(capture, "udp.port == 4500 && isakmp") == 5
    assert shark.count(capture, "udp.port == 4500 && esp") == 8
    assert shark.count(capture, "udpencap.nat_keepalive") == 1
