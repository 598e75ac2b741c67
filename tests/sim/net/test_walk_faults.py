"""Faults that need the whole lab to be seen: what each end and the mirror get of them."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from labkit.protocols.ike.events import ProposalRefused, Retransmitted
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model import facts as f
from labkit.sim.net import events
from labkit.sim.net.clock import SECOND
from tests.sim.net import provider_facts
from tests.sim.net.facts import GW_A, GW_B, LAN, PC_A, PC_B, WAN, A, B, with_interface
from tests.sim.net.stage import Stage
from tests.sim.net.test_walk import OUTSIDE_A, SECOND_B, customers, lab, protected, protocols
from tests.sim.net.tunnel import counts, engine, state

UDP_500 = f.PortMatch("eq", (500,))


def without_route(told: f.DeviceFacts, prefix: str) -> f.DeviceFacts:
    gone = IPv4Network(prefix)
    return replace(told, static_routes=tuple(r for r in told.static_routes if r.prefix != gone))


def filtered(told: f.DeviceFacts, *entries: f.Ace) -> f.DeviceFacts:
    """The facts with an inbound filter on the WAN interface that permits what it does not name."""
    last = f.Ace(999, True)
    told = replace(told, acls=(*told.acls, f.Acl("IN", (*entries, last))))
    return with_interface(told, WAN, acl_in="IN")


def with_peer(told: f.DeviceFacts, peer: IPv4Address) -> f.DeviceFacts:
    """Another peer, with a key for it."""
    ipsec = told.ipsec
    entry = replace(ipsec.maps[0].entries[0], peers=(peer,))
    keys = (replace(ipsec.keys[0], address=peer),)
    maps = (replace(ipsec.maps[0], entries=(entry,)),)
    return replace(told, ipsec=replace(ipsec, maps=maps, keys=keys))


def test_a_map_that_is_not_applied_shows_the_lan_on_the_mirror_and_r6_drops_it() -> None:
    stage = lab(b=with_interface(protected(B), WAN, crypto_map=None))
    assert stage.ping("PC-B", PC_A) == "....."
    assert {packet.src for packet in customers(stage, "sniffer")} >= {PC_B}
    assert stage.told(A, events.NotIpsec) == []
    assert stage.ping(A, GW_B, GW_A) == "....."
    assert state(stage, A) == ["MM_NO_STATE"]


def test_without_a_route_on_a_the_tunnel_is_a_one_way_street() -> None:
    stage = lab(a=without_route(protected(A), "172.16.1.0/24"))
    assert stage.ping(B, GW_A, GW_B) == "....."
    assert counts(stage, B) == (4, 0, 1)
    assert counts(stage, A) == (0, 4, 0)


def test_a_peer_that_owns_no_map_completes_phase_1_and_refuses_phase_2() -> None:
    stage = lab(a=with_peer(protected(A), SECOND_B))
    assert stage.ping(A, GW_B, GW_A) == "....."
    assert state(stage, A) == ["QM_IDLE"]
    assert stage.told(B, ProposalRefused)[0].refusal.name == "INVALID_LOCAL_ADDRESS"


def test_a_peer_that_does_not_exist_is_retransmitted_to_five_times() -> None:
    stage = lab(a=with_peer(protected(A), IPv4Address("198.51.100.3")))
    assert stage.ping(A, GW_B, GW_A) == "....."
    assert state(stage, A) == ["MM_NO_STATE"]
    stage.wait(60 * SECOND)
    assert [event.attempt for event in stage.told(A, Retransmitted)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("blocked", "responder"), [(B, []), (A, ["MM_SA_SETUP"])])
def test_udp_500_blocked_leaves_the_initiator_without_state(
    blocked: str, responder: list[str]
) -> None:
    deny = f.Ace(10, False, 17, destination_port=UDP_500)
    stage = lab(**{"b" if blocked == B else "a": filtered(protected(blocked), deny)})
    assert stage.ping(A, GW_B, GW_A) == "....."
    assert state(stage, A) == ["MM_NO_STATE"]
    assert state(stage, B) == responder
    assert stage[blocked].acl_hits[("IN", 10)] > 0


def test_an_unsourced_ping_is_a_decoy() -> None:
    stage = lab()
    assert stage.ping(B, OUTSIDE_A) == "!!!!!"
    assert protocols(stage, "sniffer") == {1}
    assert stage.ping(B, PC_A) == "UUUUU"


def test_translation_before_encryption_lets_the_unreachable_find_its_way_to_the_pc() -> None:
    told = protected(B)
    told = with_interface(with_interface(told, LAN, nat="inside"), WAN, nat="outside")
    source = f.Wildcard(IPv4Address("172.16.1.0"), IPv4Address("0.0.0.255"))
    told = replace(
        told,
        acls=(*told.acls, f.Acl("NAT", (f.Ace(10, True, source=source),))),
        nat=(f.NatRule(acl="NAT", interface=WAN, overload=True),),
    )
    stage = lab(b=told)
    assert stage.ping("PC-B", PC_A) == "UUUUU"
    assert ("VPN-TRAFFIC", 10) not in stage[B].acl_hits
    assert counts(stage, B) == (0, 0, 0)


def transfer(stage: Stage, size: int) -> int:
    """Bytes that PC-A gets of `size` that PC-B sends."""
    got: list[bytes] = []

    def accept(connection) -> None:
        connection.on_data = got.append

    stage["PC-A"].tcp.listen(80, accept)
    client = stage["PC-B"].tcp.connect(PC_A, 80)
    assert client is not None
    stage.wait(10 * SECOND)
    client.send(bytes(size))
    stage.wait(60 * SECOND)
    return sum(map(len, got))


def test_tcp_finds_the_tunnels_mtu_by_itself() -> None:
    stage = lab()
    stage.ping(B, GW_A, GW_B)
    assert transfer(stage, 20000) == 20000
    sizes = [len(frame) - 14 for _, frame, _ in stage.frames["lan-a"]]
    assert max(sizes) == 1422


def test_with_adjust_mss_no_segment_is_ever_too_long() -> None:
    stage = lab(b=with_interface(protected(B), LAN, adjust_mss=1360))
    stage.ping(B, GW_A, GW_B)
    before = len(stage.told(B, events.Dropped))
    assert transfer(stage, 20000) == 20000
    assert len(stage.told(B, events.Dropped)) == before
    sizes = [IPv4.decode(frame[14:]).total_length for _, frame, _ in stage.frames["lan-a"]]
    assert max(sizes) == 1400


def test_esp_held_back_beyond_the_window_is_a_replay_error() -> None:
    stage = lab()
    stage.ping(B, GW_A, GW_B)
    spec = stage.network.links["a-access"].spec
    held = [f for _, f, node in stage.frames["a-access"] if node == "R1" and f[23] == 50][-1]
    assert stage.ping(B, GW_A, GW_B, count=70) == "!" * 70
    stage.network.links["a-access"].inject(held, towards=spec.far_end("R1"))
    stage.wait(SECOND)
    (error,) = stage.told(A, events.ReplayError)
    assert error.sequence == 4
    assert engine(stage, A).idents[0].counters.recv_errors == 1


def test_a_wrong_target_at_r2_lets_site_as_packets_die_there() -> None:
    r2 = provider_facts.provider(2)
    vrf = replace(r2.vrfs[0], import_targets=frozenset({"target:65000:999"}))
    stage = lab(R2=replace(r2, vrfs=(vrf,)))
    assert stage.ping(A, IPv4Address("10.16.16.16"), IPv4Address("10.15.15.15")) == "UUUUU"
    assert stage["R2"].lookup("100", IPv4Address("10.16.16.16")) is None
