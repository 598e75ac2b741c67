"""Quick mode and the informational exchange between two machines."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from labkit.protocols.ike import Phase2Terms, Refusal, Role, Selector
from labkit.protocols.ike.configuration import TransformSet
from labkit.protocols.ike.events import (
    DeleteReceived,
    IkeSaDeleted,
    NodeDeleted,
    NotifyReceived,
    ProposalRefused,
    RequestFailed,
    SaDeleted,
    SaInstalled,
    StateChanged,
)
from tests.protocols.ike.pair import LAN_A, LAN_B, LATENCY, TSET, A, B, Pair

GCM = TransformSet("GCM", "esp-gcm", 256)


def up(pair: Pair) -> None:
    pair.ask()
    pair.run()


def test_the_two_ends_have_each_others_keys_and_spis(pair: Pair) -> None:
    up(pair)
    (a,), (b,) = pair.a.children(), pair.b.children()
    assert (a.inbound_spi, a.outbound_spi) == (b.outbound_spi, b.inbound_spi)
    assert (a.inbound_key, a.inbound_integrity_key) == (b.outbound_key, b.outbound_integrity_key)
    assert (a.outbound_key, a.outbound_integrity_key) == (b.inbound_key, b.inbound_integrity_key)
    assert (len(a.inbound_key), len(a.inbound_integrity_key)) == (32, 64)
    assert a.inbound_key != a.outbound_key
    assert (a.local_selector, a.remote_selector) == (LAN_A, LAN_B)
    assert pair.maps[A].asked == [(LAN_A, LAN_B)]
    assert (a.role, b.role, a.transform.mode) == (Role.RESPONDER, Role.INITIATOR, "tunnel")


def test_the_responder_can_receive_before_it_may_send(pair: Pair) -> None:
    up(pair)
    for address in (A, B):
        directions = [event.direction for event in pair.told(address, SaInstalled)]
        assert directions == ["inbound", "outbound"]
    steps = [event.new for event in pair.told(A, StateChanged) if event.message_id]
    assert steps == ["IKE_QM_SPI_STARVE", "IKE_QM_R_QM2", "IKE_QM_PHASE2_COMPLETE"]
    steps = [event.new for event in pair.told(B, StateChanged) if event.message_id]
    assert steps == ["IKE_QM_I_QM1", "IKE_QM_PHASE2_COMPLETE"]


@pytest.mark.parametrize(
    "refusal",
    [Refusal.NO_MATCHING_MAP, Refusal.PROXY_IDENTITIES, Refusal.INVALID_LOCAL_ADDRESS],
)
def test_what_no_crypto_map_allows_is_refused_and_phase_1_stays(
    pair: Pair, refusal: Refusal
) -> None:
    pair.maps[A].answer = refusal
    up(pair)
    assert [event.refusal for event in pair.told(A, ProposalRefused)] == [refusal]
    (note,) = pair.told(B, NotifyReceived)
    assert (note.name, note.protocol, note.authenticated) == ("PROPOSAL_NOT_CHOSEN", 3, True)
    assert [node.reason for node in pair.told(A, NodeDeleted)] == ["QM rejected"]
    assert [node.reason for node in pair.told(B, NodeDeleted) if node.error] == ["Delete Larval"]
    assert pair.told(B, RequestFailed)
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])
    assert pair.a.children() == pair.b.children() == []


@pytest.mark.parametrize(
    "other",
    [
        replace(TSET, key_bits=128),
        replace(TSET, integrity="esp-sha-hmac"),
        replace(TSET, cipher="esp-3des", key_bits=None),
        replace(TSET, mode="transport", require_mode=True),
        GCM,
    ],
)
def test_a_transform_set_that_differs_is_refused(pair: Pair, other: TransformSet) -> None:
    pair.maps[A].answer = Phase2Terms((other,))
    up(pair)
    (refused,) = pair.told(A, ProposalRefused)
    assert refused.refusal is Refusal.TRANSFORM
    assert [offer.cipher for offer in refused.offers] == ["esp-aes"]


def test_after_a_refusal_the_next_request_tries_again_at_once(pair: Pair) -> None:
    pair.maps[A].answer = Refusal.NO_MATCHING_MAP
    up(pair)
    pair.maps[A].answer = Phase2Terms((TSET,))
    up(pair)
    assert len(pair.a.children()) == len(pair.b.children()) == 1


def test_a_request_under_way_is_not_made_twice(pair: Pair) -> None:
    pair.ask()
    pair.ask()
    pair.run()
    assert len(pair.sent) == 9


def test_two_requests_share_one_phase_1(pair: Pair) -> None:
    pair.ask()
    pair.ask(local_selector=Selector(B))
    pair.run()
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])
    assert len(pair.a.children()) == 2


@pytest.mark.parametrize(
    "tset",
    [
        GCM,
        replace(TSET, key_bits=192, integrity="esp-sha384-hmac"),
        replace(TSET, cipher="esp-3des", key_bits=None, integrity="esp-md5-hmac"),
        replace(TSET, cipher="esp-des", key_bits=None, integrity="esp-sha-hmac"),
        replace(TSET, cipher="esp-null", key_bits=None, integrity="esp-sha256-hmac"),
        replace(TSET, integrity=None),
    ],
)
def test_every_transform_set_can_be_agreed(pair: Pair, tset: TransformSet) -> None:
    pair.maps[A].answer = Phase2Terms((replace(TSET, key_bits=128), tset))
    pair.ask(transform_sets=(tset,))
    pair.run()
    (a,), (b,) = pair.a.children(), pair.b.children()
    assert a.transform == b.transform
    assert (a.transform.cipher, a.transform.integrity) == (tset.cipher, tset.integrity)


@pytest.mark.parametrize("group", [2, 14, 19])
def test_pfs_gives_each_quick_mode_its_own_secret(pair: Pair, group: int) -> None:
    pair.maps[A].answer = Phase2Terms((TSET,), pfs_group=group)
    pair.ask(pfs_group=group)
    pair.run()
    (a,), (b,) = pair.a.children(), pair.b.children()
    assert (a.pfs_group, a.inbound_key) == (group, b.outbound_key)
    (secrets,) = pair.a.secrets()
    assert secrets.quick_modes == pair.b.secrets()[0].quick_modes
    assert secrets.quick_modes[0].shared


@pytest.mark.parametrize(
    ("asked", "wanted", "works"), [(None, 14, False), (14, None, True), (2, 14, False)]
)
def test_pfs_is_refused_only_if_the_responder_demands_it(
    pair: Pair, asked: int | None, wanted: int | None, works: bool
) -> None:
    pair.maps[A].answer = Phase2Terms((TSET,), pfs_group=wanted)
    pair.ask(pfs_group=asked)
    pair.run()
    assert bool(pair.a.children()) is works
    refusals = [event.refusal for event in pair.told(A, ProposalRefused)]
    assert refusals == ([] if works else [Refusal.PFS])


def test_transport_mode_is_used_between_the_peers_themselves_only(pair: Pair) -> None:
    transport = replace(TSET, mode="transport")
    pair.maps[A].answer = Phase2Terms((transport,))
    pair.ask(transform_sets=(transport,))
    pair.ask(transform_sets=(transport,), local_selector=Selector(B), remote_selector=Selector(A))
    pair.run()
    assert [child.transform.mode for child in pair.a.children()] == ["tunnel", "transport"]


def test_transport_on_one_side_only_is_a_decoy(pair: Pair) -> None:
    pair.ask(transform_sets=(replace(TSET, mode="transport"),))
    pair.run()
    assert [child.transform.mode for child in pair.a.children()] == ["tunnel"]


def test_a_mask_that_is_no_prefix_reaches_the_other_side_as_typed(pair: Pair) -> None:
    odd = Selector(IPv4Address(0), IPv4Address("0.0.0.255"))
    pair.ask(local_selector=odd)
    pair.run()
    assert pair.maps[A].asked == [(LAN_A, odd)]


def test_the_shorter_esp_lifetime_is_used_at_both_ends(pair: Pair) -> None:
    pair.maps[A].answer = Phase2Terms((TSET,), lifetime_seconds=120, lifetime_kilobytes=9000)
    up(pair)
    (a,), (b,) = pair.a.children(), pair.b.children()
    assert (a.lifetime_seconds, a.lifetime_kilobytes) == (120, 9000)
    assert (b.lifetime_seconds, b.lifetime_kilobytes) == (120, 9000)
    pair.run(121)
    assert pair.a.children() == pair.b.children() == []
    assert {event.reason for event in pair.told(A, SaDeleted)} == {"lifetime expired"}


def test_clearing_the_esp_sas_deletes_them_at_the_peer_too(pair: Pair) -> None:
    up(pair)
    for child in pair.b.children():
        pair.b.delete_child(child, pair.now, "By user command")
    pair.run()
    assert pair.a.children() == pair.b.children() == []
    (delete,) = pair.told(A, DeleteReceived)
    assert delete.protocol == 3
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])


def test_clearing_the_ike_sa_deletes_it_at_the_peer_but_no_esp_sa(pair: Pair) -> None:
    up(pair)
    pair.b.clear_ike_sas(pair.now)
    pair.run()
    assert pair.states() == (["MM_NO_STATE (deleted)"], ["MM_NO_STATE (deleted)"])
    assert len(pair.a.children()) == len(pair.b.children()) == 1
    assert len(pair.a.secrets()) == 1
    pair.run(61)
    assert pair.states() == ([], [])


def test_initial_contact_clears_what_a_rebooted_peer_has_forgotten(pair: Pair) -> None:
    up(pair)
    (old,) = pair.a.children()
    fresh = Pair(seed=99)
    pair.b = pair.machines[B] = fresh.b
    up(pair)
    assert "INITIAL_CONTACT" in [event.name for event in pair.told(A, NotifyReceived)]
    assert pair.states() == (["MM_NO_STATE (deleted)", "QM_IDLE"], ["QM_IDLE"])
    assert [event.reason for event in pair.told(A, IkeSaDeleted)] == ["Receive initial contact"]
    (new,) = pair.a.children()
    assert new.inbound_spi != old.inbound_spi


def test_a_quick_mode_without_answer_dies_and_phase_1_stays(pair: Pair) -> None:
    pair.wire = lambda datagram, count: [(LATENCY, datagram)] if count < 7 else []
    pair.ask()
    pair.run(61)
    assert [node.reason for node in pair.told(B, NodeDeleted)] == ["Death by retransmission P2"]
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])


def test_a_replayed_quick_mode_makes_no_sa(pair: Pair) -> None:
    up(pair)
    first = pair.sent[6]
    pair.run(90)
    count = len(pair.sent)
    pair.deliver(first)
    pair.run()
    assert len(pair.a.children()) == 1
    assert len(pair.sent) == count


def test_a_dead_peer_question_is_answered_with_its_number(pair: Pair) -> None:
    from labkit.protocols.ike import informational
    from labkit.protocols.wire.isakmp import Notification

    up(pair)
    context = pair.b._context
    (sa,) = context.sas
    question = Notification(1, 36136, b"".join(sa.cookies), b"\0\0\0\7")
    informational.send_notify(context, sa, question)
    pair.run()
    assert [event.name for event in pair.told(B, NotifyReceived)][-1] == "R_U_THERE_ACK"


def test_a_refused_answer_takes_the_responders_inbound_sa_along(pair: Pair) -> None:
    """An initiator that cannot use message 2 names its own SPI (strongSwan) or the other's."""
    from labkit.protocols.ike import informational

    pair.wire = lambda datagram, count: [(LATENCY, datagram)] if count != 8 else []
    pair.ask()
    pair.run()
    assert len(pair.a.children()) == 1
    context = pair.b._context
    (sa,) = context.sas
    (node,) = sa.nodes.values()
    informational.send_notify(context, sa, informational.quick_mode_refusal(node.spi))
    pair.run()
    assert pair.a.children() == []
    assert [event.reason for event in pair.told(A, NodeDeleted) if event.error] == ["Delete Larval"]
