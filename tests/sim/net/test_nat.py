"""Inside source translation, and what it does to a crypto map."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import Ace, Acl, DeviceFacts, NatRule, StaticRoute
from labkit.sim.net.clock import SECOND
from labkit.sim.net.nat import Nat
from tests.sim.net import facts as given
from tests.sim.net.facts import B_WAN, GW_A, GW_B, LAN, PC_A, PC_B, WAN, A, B
from tests.sim.net.stage import Stage
from tests.sim.net.test_forwarding import packets
from tests.sim.net.tunnel import counts

PUBLIC = IPv4Address("198.51.100.20")
OVERLOAD = NatRule(acl="NAT", interface=WAN, overload=True)


def translating(told: DeviceFacts, *rules: NatRule, exempt: bool = False) -> DeviceFacts:
    """Site B with inside and outside interfaces and these rules."""
    entries: tuple[Ace, ...] = (Ace(20, True, source=given.wildcard("172.16.1.0/24")),)
    if exempt:
        entries = (replace(given.permit(10, "172.16.1.0/24", "192.168.1.0/24"), permit=False),
                   *entries)  # fmt: skip
    told = given.with_interface(told, LAN, nat="inside")
    told = given.with_interface(told, WAN, nat="outside")
    return replace(told, nat=rules, acls=(*told.acls, Acl("NAT", entries)))


def nat(stage: Stage) -> Nat:
    found = stage.network.router(B).nat
    assert found is not None
    return found


def clear(*rules: NatRule) -> Stage:
    told = given.both(crypto=False)
    # Site A knows no way back to 172.16.1.0: only a translated packet can be answered.
    homeless: tuple[StaticRoute, ...] = ()
    told[A] = replace(told[A], static_routes=homeless)
    told[B] = translating(told[B], *rules)
    return Stage(told)


def test_overload_lends_the_outside_address_to_the_inside() -> None:
    stage = clear(OVERLOAD)
    assert stage.ping("PC-B", PC_A) == "!!!!!"
    assert {packet.src for packet in packets(stage, "lan-a")} == {B_WAN, PC_A}
    (entry,) = nat(stage).translations()
    assert (entry.inside_local[0], entry.inside_global[0]) == (PC_B, B_WAN)
    assert entry.outside[0] == PC_A


def test_a_ping_of_the_routers_own_from_its_inside_address_is_translated_too() -> None:
    stage = clear(OVERLOAD)
    assert stage.ping(B, PC_A, GW_B) == "!!!!!"
    assert stage.ping(B, PC_A, B_WAN) == "!!!!!"
    assert len(nat(stage).translations()) == 1


def test_two_flows_with_one_port_get_two_ports() -> None:
    stage = clear(OVERLOAD)
    for source in (PC_B, GW_B):
        node = stage["PC-B"] if source == PC_B else stage[B]
        node.udp.send(source, 5000, PC_A, 33434, b"x")
    stage.wait(SECOND)
    ports = sorted(entry.inside_global[1] for entry in nat(stage).translations())
    assert ports == [5000, 5001]


def test_tcp_passes_and_its_entry_goes_soon_after_it_is_closed() -> None:
    stage = clear(OVERLOAD)
    got: list[bytes] = []

    def accept(connection) -> None:
        connection.on_data = got.append
        connection.on_close = lambda reason: connection.close()

    stage["PC-A"].tcp.listen(80, accept)
    client = stage["PC-B"].tcp.connect(PC_A, 80)
    assert client is not None
    stage.wait(SECOND)
    client.send(b"GET /")
    client.close()
    stage.wait(SECOND)
    assert got == [b"GET /"]
    assert nat(stage).translations()[0].closing
    stage.wait(61 * SECOND)
    assert nat(stage).translations() == []


def test_an_error_about_a_translated_packet_finds_its_way_inside() -> None:
    stage = clear(OVERLOAD)
    heard = []
    stage["PC-B"].icmp.listen(heard.append)
    stage["PC-B"].udp.send(PC_B, 5000, PC_A, 33434, b"x")
    stage.wait(SECOND)
    assert heard[0].ports == (5000, 33434)
    assert heard[0].original.src == PC_B


def test_a_static_translation_works_both_ways() -> None:
    stage = clear(NatRule(static=(PC_B, PUBLIC)))
    # Site A has to ask for the new address first.
    assert stage.ping("PC-B", PC_A, count=2) == ".!"
    assert IPv4.decode(stage.frames["lan-a"][0][1][14:]).src == PUBLIC
    assert stage.ping("PC-A", PUBLIC, count=1) == "!"
    assert IPv4.decode(stage.frames["lan-b"][-1][1][14:]).src == PC_B


def test_what_nobody_asked_for_does_not_come_in() -> None:
    stage = clear(OVERLOAD)
    assert stage.ping("PC-A", B_WAN, count=1) == "!"
    assert nat(stage).translations() == []


def test_icmp_entries_last_a_minute() -> None:
    stage = clear(OVERLOAD)
    stage.ping("PC-B", PC_A, count=1)
    stage.wait(61 * SECOND)
    assert nat(stage).translations() == []


def test_a_translated_packet_misses_the_crypto_map() -> None:
    told = given.both()
    told[B] = translating(told[B], OVERLOAD)
    stage = Stage(told)
    assert stage.ping("PC-B", PC_A, count=2) == "!!"
    assert {packet.protocol for packet in packets(stage, "wan")} == {1}
    assert counts(stage, B) == (0, 0, 0)
    assert ("VPN-TRAFFIC", 10) not in stage[B].acl_hits


def test_an_exemption_in_the_nat_list_brings_it_back() -> None:
    told = given.both()
    told[B] = translating(told[B], OVERLOAD, exempt=True)
    stage = Stage(told)
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"
    assert stage.ping("PC-B", PC_A) == "!!!!!"
    assert nat(stage).translations() == []
