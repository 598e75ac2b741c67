"""Aggressive mode: three messages, who begins it, who refuses it, and what a NAT does to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.protocols.ike import Role, aggressive_mode
from labkit.protocols.ike.configuration import IkeConfiguration, IsakmpPeer, IsakmpPolicy
from labkit.protocols.ike.events import (
    Authenticated,
    AuthenticationFailed,
    Dropped,
    IdentityReceived,
    NoPolicyAccepted,
    StateChanged,
)
from labkit.protocols.ike.sa import IkeSa
from tests.protocols.ike.pair import LATENCY, POLICY, A, B, Pair, facts, key
from tests.protocols.ike.test_nat_traversal import Nat
from tests.protocols.ike.test_wireshark_agrees import (
    dissect,
    exchange,
    keys_of,
    tunnelled,
    write_pcap,
)


def aggressive(told: IkeConfiguration | None = None, **options: object) -> IkeConfiguration:
    """B's facts: its peer A is spoken to in aggressive mode."""
    peer = IsakmpPeer(A, aggressive=True, **options)  # type: ignore[arg-type]
    return replace(told or facts(), peers=(peer,))


def up(pair: Pair, b: IkeConfiguration | None = None, a: IkeConfiguration | None = None) -> None:
    pair.configure(a or facts(), b or aggressive())
    pair.ask()
    pair.run()


def test_three_messages_make_an_ike_sa_and_three_more_an_esp_sa(pair: Pair) -> None:
    up(pair)
    assert [datagram.source for datagram in pair.sent] == [B, A, B, B, A, B]
    assert [datagram.payload[18] for datagram in pair.sent] == [4, 4, 4, 32, 32, 32]
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])
    assert pair.told(A, Authenticated)
    assert pair.told(B, Authenticated)
    assert len(pair.a.children()) == len(pair.b.children()) == 1


def test_the_states_are_those_that_ios_logs(pair: Pair) -> None:
    up(pair)
    steps = [event.new for event in pair.told(B, StateChanged) if not event.message_id]
    assert steps == ["IKE_I_AM1", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE"]
    steps = [event.new for event in pair.told(A, StateChanged) if not event.message_id]
    assert steps == ["IKE_R_AM_AAA_AWAIT", "IKE_R_AM2", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE"]


def test_an_input_that_the_table_lacks_is_an_error() -> None:
    sa = object.__new__(IkeSa)
    sa.role, sa.state = Role.INITIATOR, "IKE_I_AM1"
    with pytest.raises(LookupError, match="INITIATOR in IKE_I_AM1 has no row for SA_REQ_AM"):
        aggressive_mode.step(None, sa, aggressive_mode.Input.SA_REQ_AM)  # type: ignore[arg-type]


def test_without_the_command_for_the_peer_it_is_main_mode(pair: Pair) -> None:
    up(pair, b=facts())
    assert pair.sent[0].payload[18] == 2


def test_the_identity_is_the_name_that_was_configured_and_travels_in_the_clear(pair: Pair) -> None:
    up(pair, b=aggressive(client_endpoint="site-b@example.net", password="WowWhatAPassword!"))
    (identity,) = pair.told(A, IdentityReceived)
    assert (identity.id_type, identity.data) == (3, b"site-b@example.net")
    assert b"site-b@example.net" in pair.sent[0].payload


def test_a_peers_own_password_is_used_in_place_of_the_key(pair: Pair) -> None:
    up(pair, b=aggressive(facts(keys=(key("another"),)), password="WowWhatAPassword!"))
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])


def test_different_keys_are_found_by_the_initiator_and_nothing_comes_up(pair: Pair) -> None:
    up(pair, b=aggressive(facts(keys=(key("another"),))))
    assert pair.told(B, AuthenticationFailed)
    assert not pair.told(A, Authenticated)
    pair.run(120)
    assert all("deleted" in state for state in pair.states()[1])
    assert pair.b.children() == []


def test_a_router_with_aggressive_mode_disabled_does_not_answer(pair: Pair) -> None:
    up(pair, a=replace(facts(), aggressive_mode=False))
    assert [event.reason for event in pair.told(A, Dropped)] == ["aggressive mode is disabled"]
    assert {datagram.source for datagram in pair.sent} == {B}
    assert pair.states() == ([], ["AG_NO_STATE"])


def test_a_policy_that_differs_is_refused(pair: Pair) -> None:
    up(pair, a=facts(replace(POLICY, hash="sha")))
    assert pair.told(A, NoPolicyAccepted)
    assert pair.states()[0] == ["MM_NO_STATE (deleted)"]


def test_only_policies_of_the_best_ones_group_are_offered(pair: Pair) -> None:
    other = IsakmpPolicy(20, "aes", 128, "sha256", "pre-share", 14)
    up(pair, b=aggressive(facts(POLICY, other)), a=facts(other))
    assert pair.told(A, NoPolicyAccepted)


@pytest.mark.parametrize("lost", [1, 2])
def test_a_lost_message_is_sent_again(pair: Pair, lost: int) -> None:
    pair.wire = lambda datagram, count: [] if count == lost else [(LATENCY, datagram)]
    up(pair)
    pair.run(30)
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])


def test_behind_a_nat_the_third_message_moves_to_port_4500(pair: Pair) -> None:
    pair.wire = Nat()
    up(pair)
    assert [each.source_port for each in pair.sent if each.source == B] == [500] + [4500] * 3
    (child,) = pair.a.children()
    assert child.nat_path is not None
    assert child.nat_path.peer_behind_nat


@pytest.mark.needs("tshark")
def test_tshark_decrypts_the_third_message(tshark: str, tmp_path: Path) -> None:
    pair = Pair()
    up(pair)
    write_pcap(tmp_path / "ag.pcap", exchange(pair) + tunnelled(pair))
    text = dissect(tshark, tmp_path / "ag.pcap", keys_of(pair))
    assert "Malformed" not in text
    assert "INITIAL-CONTACT" in text
    assert text.count("[Good: True]") == 2
