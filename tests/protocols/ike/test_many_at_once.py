"""Several at once: proposals to choose from, both ends beginning, and a flood of beginners."""

from __future__ import annotations

import random
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from labkit.protocols.ike import Ike, Phase2Terms
from labkit.protocols.ike.configuration import IsakmpPolicy, TransformSet
from labkit.protocols.ike.events import Dropped, IkeSaDeleted, NotifyReceived, SaDeleted
from tests.protocols.ike.pair import POLICY, TSET, A, B, Maps, Pair, facts

STRONG = IsakmpPolicy(5, "aes", 256, "sha512", "pre-share", 20)


@pytest.mark.parametrize(
    ("a", "b", "group"),
    [((STRONG, POLICY), (STRONG, POLICY), 20), ((POLICY,), (STRONG, POLICY), 5)],
)
def test_of_several_policies_the_best_common_one_is_used(
    pair: Pair, a: tuple[IsakmpPolicy, ...], b: tuple[IsakmpPolicy, ...], group: int
) -> None:
    pair.configure(facts(*a), facts(*b))
    pair.ask()
    pair.run()
    suite = pair.b.ike_sas(0)[0].suite
    assert suite is not None
    assert suite.group == group


def test_of_several_transform_sets_the_responders_best_one_is_used(pair: Pair) -> None:
    gcm, weak = TransformSet("GCM", "esp-gcm", 256), replace(TSET, integrity="esp-sha-hmac")
    pair.maps[A].answer = Phase2Terms((gcm, weak))
    pair.ask(transform_sets=(TSET, weak, gcm))
    pair.run()
    assert [child.transform.cipher for child in pair.b.children()] == ["esp-gcm"]


@pytest.mark.parametrize("group", [1, 2, 5, 14, 15, 16, 19, 20, 24])
def test_every_group_serves_both_phases(pair: Pair, group: int) -> None:
    pair.configure(*[facts(replace(POLICY, group=group))] * 2)
    pair.maps[A].answer = Phase2Terms((TSET,), pfs_group=group)
    pair.ask(pfs_group=group)
    pair.run()
    assert [child.pfs_group for child in pair.a.children()] == [group]


def test_both_ends_may_begin_at_once_and_nothing_is_forgotten(pair: Pair) -> None:
    pair.maps[B].answer = Phase2Terms((TSET,))
    pair.ask(by=A)
    pair.ask(by=B)
    pair.run(300)
    assert pair.states() == (["QM_IDLE"] * 2, ["QM_IDLE"] * 2)
    assert len(pair.a.children()) == len(pair.b.children()) == 2
    for address in (A, B):
        assert not pair.told(address, SaDeleted)
        assert not pair.told(address, IkeSaDeleted)


@pytest.mark.parametrize("restarted", [A, B])
def test_a_restarted_end_makes_the_other_forget(pair: Pair, restarted: IPv4Address) -> None:
    pair.ask()
    pair.run()
    other = A if restarted == B else B
    fresh = Ike(pair.maps[restarted], random.Random("again").randbytes)
    fresh.configure(facts())
    pair.machines[restarted] = fresh
    pair.ask(by=restarted)
    pair.run()
    assert "INITIAL_CONTACT" in [event.name for event in pair.told(other, NotifyReceived)]
    assert len(pair.machines[other].children()) == 1


def test_a_flood_of_first_messages_is_dropped_above_a_limit() -> None:
    pair = Pair()
    pair.configure(replace(facts(), negotiation_limit=3), facts())
    for number in range(10):
        ike = Ike(Maps(Phase2Terms((TSET,))), random.Random(number).randbytes)
        ike.configure(facts())
        pair.machines[B] = ike
        pair.ask()
        for datagram in ike.outbox():
            pair.deliver(datagram)
    assert len(pair.a.ike_sas(0)) == 3
    reasons = [event.reason for event in pair.told(A, Dropped)]
    assert reasons == ["too many SAs in negotiation"] * 7
    pair.machines[B] = pair.b
    pair.run(70)
    pair.ask()
    pair.run(20)
    assert "QM_IDLE" in pair.states()[0]
