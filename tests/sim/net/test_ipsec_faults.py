"""What edits, clears, expiry and wrong configurations do to a tunnel."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from labkit.protocols.ike import Role
from labkit.protocols.ike.events import KeyMissing, NoPolicyAccepted, ProposalRefused
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import (
    Ace,
    Acl,
    CryptoMap,
    CryptoMapEntry,
    IsakmpKey,
    PortMatch,
    Wildcard,
)
from labkit.sim.net import events
from labkit.sim.net.clock import SECOND
from labkit.sim.net.link import LinkChange
from tests.sim.net import facts as given
from tests.sim.net.facts import A_WAN, B_WAN, GW_A, GW_B, PC_A, PC_B, A, B
from tests.sim.net.tunnel import (
    LOOP_B,
    counts,
    engine,
    last_esp,
    protocols,
    state,
    tunnel,
    up,
    with_acl,
    with_entry,
    with_ipsec,
)

# --------------------------------------------------------------------------- edits and clears


def test_an_edited_access_list_ends_the_sas_at_both_ends() -> None:
    stage = up()
    told = given.gateway(B)
    extra = given.permit(20, "10.16.16.0/24", "10.15.15.0/24")
    stage[B].configure(with_acl(told, *told.acls[0].entries, extra))
    stage.wait(SECOND)
    assert engine(stage, B).ike.children() == []
    assert engine(stage, A).ike.children() == []
    assert state(stage, B) == ["QM_IDLE"]
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"


def test_a_removed_map_lets_packets_out_in_the_clear_and_the_peer_drops_them() -> None:
    stage = up()
    stage[B].configure(given.with_interface(given.gateway(B), given.WAN, crypto_map=None))
    stage.wait(SECOND)
    assert engine(stage, B).idents == ()
    stage.frames["wan"].clear()
    assert stage.ping(B, GW_A, GW_B, count=2) == ".."
    assert set(protocols(stage)) == {1}
    assert len(stage.told(A, events.NotIpsec)) == 2


def test_a_changed_transform_set_counts_only_after_a_clear() -> None:
    stage = up()
    weak = replace(given.TSET, integrity="esp-sha-hmac")
    for name in (A, B):
        stage[name].configure(with_ipsec(given.gateway(name), transform_sets=(weak,)))
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"
    pair = engine(stage, B).idents[0].current
    assert pair is not None
    assert pair.child.transform.integrity == "esp-sha512-hmac"
    engine(stage, B).clear_sas()
    stage.wait(SECOND)
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"
    pair = engine(stage, B).idents[0].current
    assert pair is not None
    assert pair.child.transform.integrity == "esp-sha-hmac"


def test_clearing_phase_1_leaves_the_esp_sas_alone() -> None:
    stage = up()
    engine(stage, B).clear_isakmp()
    stage.wait(SECOND)
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"


def test_clearing_counters_leaves_the_sas_alone() -> None:
    stage = up()
    engine(stage, B).clear_counters()
    assert counts(stage, B) == (0, 0, 0)
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"


def test_unused_sas_expire_by_time_and_are_made_anew() -> None:
    stage = up()
    stage.wait(3601 * SECOND)
    assert len(engine(stage, B).idents[0].pairs) == 1
    stage.wait(3601 * SECOND)
    assert engine(stage, B).idents[0].pairs == []
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"


def test_sas_expire_by_volume_and_are_made_anew() -> None:
    told = with_ipsec(given.gateway(B), lifetime_kilobytes=3)
    stage = up(b=told)
    marks = stage.ping("PC-B", PC_A, count=5, size=1000)
    assert "." in marks
    assert marks.count("!") >= 3
    assert len(engine(stage, B).children_ever) > 1


def test_a_dead_line_leaves_both_ends_believing_in_the_tunnel() -> None:
    stage = up()
    stage.network.set_link("wan", LinkChange(loss=1.0))
    assert stage.ping(B, GW_A, GW_B) == "....."
    assert state(stage, A) == state(stage, B) == ["QM_IDLE"]
    assert counts(stage, B) == (9, 4, 1)


# --------------------------------------------------------------------------- faults


def test_different_keys_leave_both_in_key_exchange() -> None:
    stage = tunnel(b=with_ipsec(given.gateway(B), keys=(IsakmpKey("other", A_WAN),)))
    assert stage.ping(B, GW_A, GW_B) == "....."
    assert state(stage, B) == state(stage, A) == ["MM_KEY_EXCH"]
    stage.wait(200 * SECOND)
    assert state(stage, B) == []


def test_no_key_for_the_peer_is_no_packet_and_no_sa() -> None:
    stage = tunnel(b=with_ipsec(given.gateway(B), keys=(IsakmpKey("x", PC_A),)))
    assert stage.ping(B, GW_A, GW_B) == "....."
    assert stage.frames["wan"] == []
    assert len(stage.told(B, KeyMissing)) == 5
    assert counts(stage, B) == (0, 0, 5)


def test_different_policies_end_where_they_begin() -> None:
    other = replace(given.POLICY, group=14)
    stage = tunnel(a=with_ipsec(given.gateway(A), policies=(other,)))
    assert stage.ping(B, GW_A, GW_B) == "....."
    assert state(stage, B) == ["MM_NO_STATE"]
    assert stage.told(A, NoPolicyAccepted)


def test_different_transform_sets_are_refused_in_phase_2() -> None:
    other = replace(given.TSET, cipher="esp-3des", key_bits=None)
    stage = tunnel(a=with_ipsec(given.gateway(A), transform_sets=(other,)))
    assert stage.ping(B, GW_A, GW_B) == "....."
    assert state(stage, B) == state(stage, A) == ["QM_IDLE"]
    assert 50 not in protocols(stage)
    assert stage.told(A, ProposalRefused)[0].refusal.name == "TRANSFORM"


def test_access_lists_that_do_not_mirror_work_from_the_narrow_side_only() -> None:
    wide = given.permit(10, "192.168.0.0/16", "172.16.0.0/16")
    stage = tunnel(a=with_acl(given.gateway(A), wide))
    assert stage.ping(A, GW_B, GW_A) == "....."
    assert stage.told(B, ProposalRefused)[0].refusal.name == "PROXY_IDENTITIES"
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"
    assert stage.ping(A, GW_B, GW_A) == "!!!!!"
    assert [ident.derived for ident in engine(stage, A).idents] == [False, True]


def test_a_netmask_typed_as_wildcard_sends_packets_out_in_the_clear() -> None:
    mask = IPv4Address("255.255.255.0")
    wrong = Ace(10, True, None, Wildcard(IPv4Address(0), mask), Wildcard(IPv4Address(0), mask))
    stage = tunnel(b=with_acl(given.gateway(B), wrong))
    assert stage.ping(B, GW_A, GW_B, count=2) == ".."
    assert protocols(stage) == [1, 1]
    assert stage[B].acl_hits == {}
    assert stage.ping(A, GW_B, GW_A, count=2) == ".."
    assert stage.told(B, ProposalRefused)[0].refusal.name == "PROXY_IDENTITIES"


def test_a_reversed_access_list_is_never_hit() -> None:
    stage = tunnel(b=with_acl(given.gateway(B), given.gateway(A).acls[0].entries[0]))
    assert stage.ping(B, GW_A, GW_B, count=2) == ".."
    assert protocols(stage) == [1, 1]
    assert counts(stage, B) == (0, 0, 0)


@pytest.mark.parametrize("missing", [{"acl": None}, {"peers": ()}])
def test_an_incomplete_entry_protects_nothing(missing: dict[str, object]) -> None:
    stage = tunnel(b=with_entry(given.gateway(B), **missing))
    assert engine(stage, B).idents == ()
    stage.ping(B, GW_A, GW_B, count=1)
    assert protocols(stage) == [1]


def test_without_a_map_at_the_far_end_nobody_answers_on_port_500() -> None:
    stage = tunnel(b=given.with_interface(given.gateway(B), given.WAN, crypto_map=None))
    assert stage.ping(A, GW_B, GW_A) == "....."
    assert state(stage, A) == ["MM_NO_STATE"]
    assert state(stage, B) == []


def test_a_map_on_the_wrong_interface_refuses_phase_2() -> None:
    told = given.with_interface(given.gateway(B), given.WAN, crypto_map=None)
    stage = tunnel(b=given.with_interface(told, given.LAN, crypto_map="VPN-MAP"))
    assert stage.ping(A, GW_B, GW_A) == "....."
    assert state(stage, A) == ["QM_IDLE"]
    assert stage.told(B, ProposalRefused)[0].refusal.name == "INVALID_LOCAL_ADDRESS"


def test_a_peer_that_is_not_there_is_tried_five_times_more() -> None:
    nobody = IPv4Address("198.51.100.3")
    told = with_entry(given.gateway(B), peers=(nobody,))
    told = with_ipsec(told, keys=(IsakmpKey("x", nobody),))
    stage = tunnel(b=told)
    stage.ping(B, GW_A, GW_B)
    stage.wait(120 * SECOND)
    assert stage.told(B, events.Dropped)[0].reason == "no IPsec SA"
    assert 50 not in protocols(stage)


def test_the_next_peer_of_an_entry_is_tried_when_the_first_does_not_answer() -> None:
    nobody = IPv4Address("198.51.100.3")
    told = with_entry(given.gateway(B), peers=(nobody, A_WAN))
    keys = (IsakmpKey("x", nobody), *told.ipsec.keys)
    stage = tunnel(b=with_ipsec(told, keys=keys))
    stage.ping(B, GW_A, GW_B)
    stage.wait(120 * SECOND)
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"


def test_esp_stopped_by_a_filter_leaves_the_tunnel_up_and_one_way() -> None:
    entries = (Ace(10, True, 17, destination_port=PortMatch("eq", (500,))), Ace(20, False, 50))
    told = given.gateway(B)
    told = replace(told, acls=(*told.acls, Acl("IN", entries)))
    stage = tunnel(b=given.with_interface(told, given.WAN, acl_in="IN"))
    assert stage.ping(A, GW_B, GW_A) == "....."
    assert state(stage, A) == ["QM_IDLE"]
    assert counts(stage, A) == (4, 0, 1)
    assert counts(stage, B) == (0, 0, 0)
    assert stage[B].acl_hits[("IN", 20)] == 4


def test_the_filter_sees_esp_and_not_what_is_inside() -> None:
    entries = (
        Ace(10, True, 17, destination_port=PortMatch("eq", (500,))),
        Ace(20, True, 50),
        Ace(30, False),
    )
    told = given.gateway(A)
    told = replace(told, acls=(*told.acls, Acl("IN", entries)))
    stage = up(a=given.with_interface(told, given.WAN, acl_in="IN"))
    assert stage[A].acl_hits[("IN", 20)] == 4
    assert ("IN", 30) not in stage[A].acl_hits


def test_of_two_entries_with_one_access_list_only_the_first_is_ever_used() -> None:
    first = CryptoMapEntry(100, (A_WAN,), ("TSET",), "VPN-TRAFFIC")
    second = CryptoMapEntry(200, (PC_A,), ("TSET",), "VPN-TRAFFIC")
    told = with_ipsec(given.gateway(B), maps=(CryptoMap("VPN-MAP", (second, first)),))
    stage = up(b=told)
    by_entry = {ident.rule.entry.sequence: ident for ident in engine(stage, B).idents}
    assert by_entry[100].counters.encaps == 4
    assert by_entry[200].counters.encaps == 0


def test_a_deny_passes_a_packet_on_to_the_next_entry() -> None:
    told = given.gateway(B)
    deny = Ace(5, False, None, given.wildcard("172.16.1.0/24"), given.wildcard("192.168.1.0/24"))
    maps = (
        CryptoMap(
            "VPN-MAP",
            (
                CryptoMapEntry(50, (PC_A,), ("TSET",), "FIRST"),
                CryptoMapEntry(100, (A_WAN,), ("TSET",), "VPN-TRAFFIC"),
            ),
        ),
    )
    lists = (Acl("FIRST", (deny, Ace(10, True))), *told.acls)
    stage = tunnel(b=with_ipsec(replace(told, acls=lists), maps=maps))
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"


def test_transport_mode_on_one_side_still_makes_a_tunnel() -> None:
    tset = replace(given.TSET, mode="transport")
    stage = up(b=with_ipsec(given.gateway(B), transform_sets=(tset,)))
    pair = engine(stage, B).idents[0].current
    assert pair is not None
    assert pair.child.transform.mode == "tunnel"


def test_a_loopback_can_be_the_local_address_of_a_map() -> None:
    entry = CryptoMapEntry(100, (LOOP_B,), ("TSET",), "VPN-TRAFFIC")
    a = with_ipsec(
        given.gateway(A),
        maps=(CryptoMap("VPN-MAP", (entry,)),),
        keys=(IsakmpKey("k", LOOP_B),),
    )
    b = given.gateway(B)
    named = CryptoMap("VPN-MAP", b.ipsec.maps[0].entries, local_interface="Loopback0")
    stage = up(a=a, b=with_ipsec(b, maps=(named,), keys=(IsakmpKey("k", A_WAN),)))
    outer = IPv4.decode(last_esp(stage)[14:])
    assert (outer.src, outer.dst) == (LOOP_B, A_WAN)


def test_whoever_starts_is_the_initiator() -> None:
    stage = up()
    (at_b,) = engine(stage, B).ike.ike_sas(stage.network.clock.now)
    (at_a,) = engine(stage, A).ike.ike_sas(stage.network.clock.now)
    assert (at_b.role, at_a.role) == (Role.INITIATOR, Role.RESPONDER)
    assert at_b.initiator == at_a.initiator == B_WAN
    assert stage.ping("PC-A", PC_B) == "!!!!!"
