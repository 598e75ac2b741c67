"""Lifetimes of a tunnel that carries packets: both phases are renewed before their end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.protocols.ike import Role
from labkit.protocols.ike.events import (
    IkeSaDeleted,
    IkeSaEstablished,
    RekeyDue,
    SaDeleted,
    SaInstalled,
)
from labkit.sim.model.facts import DeviceFacts
from labkit.sim.net.clock import SECOND
from tests.sim.net import facts as given
from tests.sim.net.facts import GW_A, GW_B, PC_A, A, B
from tests.sim.net.stage import Stage
from tests.sim.net.tunnel import engine, state, tunnel, up, with_ipsec
from tests.walk import shark


def policy(name: str, lifetime: int) -> DeviceFacts:
    shorter = replace(given.POLICY, lifetime=lifetime)
    return with_ipsec(given.gateway(name), policies=(shorter,))


def pairs(stage: Stage, name: str) -> list[int]:
    return [pair.child.inbound_spi for pair in engine(stage, name).idents[0].pairs]


def test_sas_that_were_used_are_renewed_before_their_end_and_no_packet_is_lost() -> None:
    stage = up()
    old = pairs(stage, B)
    stage.wait(3565 * SECOND)
    assert pairs(stage, B) == old
    assert stage.ping(B, GW_A, GW_B, count=60) == "!" * 60
    stage.wait(6 * SECOND)
    assert len(pairs(stage, B)) == len(pairs(stage, A)) == 2
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"
    stage.wait(31 * SECOND)
    assert len(pairs(stage, B)) == len(pairs(stage, A)) == 1
    assert pairs(stage, B) != old
    assert stage.ping(A, GW_B, GW_A) == "!!!!!"
    assert [event.reason for event in stage.told(B, SaDeleted)] == ["lifetime expired"]


def test_the_initiator_of_the_old_sas_renews_them() -> None:
    stage = up()
    stage.wait(3600 * SECOND)
    assert len(stage.told(B, RekeyDue)) == 1
    assert stage.told(A, RekeyDue) == []
    (new,) = (pair.child for pair in engine(stage, B).idents[0].pairs)
    assert new.role is Role.INITIATOR


def test_a_responder_renews_if_the_initiator_does_not() -> None:
    stage = up()
    # B has forgotten its use of the tunnel, hence sees no reason.
    life = engine(stage, B).ike._context.lives
    for each in life.values():
        each.used = False
    stage.wait(3595 * SECOND)
    assert stage.told(B, RekeyDue) == []
    assert len(stage.told(A, RekeyDue)) == 1
    assert len(pairs(stage, A)) == 2


def test_after_hours_of_traffic_there_is_one_pair_of_sas_and_no_ping_was_lost() -> None:
    stage = up()
    for _ in range(30):
        stage.wait(600 * SECOND)
        assert stage.ping("PC-B", PC_A, count=1) == "!"
        assert stage.ping(A, GW_B, GW_A, count=1) == "!"
    assert len(pairs(stage, A)) == len(pairs(stage, B)) == 1
    assert len(engine(stage, B).children_ever) == 6


def test_kilobytes_renew_too_and_no_packet_is_lost() -> None:
    told = with_ipsec(given.gateway(B), lifetime_kilobytes=300)
    stage = up(b=told)
    assert stage.ping("PC-B", PC_A, count=300, size=1400) == "!" * 300
    assert len(engine(stage, B).children_ever) == 2
    stage.wait(31 * SECOND)
    assert len(pairs(stage, A)) == len(pairs(stage, B)) == 1
    assert stage.ping("PC-B", PC_A, count=200, size=1400) == "!" * 200
    assert len(engine(stage, B).children_ever) == 3


def test_phase_1_in_use_is_renewed_before_its_end() -> None:
    stage = up(a=policy(A, 1000), b=policy(B, 1000))
    stage.wait(975 * SECOND)
    assert state(stage, A) == state(stage, B) == ["QM_IDLE", "QM_IDLE"]
    stage.wait(30 * SECOND)
    assert [event.reason for event in stage.told(B, IkeSaDeleted)] == ["IKE SA Lifetime Exceeded"]
    assert state(stage, B) == ["MM_NO_STATE", "QM_IDLE"]
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"
    assert len(stage.told(B, IkeSaEstablished)) == 2
    assert len(engine(stage, B).children_ever) == 1


def test_phase_1_without_use_ends_and_is_made_anew_when_needed() -> None:
    stage = up(a=policy(A, 1000), b=policy(B, 1000))
    for name in (A, B):
        engine(stage, name).clear_sas()
    stage.wait(1070 * SECOND)
    assert state(stage, A) == state(stage, B) == []
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"


def test_esp_lives_on_without_phase_1_and_is_renewed_under_a_new_one() -> None:
    stage = up()
    engine(stage, B).clear_isakmp()
    stage.wait(3500 * SECOND)
    assert state(stage, B) == []
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"
    stage.wait(200 * SECOND)
    assert state(stage, B) == ["QM_IDLE"]
    assert len(pairs(stage, B)) == 1
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"


def test_both_ends_at_once_come_to_one_tunnel_that_does_not_flap() -> None:
    stage = tunnel()
    for name, far, near in ((A, GW_B, GW_A), (B, GW_A, GW_B)):
        stage[name].icmp.send_echo(far, identifier=9, sequence=1, data=b"", source=near)
    stage.wait(5 * SECOND)
    assert state(stage, A) == state(stage, B) == ["QM_IDLE", "QM_IDLE"]
    assert len(stage.told(A, SaInstalled)) == 4
    assert stage.ping(B, GW_A, GW_B) == stage.ping(A, GW_B, GW_A) == "!!!!!"
    stage.wait(600 * SECOND)
    assert stage.told(A, SaDeleted) == stage.told(B, SaDeleted) == []
    for _ in range(12):
        stage.wait(600 * SECOND)
        assert stage.ping(B, GW_A, GW_B, count=1) == "!"
        assert stage.ping(A, GW_B, GW_A, count=1) == "!"
    assert len(pairs(stage, A)) <= 2


@pytest.mark.needs("tshark")
def test_tshark_reads_the_renewed_exchanges(tshark: str, tmp_path: Path) -> None:
    stage = up(a=policy(A, 1000), b=policy(B, 1000))
    stage.wait(3700 * SECOND)
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"
    capture = stage.pcap("wan", tmp_path / "wan.pcap")
    (tmp_path / "esp_sa").write_text("")
    rows = [
        f"{each.initiator_cookie.hex()},{each.cipher_key.hex()}\n"
        for each in engine(stage, B).secrets()
    ]
    (tmp_path / "ikev1_decryption_table").write_text("".join(rows))
    assert len(rows) >= 2
    assert shark.count(capture, shark.MALFORMED, tmp_path) == 0
    quick = "isakmp.exchangetype == 32 && isakmp.id.data.ipv4_addr"
    assert shark.count(capture, "isakmp.exchangetype == 32", tmp_path) == 6
    assert shark.count(capture, quick, tmp_path) == 4


def test_over_two_days_every_phase_1_is_renewed_and_no_ping_is_lost() -> None:
    stage = up()
    for _ in range(2 * 144 + 3):
        stage.wait(600 * SECOND)
        assert stage.ping("PC-B", PC_A, count=1) == "!"
    assert len(stage.told(B, IkeSaEstablished)) == 3
    assert len([one for one in state(stage, B) if one == "QM_IDLE"]) == 1
    assert len(pairs(stage, A)) == len(pairs(stage, B)) == 1
