"""Dead peer detection: who asks when, what counts as an answer, when a peer is given up."""

from __future__ import annotations

from dataclasses import replace

from labkit.protocols.ike import Ike
from labkit.protocols.ike.configuration import Dpd
from labkit.protocols.ike.events import NotifyReceived, NotifySent, PeerDead, SaDeleted
from tests.protocols.ike.pair import SECOND, A, B, Pair, facts


def asked(pair: Pair) -> int:
    return [event.name for event in pair.told(B, NotifySent)].count("R_U_THERE")


def up(pair: Pair, dpd: Dpd) -> Ike:
    """The tunnel is up, `b` detects dead peers, and then the wire is cut."""
    pair.configure(facts(), replace(facts(), dpd=dpd))
    pair.ask()
    pair.run()
    return pair.b


def cut(pair: Pair) -> None:
    pair.wire = lambda datagram, count: []


def test_on_demand_a_silent_tunnel_is_left_alone(pair: Pair) -> None:
    up(pair, Dpd(10, 2))
    cut(pair)
    pair.run(300)
    assert asked(pair) == 0
    assert pair.states()[1] == ["QM_IDLE"]


def test_on_demand_a_packet_after_a_silence_is_followed_by_a_question(pair: Pair) -> None:
    ike = up(pair, Dpd(10, 2))
    (child,) = ike.children()
    pair.run(5)
    ike.esp_sent(child, pair.now)
    assert asked(pair) == 0
    pair.run(10)
    ike.esp_sent(child, pair.now)
    pair.run()
    assert asked(pair) == 1
    assert [event.name for event in pair.told(B, NotifyReceived)] == ["R_U_THERE_ACK"]
    pair.run(60)
    assert asked(pair) == 1


def test_an_esp_packet_is_answer_enough(pair: Pair) -> None:
    ike = up(pair, Dpd(10, 2))
    (child,) = ike.children()
    pair.run(20)
    ike.esp_received(child, pair.now)
    ike.esp_sent(child, pair.now)
    assert asked(pair) == 0


def test_a_peer_that_does_not_answer_five_times_loses_its_sas(pair: Pair) -> None:
    ike = up(pair, Dpd(10, 2))
    (child,) = ike.children()
    cut(pair)
    pair.run(20)
    ike.esp_sent(child, pair.now)
    pair.run(9.5)
    assert asked(pair) == 5
    assert pair.states()[1] == ["QM_IDLE"]
    pair.run(1)
    assert pair.told(B, PeerDead)
    assert pair.states()[1] == ["MM_NO_STATE (deleted)"]
    assert [event.reason for event in pair.told(B, SaDeleted)] == ["peer not responding"]
    assert len(pair.a.children()) == 1


def test_periodically_a_question_follows_every_silence(pair: Pair) -> None:
    up(pair, Dpd(10, 2, periodic=True))
    pair.run(35)
    assert asked(pair) == 3
    assert not pair.told(A, PeerDead)
    cut(pair)
    pair.run(25)
    assert pair.told(B, PeerDead)


def test_without_dpd_a_dead_peer_is_never_noticed(pair: Pair) -> None:
    pair.ask()
    pair.run()
    (child,) = pair.b.children()
    cut(pair)
    for _ in range(30):
        pair.run(60)
        pair.b.esp_sent(child, pair.now)
    assert pair.states()[1] == ["QM_IDLE"]
    assert pair.now > 1800 * SECOND
