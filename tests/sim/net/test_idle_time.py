"""`crypto ipsec security-association idle-time`, and anti-replay windows of single entries."""

from __future__ import annotations

from labkit.protocols.ike.events import SaDeleted
from labkit.sim.net.clock import SECOND
from tests.sim.net import facts as given
from tests.sim.net.facts import GW_A, GW_B, A, B
from tests.sim.net.tunnel import engine, up, with_entry, with_ipsec


def test_sas_without_a_packet_for_so_long_end_at_both_ends() -> None:
    stage = up(b=with_ipsec(given.gateway(B), idle_seconds=120))
    stage.wait(110 * SECOND)
    assert stage.ping(B, GW_A, GW_B) == "!!!!!", "a packet begins the time anew"
    stage.wait(115 * SECOND)
    assert len(engine(stage, B).idents[0].pairs) == 1
    stage.wait(10 * SECOND)
    assert engine(stage, B).idents[0].pairs == []
    assert engine(stage, A).idents[0].pairs == [], "the peer was told"
    assert [event.reason for event in stage.told(B, SaDeleted)] == ["idle time expired"]
    assert stage.ping(B, GW_A, GW_B) == ".!!!!", "and the next packet asks for new ones"


def test_packets_that_come_in_count_as_use() -> None:
    stage = up(b=with_ipsec(given.gateway(B), idle_seconds=60))
    for _ in range(3):
        stage.wait(50 * SECOND)
        assert stage.ping(A, GW_B, GW_A) == "!!!!!"


def test_an_entrys_own_idle_time_goes_before_the_global_one() -> None:
    stage = up(b=with_entry(with_ipsec(given.gateway(B), idle_seconds=60), idle_seconds=600))
    stage.wait(300 * SECOND)
    assert len(engine(stage, B).idents[0].pairs) == 1


def test_an_entry_may_have_a_window_of_its_own_or_none() -> None:
    stage = up(
        a=with_entry(given.gateway(A), replay_window=0),
        b=with_entry(given.gateway(B), replay_window=1024),
    )
    (pair_a,), (pair_b,) = (engine(stage, name).idents[0].pairs for name in (A, B))
    assert pair_a.inbound is not None and pair_a.inbound.window is None
    assert pair_b.inbound is not None and pair_b.inbound.window is not None
    assert pair_b.inbound.window.size == 1024
