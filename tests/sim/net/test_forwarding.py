"""The IPv4 path through gateways and hosts, without crypto."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from labkit.protocols.wire import icmp
from labkit.protocols.wire.ethernet import Ethernet
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import Ace, Acl, DeviceFacts, PortMatch, StaticRoute
from labkit.sim.net import events
from labkit.sim.net.clock import SECOND
from labkit.sim.net.link import LinkChange
from tests.sim.net import facts as given
from tests.sim.net.facts import A_WAN, B_WAN, GW_A, GW_B, PC_A, PC_B, A, B
from tests.sim.net.stage import Stage

ANYWHERE = IPv4Network("0.0.0.0/0")
CLEAR = given.both(crypto=False)


def clear(**changed: DeviceFacts) -> Stage:
    names = {"a": A, "b": B, "pc_a": "PC-A", "pc_b": "PC-B"}
    return Stage({**CLEAR, **{names[key]: told for key, told in changed.items()}})


def packets(stage: Stage, link: str) -> list[IPv4]:
    return [IPv4.decode(frame[14:]) for _, frame, _ in stage.frames[link]]


def without_routes(told: DeviceFacts) -> DeviceFacts:
    return replace(told, static_routes=())


def test_a_100_byte_ping_is_a_114_byte_frame_and_loses_a_hop_at_each_router() -> None:
    stage = clear()
    assert stage.ping("PC-B", PC_A) == "!!!!!"
    request = stage.frames["lan-a"][0][1]
    assert len(request) == 114
    assert IPv4.decode(request[14:]).ttl == 62


def test_without_a_route_a_gateway_says_host_unreachable_and_its_own_ping_goes_nowhere() -> None:
    stage = clear(b=without_routes(CLEAR[B]))
    assert stage.ping("PC-B", PC_A, count=1) == "U"
    assert stage.ping(B, PC_A) == "....."
    assert stage.frames["wan"] == []
    answer = packets(stage, "lan-b")[1]
    assert answer.src == GW_B
    assert icmp.Icmp.decode(answer.payload).code == icmp.HOST_UNREACHABLE


def test_ios_sends_an_unreachable_every_half_second_at_most() -> None:
    stage = clear(b=without_routes(CLEAR[B]))
    assert stage.ping("PC-B", PC_A, count=5) == "U.U.U"


def test_a_ttl_that_runs_out_is_answered_by_the_router_where_it_does() -> None:
    stage = clear()
    assert stage.ping("PC-B", PC_A, count=1, ttl=1) == "&"
    assert packets(stage, "lan-b")[-1].src == GW_B
    assert stage.ping("PC-B", PC_A, count=1, ttl=2) == "&"
    assert packets(stage, "lan-b")[-1].src == A_WAN
    assert stage.ping("PC-B", PC_A, count=1, ttl=3) == "!"


def test_a_closed_udp_port_is_unreachable() -> None:
    stage = clear()
    heard = []
    stage["PC-B"].icmp.listen(heard.append)
    stage["PC-B"].udp.send(PC_B, 40000, PC_A, 33434, b"probe")
    stage.wait(SECOND)
    assert heard[0].message.code == icmp.PORT_UNREACHABLE
    assert heard[0].ports == (40000, 33434)
    assert heard[0].source == PC_A


def test_an_unsourced_packet_takes_the_address_of_the_interface_it_leaves_by() -> None:
    stage = clear()
    assert stage[B].ip.source_for("", PC_A) == B_WAN
    assert stage[B].ip.source_for("", PC_B) == GW_B
    assert stage[B].ip.source_for("", IPv4Address("9.9.9.9")) is None


def test_a_large_packet_is_fragmented_and_put_together_by_its_destination() -> None:
    stage = clear()
    assert stage.ping("PC-B", PC_A, count=1, size=3000) == "!"
    sizes = [packet.total_length for packet in packets(stage, "wan")]
    assert sizes == [1500, 1500, 40, 1500, 1500, 40]


def test_df_beyond_the_interface_mtu_is_refused_with_the_mtu() -> None:
    stage = clear(b=given.with_interface(CLEAR[B], given.WAN, ip_mtu=1400))
    assert stage.ping("PC-B", PC_A, count=1, size=1400, df=True) == "!"
    assert stage.ping("PC-B", PC_A, count=1, size=1401, df=True) == "M"
    told = icmp.Icmp.decode(packets(stage, "lan-b")[-1].payload)
    assert told.mtu == 1400


def test_an_inbound_filter_counts_drops_and_says_prohibited() -> None:
    entries = (Ace(10, False, 1, log=True), Ace(20, True))
    told = replace(CLEAR[A], acls=(Acl("IN", entries),))
    stage = clear(a=given.with_interface(told, given.WAN, acl_in="IN"))
    assert stage.ping("PC-B", PC_A, count=3) == "U.U"
    assert stage[A].acl_hits == {("IN", 10): 3}
    assert [event.permitted for event in stage.told(A, events.AclLogged)] == [False] * 3
    answer = icmp.Icmp.decode(packets(stage, "lan-b")[1].payload)
    assert answer.code == icmp.ADMINISTRATIVELY_PROHIBITED


def test_an_outbound_filter_does_not_see_what_the_router_says_itself() -> None:
    told = replace(CLEAR[B], acls=(Acl("OUT", (Ace(10, False, 1),)),))
    stage = clear(b=given.with_interface(told, given.WAN, acl_out="OUT"))
    assert stage.ping("PC-B", PC_A, count=1) == "U"
    assert stage.ping(B, GW_A, count=1) == "!"


def test_an_interface_told_to_be_silent_about_unreachables_is() -> None:
    told = given.with_interface(without_routes(CLEAR[B]), given.LAN, unreachables=False)
    stage = clear(b=told)
    assert stage.ping("PC-B", PC_A, count=1) == "."


def test_ios_drops_the_packet_that_has_to_wait_for_arp_and_linux_keeps_it() -> None:
    stage = clear()
    for node in stage.network.nodes.values():
        for interface in node.interfaces.values():
            interface.arp.clear()
    assert stage.ping(B, A_WAN, count=2) == ".!"
    assert stage.ping("PC-B", GW_B, count=2) == "!!"


def test_a_host_learns_from_itself_that_nobody_answers_its_arp() -> None:
    stage = clear()
    assert stage.ping("PC-B", IPv4Address("172.16.1.77"), count=1, timeout=4 * SECOND) == "U"
    requests = [frame for _, frame, _ in stage.frames["lan-b"] if frame[12:14] == b"\x08\x06"]
    assert len(requests) == 3


def test_an_arp_entry_is_asked_for_again_after_four_hours_without_losing_a_packet() -> None:
    stage = clear()
    stage.wait(5 * 3600 * SECOND)
    assert stage.ping(B, A_WAN, count=2) == "!!"
    kinds = [Ethernet.decode(frame).ethertype for _, frame, _ in stage.frames["wan"]]
    assert 0x0806 in kinds


def test_shutting_an_interface_takes_its_carrier_from_the_far_end_and_its_routes() -> None:
    stage = clear()
    stage[A].configure(given.with_interface(CLEAR[A], given.WAN, enabled=False))
    assert stage[A].interfaces[given.WAN].status == "administratively down"
    assert stage[B].interfaces[given.WAN].status == "down"
    assert stage[B].lookup("", PC_A) is None
    changes = stage.told(B, events.LineProtocolChange)
    assert changes == [events.LineProtocolChange(given.WAN, False)]
    stage[A].configure(CLEAR[A])
    assert stage.ping(B, A_WAN, count=2) == ".!"


def test_a_cut_link_withdraws_routes_and_mending_brings_them_back() -> None:
    stage = clear()
    stage.network.set_link("wan", LinkChange(up=False))
    assert stage[B].lookup("", PC_A) is None
    stage.network.set_link("wan", LinkChange(up=True))
    assert stage[B].lookup("", PC_A) is not None


def test_a_link_with_a_smaller_mtu_than_its_ends_believe_is_a_black_hole() -> None:
    stage = clear()
    stage.network.set_link("wan", LinkChange(mtu=1400))
    assert stage.ping("PC-B", PC_A, count=1, size=1400, df=True) == "!"
    assert stage.ping("PC-B", PC_A, count=1, size=1401, df=True) == "."


def test_a_changed_configuration_keeps_what_it_does_not_touch() -> None:
    stage = clear()
    stage.ping("PC-B", PC_A)
    before = stage[B].interfaces[given.WAN]
    sent = before.counters.out_packets
    stage[B].configure(replace(CLEAR[B], acls=()))
    assert stage[B].interfaces[given.WAN] is before
    assert before.counters.out_packets == sent
    assert stage.ping("PC-B", PC_A, count=1) == "!"


def test_a_host_does_not_forward() -> None:
    stage = clear()
    told = replace(CLEAR["PC-B"], static_routes=(given.route("0.0.0.0/0", "172.16.1.1"),))
    stage["PC-B"].configure(told)
    frame = Ethernet(
        stage["PC-B"].ports["eth0"].mac,
        stage[B].ports[given.LAN].mac,
        0x0800,
        IPv4(PC_A, IPv4Address("9.9.9.9"), 17, bytes(20)).encode(),
    ).encode()
    link = stage.network.links["lan-b"]
    link.inject(frame, towards=stage["PC-B"].ports["eth0"].ref)
    stage.wait(SECOND)
    assert len(stage.frames["lan-b"]) == 1


def test_the_mss_of_a_syn_is_clamped_on_its_way_through() -> None:
    stage = clear(b=given.with_interface(CLEAR[B], given.WAN, adjust_mss=1360))
    accepted = []
    stage["PC-A"].tcp.listen(80, accepted.append)
    stage["PC-B"].tcp.connect(PC_A, 80)
    stage.wait(SECOND)
    sizes = [
        int.from_bytes(packet.payload[22:24], "big")
        for packet in packets(stage, "wan")
        if packet.payload[13] & 2
    ]
    assert sizes == [1360, 1460]
    assert len(accepted) == 1


def test_eq_matches_one_port_only_through_the_forwarding_path() -> None:
    entries = (Ace(10, False, 17, destination_port=PortMatch("eq", (33434,))), Ace(20, True))
    told = replace(CLEAR[A], acls=(Acl("IN", entries),))
    stage = clear(a=given.with_interface(told, given.WAN, acl_in="IN"))
    stage["PC-B"].udp.send(PC_B, 40000, PC_A, 33434, b"probe")
    stage["PC-B"].udp.send(PC_B, 40000, PC_A, 33435, b"probe")
    stage.wait(SECOND)
    assert stage[A].acl_hits == {("IN", 10): 1, ("IN", 20): 1}
    stage[A].filters.clear("IN")
    assert stage[A].acl_hits == {}


def test_a_reload_forgets_neighbours_and_counters_but_not_the_configuration() -> None:
    stage = clear()
    stage.ping("PC-B", PC_A)
    stage[B].reload()
    assert stage[B].interfaces[given.WAN].counters.in_packets == 0
    assert stage[B].interfaces[given.WAN].arp.entries == {}
    assert stage[B].booted == stage.network.clock.now
    stage.ping("PC-B", PC_A, count=3)
    assert stage.ping("PC-B", PC_A, count=1) == "!"


def test_the_same_seed_and_calls_give_the_same_frames() -> None:
    def run(seed: int) -> list[tuple[int, bytes, str]]:
        stage = Stage(given.both(), seed=seed)
        stage.ping(B, GW_A, GW_B)
        return stage.frames["wan"]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_events_name_what_was_dropped_and_why() -> None:
    stage = clear(b=without_routes(CLEAR[B]))
    stage.ping("PC-B", PC_A, count=1)
    drops = stage.told(B, events.Dropped)
    assert [(drop.reason, drop.packet.dst) for drop in drops] == [("no route", PC_A)]


def test_a_gateway_answers_arp_for_what_it_has_a_route_to() -> None:
    stage = clear()
    far = replace(CLEAR["PC-B"], static_routes=(StaticRoute(ANYWHERE, interface="eth0"),))
    stage["PC-B"].configure(far)
    assert stage.ping("PC-B", PC_A, count=1) == "!"
    stage[B].configure(given.with_interface(CLEAR[B], given.LAN, proxy_arp=False))
    stage["PC-B"].interfaces["eth0"].arp.clear()
    assert stage.ping("PC-B", PC_A, count=1, timeout=4 * SECOND) == "U"


def test_a_shutdown_is_told_of_even_while_the_cable_is_cut() -> None:
    stage = clear()
    stage.network.set_link("wan", LinkChange(up=False))
    stage[B].configure(given.with_interface(CLEAR[B], given.WAN, enabled=False))
    assert stage.told(B, events.InterfaceChange) == [
        events.InterfaceChange(given.WAN, "down"),
        events.InterfaceChange(given.WAN, "administratively down"),
    ]
    assert stage.told(B, events.LineProtocolChange) == [events.LineProtocolChange(given.WAN, False)]


def test_the_neighbours_of_a_router_that_reloads_see_their_carrier_go_and_come() -> None:
    stage = clear()
    stage[B].reload()
    changes = [event.up for event in stage.told(A, events.LineProtocolChange)]
    assert changes == [False, True]
