"""Map, way and ladder need no lab: a snapshot by hand, or of a recording, is drawn like any."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from labkit.capture.decrypt import Decryptor
from labkit.capture.ike_reader import isakmp_of
from labkit.capture.recordings import open_recording
from labkit.capture.taps import Frame
from labkit.desk.ladder import drawing as ladder_drawing
from labkit.desk.ladder import text as ladder_text
from labkit.desk.ladder.model import of
from labkit.desk.map import drawing as map_drawing
from labkit.desk.map import text as map_text
from labkit.desk.map.text import way_text
from labkit.desk.map.way import Follower
from labkit.protocols.wire.ethernet import ETHERTYPE_IPV4, Ethernet
from labkit.protocols.wire.icmp import echo_request
from labkit.protocols.wire.ipv4 import ICMP, IPv4
from labkit.sim import (
    Address,
    Drop,
    IpsecEvent,
    LinkState,
    NodeState,
    Snapshot,
    Tunnel,
    TunnelEnd,
)

LEFT, RIGHT = "Left-Router", "Right-Router"
PORT = "GigabitEthernet0/1"
MACS = bytes.fromhex("02000000000a"), bytes.fromhex("02000000000b")


def node(name: str, column: float, address: str) -> NodeState:
    at = Address(PORT, address, True, PORT)
    return NodeState(name, "gateway", "customer gateway", "cisco_ios", "", (column, 1.0), (at,))


def by_hand(*ipsec: IpsecEvent, drops: tuple[Drop, ...] = ()) -> Snapshot:
    """Two gateways on one wire."""
    wire = LinkState("wire", "access", LEFT, PORT, RIGHT, PORT, "up", "", 0, *MACS)
    ends = tuple(TunnelEnd(each, "", "", (), 0, 0, False) for each in (LEFT, RIGHT))
    return Snapshot(
        "by hand", 0, (node(LEFT, 2, "192.0.2.1/24"), node(RIGHT, 5, "192.0.2.2/24")), (wire,),
        (), (), (), (), (), Tunnel("none", ends), drops=drops, ipsec=ipsec,
    )  # fmt: skip


def test_a_map_of_two_routers_that_nobody_simulates() -> None:
    shapes = map_drawing.draw(by_hand(), "IP")
    words = " ".join(each.markup() for each in shapes)
    assert "node:Left-Router" in words and "link:wire" in words and "192.0.2.0/24" in words
    assert "wire  Left-Router" in map_text.text(by_hand())


def test_a_packet_between_them_is_followed_to_where_it_ends() -> None:
    source, target = IPv4Address("192.0.2.1"), IPv4Address("198.51.100.9")
    packet = IPv4(source, target, ICMP, echo_request(1, 7).encode(), ttl=64)
    frame = Frame(0, 1_000, "wire", Ethernet(*MACS[::-1], ETHERTYPE_IPV4, packet.encode()).encode())
    drop = Drop(2_000, RIGHT, str(source), str(target), "no route")
    way = Follower(by_hand(drops=(drop,)), Decryptor(())).follow([frame])
    assert [(hop.source, hop.target) for hop in way.hops] == [(LEFT, RIGHT)]
    assert way_text(way).endswith("It ends at Right-Router: no route.")


def recorded() -> Iterator[IpsecEvent]:
    """What a recording of real gateways tells of IKE."""
    sides: dict[object, str] = {}
    for frame in open_recording("tunnel").packets("a-access"):
        found = isakmp_of(frame.data)
        if found is None:
            continue
        packet, message = found
        for address, name in ((packet.src, RIGHT), (packet.dst, LEFT)):
            sides.setdefault(address, name)
        there, here = sides[packet.src], sides[packet.dst]
        yield IpsecEvent(frame.time, there, "sending")
        yield IpsecEvent(frame.time, there, "sent", packet.src, packet.dst, message)
        yield IpsecEvent(frame.time, here, "received", packet.dst, packet.src, message)


def test_a_ladder_of_real_gateways_has_their_nine_messages() -> None:
    ladder = of(by_hand(*recorded()))
    assert [rung.name for rung in ladder.messages][:6] == [f"MM {n}" for n in range(1, 7)]
    assert all(rung.arrived is not None for rung in ladder.messages)
    assert "SA, VENDOR" in ladder_text.text(ladder)
    assert len(ladder_drawing.draw(ladder, {})) > 40
