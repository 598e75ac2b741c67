"""Main mode between two machines: what is agreed, refused, lost and repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labkit.protocols.ike import Role, main_mode, quick_mode
from labkit.protocols.ike.configuration import IsakmpPolicy
from labkit.protocols.ike.events import (
    Authenticated,
    BadMessage,
    DuplicateReceived,
    IkeSaDeleted,
    KeyMissing,
    LifetimeAgreed,
    NatChecked,
    NoPolicyAccepted,
    NotifyReceived,
    PolicyChecked,
    Retransmitted,
    StateChanged,
    VendorIdSeen,
)
from labkit.protocols.ike.payloads import own_vendor_id, vendor_name
from tests.protocols.ike.pair import LATENCY, POLICY, A, B, Pair, facts, key


def test_six_messages_make_an_ike_sa_and_three_more_an_esp_sa(pair: Pair) -> None:
    pair.ask()
    pair.run()
    assert [datagram.source for datagram in pair.sent] == [B, A] * 4 + [B]
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])
    assert [sa.connection for sa in pair.a.ike_sas(0)] == [1001]
    assert pair.told(A, Authenticated)
    assert pair.told(B, Authenticated)


def test_the_states_are_those_that_ios_logs(pair: Pair) -> None:
    pair.ask()
    pair.run()
    steps = [event.new for event in pair.told(B, StateChanged) if not event.message_id]
    assert steps == [
        *("IKE_I_MM1", "IKE_I_MM2", "IKE_I_MM2", "IKE_I_MM3", "IKE_I_MM4", "IKE_I_MM4"),
        *("IKE_I_MM5", "IKE_I_MM6", "IKE_I_MM6", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE"),
    ]
    steps = [event.new for event in pair.told(A, StateChanged) if not event.message_id]
    assert steps == [
        *("IKE_R_MM1", "IKE_R_MM1", "IKE_R_MM2", "IKE_R_MM3", "IKE_R_MM3", "IKE_R_MM4"),
        *("IKE_R_MM5", "IKE_R_MM5", "IKE_P1_COMPLETE", "IKE_P1_COMPLETE"),
    ]


def test_an_input_that_a_table_lacks_is_an_error_that_names_role_state_and_input() -> None:
    sa = object.__new__(main_mode.IkeSa)
    sa.role, sa.state = Role.RESPONDER, "IKE_R_MM2"
    with pytest.raises(LookupError, match="RESPONDER in IKE_R_MM2 has no row for SA_REQ_MM"):
        main_mode.step(None, sa, main_mode.Input.SA_REQ_MM)  # type: ignore[arg-type]
    node = quick_mode.QuickMode(7, Role.INITIATOR)
    with pytest.raises(LookupError, match="INITIATOR in IKE_QM_READY has no row for GOT_SPI"):
        quick_mode.step(None, sa, node, quick_mode.Input.GOT_SPI)  # type: ignore[arg-type]


@pytest.mark.parametrize("table", [main_mode.TABLE, quick_mode.TABLE])
def test_every_state_that_a_table_leads_to_is_final_or_has_rows(table: dict) -> None:  # type: ignore[type-arg]
    final = {"IKE_P1_COMPLETE", "IKE_QM_PHASE2_COMPLETE"}
    left = {(role, state) for role, state, _ in table}
    reached = {(role, row.next) for (role, _, _), row in table.items()}
    assert {state for _, state in reached - left} <= final


def test_ios_routers_know_each_other_and_see_no_nat(pair: Pair) -> None:
    pair.ask()
    pair.run()
    for address in (A, B):
        assert {"DPD", "IOS", "XAUTH"} <= {each.name for each in pair.told(address, VendorIdSeen)}
        (nat,) = pair.told(address, NatChecked)
        assert (nat.local_behind_nat, nat.peer_behind_nat) == (False, False)


@pytest.mark.parametrize(
    ("cookie", "vendor_id"),
    [
        ("e47a591fd057587f", "11bdfe02d056587f2c18125972c32401"),
        ("a00b8ef0902bb8ec", "55cc29ed902ab8ec53b1df867c610929"),
        ("cf02326f14a95b93", "3ac5957214a85b93db6a509869fdb330"),
        ("18a109f89219e8df", "ed66aee59218e8dfbe01a135a2ad8994"),
    ],
)
def test_the_vendor_id_of_ios_is_made_of_its_cookie_as_in_real_captures(
    cookie: str, vendor_id: str
) -> None:
    owner, real = bytes.fromhex(cookie), bytes.fromhex(vendor_id)
    assert vendor_name(real, owner) == "IOS"
    assert own_vendor_id(real[8:], owner) == real
    assert vendor_name(real, bytes(8)) == "unknown"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"encryption": "3des", "key_bits": None}, "encryption"),
        ({"key_bits": 256}, "key length"),
        ({"hash": "sha"}, "hash"),
        ({"group": 2}, "group"),
        ({"authentication": "rsa-sig"}, "authentication"),
    ],
)
def test_a_policy_that_differs_is_refused_and_both_stay_in_mm_no_state(
    pair: Pair, change: dict[str, object], verdict: str
) -> None:
    pair.configure(facts(replace(POLICY, **change)), facts())  # type: ignore[arg-type]
    pair.ask()
    pair.run(5)
    assert [check.verdict for check in pair.told(A, PolicyChecked)] == [verdict]
    assert pair.told(A, NoPolicyAccepted)
    (note,) = pair.told(B, NotifyReceived)
    assert (note.name, note.authenticated) == ("PROPOSAL_NOT_CHOSEN", False)
    assert pair.states() == (["MM_NO_STATE (deleted)"], ["MM_NO_STATE"])
    assert all(sa.connection == 0 for sa in pair.b.ike_sas(0))


def test_an_initiator_without_answer_tries_five_times_more_and_gives_up(pair: Pair) -> None:
    pair.wire = lambda datagram, count: []
    pair.ask()
    pair.run(59)
    assert [each.attempt for each in pair.told(B, Retransmitted)] == [1, 2, 3, 4, 5]
    assert len(pair.sent) == 6
    assert len({datagram.payload for datagram in pair.sent}) == 1
    assert pair.states()[1] == ["MM_NO_STATE"]
    pair.run(1)
    (end,) = pair.told(B, IkeSaDeleted)
    assert (end.reason, end.state) == ("Death by retransmission P1", "MM_NO_STATE")
    assert pair.states()[1] == ["MM_NO_STATE (deleted)"]
    pair.run(61)
    assert pair.states()[1] == []
    assert pair.b.next_timer() is None


def test_a_responder_whose_replies_are_lost_is_in_mm_sa_setup(pair: Pair) -> None:
    pair.wire = lambda datagram, count: [(LATENCY, datagram)] if datagram.source == B else []
    pair.ask()
    pair.run(25)
    assert pair.states() == (["MM_SA_SETUP"], ["MM_NO_STATE"])


def test_different_keys_end_in_mm_key_exch_and_a_bad_message_at_the_responder(pair: Pair) -> None:
    pair.configure(facts(keys=(key("one"),)), facts(keys=(key("another"),)))
    pair.ask()
    pair.run(30)
    assert pair.states() == (["MM_KEY_EXCH"], ["MM_KEY_EXCH"])
    assert pair.told(A, BadMessage)
    assert not pair.told(B, BadMessage)
    assert not pair.told(A, Authenticated)
    pair.run(90)
    assert pair.states() == (["MM_NO_STATE (deleted)"], ["MM_NO_STATE (deleted)"])
    # Each end counts its own five, though both keep waking the other.
    assert len([each for each in pair.sent if each.source == B]) <= 8


def test_an_initiator_without_a_key_for_the_peer_sends_nothing(pair: Pair) -> None:
    pair.configure(facts(), facts(keys=(key(peer="203.0.113.9"),)))
    pair.ask()
    pair.run()
    assert pair.told(B, KeyMissing)
    assert pair.sent == []
    assert pair.states() == ([], [])


def test_a_responder_without_a_key_finds_the_authentication_unacceptable(pair: Pair) -> None:
    pair.configure(facts(keys=(key(peer="203.0.113.9"),)), facts())
    pair.ask()
    pair.run()
    assert pair.told(A, KeyMissing)
    assert [check.verdict for check in pair.told(A, PolicyChecked)] == ["authentication"]


def test_of_two_lifetimes_the_shorter_is_used_at_both_ends(pair: Pair) -> None:
    pair.configure(facts(replace(POLICY, lifetime=600)), facts())
    pair.ask()
    pair.run()
    (agreed,) = pair.told(A, LifetimeAgreed)
    assert (agreed.offered, agreed.configured, agreed.seconds) == (86400, 600, 600)
    assert pair.b.ike_sas(0)[0].remaining == pair.a.ike_sas(0)[0].remaining == 600
    pair.run(601)
    assert pair.states() == (["MM_NO_STATE (deleted)"], ["MM_NO_STATE (deleted)"])


def test_the_responders_best_policy_decides_among_those_that_both_have(pair: Pair) -> None:
    weak = IsakmpPolicy(20, "des", None, "md5", "pre-share", 1)
    pair.configure(facts(replace(POLICY, hash="sha512"), weak), facts(POLICY, weak))
    pair.ask()
    pair.run()
    checks = pair.told(A, PolicyChecked)
    assert [(each.transform, each.priority, each.next_payload) for each in checks] == [
        *((1, 10, 3), (2, 10, 0), (1, 20, 3), (2, 20, 0)),
    ]
    suite = pair.a.ike_sas(0)[0].suite
    assert suite is not None
    assert (suite.encryption, suite.hash, suite.group, suite.priority) == ("des", "md5", 1, 20)
    assert len(pair.a.children()) == 1


@pytest.mark.parametrize("group", [1, 2, 5, 14, 15, 16, 19, 20])
def test_every_group_agrees_on_a_secret(pair: Pair, group: int) -> None:
    policy = IsakmpPolicy(10, "aes", 256, "sha384", "pre-share", group)
    pair.configure(facts(policy), facts(policy))
    pair.ask()
    pair.run()
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])


@pytest.mark.parametrize(
    ("encryption", "bits", "hash_"),
    [
        ("des", None, "md5"),
        ("3des", None, "sha"),
        ("aes", 256, "sha"),
        ("aes", 192, "md5"),
        ("aes", 256, "sha512"),
    ],
)
def test_a_cipher_key_longer_than_the_hash_is_expanded_alike(
    pair: Pair, encryption: str, bits: int | None, hash_: str
) -> None:
    policy = IsakmpPolicy(10, encryption, bits, hash_, "pre-share", 2)  # type: ignore[arg-type]
    pair.configure(facts(policy), facts(policy))
    pair.ask()
    pair.run()
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])


@pytest.mark.parametrize("lost", range(1, 10))
def test_any_one_lost_message_is_made_up_for(pair: Pair, lost: int) -> None:
    pair.wire = lambda datagram, count: [] if count == lost else [(LATENCY, datagram)]
    pair.ask()
    pair.run(30)
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])
    (a,), (b,) = pair.a.children(), pair.b.children()
    assert (a.inbound_spi, a.inbound_key) == (b.outbound_spi, b.outbound_key)


def test_doubled_messages_change_nothing(pair: Pair) -> None:
    pair.wire = lambda datagram, count: [(LATENCY, datagram), (LATENCY + 7, datagram)]
    pair.ask()
    pair.run(5)
    assert len(pair.sent) == 9
    assert len(pair.told(A, DuplicateReceived)) == 5
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])
    assert len(pair.a.children()) == len(pair.b.children()) == 1


def test_a_repeated_request_is_answered_with_the_same_bytes(pair: Pair) -> None:
    pair.ask()
    pair.run(3)
    fifth, sixth = pair.sent[4], pair.sent[5]
    pair.deliver(fifth)
    pair.run(0)
    assert pair.sent[-1].payload == sixth.payload
    assert pair.states()[0] == ["QM_IDLE"]


def test_both_ends_may_begin_at_once(pair: Pair) -> None:
    pair.ask(A)
    pair.ask(B)
    pair.run(5)
    assert pair.states() == (["QM_IDLE"] * 2, ["QM_IDLE"] * 2)
    spis = {child.inbound_spi for child in pair.a.children()}
    assert spis == {child.outbound_spi for child in pair.b.children()}
    assert len(spis) == 2


def test_the_same_seed_gives_the_same_bytes() -> None:
    runs = []
    for seed in (1, 1, 2):
        pair = Pair(seed)
        pair.ask()
        pair.run()
        runs.append([datagram.payload for datagram in pair.sent])
    assert runs[0] == runs[1] != runs[2]
