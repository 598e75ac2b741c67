"""A tunnel between two gateways back to back: what is on the wire and what is counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.protocols.wire import icmp
from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.net import events
from labkit.sim.net.clock import SECOND
from labkit.sim.net.icmp import Answer
from labkit.sim.net.ipsec import IpsecEngine
from tests.sim.net import facts as given
from tests.sim.net.facts import A_WAN, B_WAN, GW_A, GW_B, PC_A, A, B
from tests.sim.net.stage import Stage
from tests.sim.net.tunnel import (
    LOOP_A,
    LOOP_B,
    counts,
    engine,
    last_esp,
    protocols,
    state,
    tunnel,
    up,
    with_acl,
    with_ipsec,
)
from tests.walk import shark

# --------------------------------------------------------------------------- the tunnel


def test_the_first_ping_is_lost_while_nine_isakmp_messages_make_the_tunnel() -> None:
    stage = up()
    assert protocols(stage) == [17] * 9 + [50] * 8
    esp = [len(frame) for _, frame, _ in stage.frames["wan"] if frame[23] == 50]
    assert esp == [202] * 8


def test_both_ends_count_what_the_pings_did() -> None:
    stage = up()
    assert counts(stage, B) == (4, 4, 1)
    assert counts(stage, A) == (4, 4, 0)
    assert state(stage, A) == state(stage, B) == ["QM_IDLE"]
    assert stage[B].acl_hits[("VPN-TRAFFIC", 10)] == 5


def test_hosts_behind_the_gateways_talk_through_it_two_hops_apart() -> None:
    stage = up()
    assert stage.ping("PC-B", PC_A) == "!!!!!"
    assert IPv4.decode(stage.frames["lan-a"][0][1][14:]).ttl == 62


def test_before_any_traffic_there_is_an_ident_and_nothing_else() -> None:
    stage = tunnel()
    (ident,) = engine(stage, B).idents_on(given.WAN)
    assert (ident.local, ident.peer, ident.current) == (B_WAN, A_WAN, None)
    assert str(ident.local_selector) == "172.16.1.0/255.255.255.0/0/0"
    assert counts(stage, B) == (0, 0, 0)
    assert state(stage, B) == []
    assert stage.frames["wan"] == []


def test_isakmp_opens_with_the_first_map_and_closes_with_the_last() -> None:
    stage = Stage(given.both(crypto=False))
    stage[B].configure(given.gateway(B))
    stage[B].configure(given.gateway(B, crypto=False))
    assert stage.told(B, events.IsakmpSwitched) == [
        events.IsakmpSwitched(True),
        events.IsakmpSwitched(False),
    ]


def test_the_outer_header_copies_tos_and_df_and_starts_at_ttl_255() -> None:
    stage = up()
    stage.frames["wan"].clear()
    stage.ping("PC-B", PC_A, count=1, df=True)
    outer = IPv4.decode(stage.frames["wan"][0][1][14:])
    assert (outer.src, outer.dst, outer.ttl, outer.dont_fragment) == (B_WAN, A_WAN, 255, True)
    stage[B].udp.send(GW_B, 4000, PC_A, 4001, b"", tos=0xB8)
    stage.wait(SECOND)
    outer = IPv4.decode(stage.frames["wan"][2][1][14:])
    assert (outer.tos, outer.dont_fragment) == (0xB8, False)


def test_ike_goes_out_with_ttl_255_cs6_and_without_df() -> None:
    stage = up()
    first = IPv4.decode(stage.frames["wan"][0][1][14:])
    assert (first.ttl, first.tos, first.dont_fragment) == (255, 0xC0, False)


def test_no_byte_of_the_payload_is_on_the_wire_in_the_clear() -> None:
    stage = up()
    stage.ping("PC-B", PC_A)
    assert not any(b"\xab\xcd\xab\xcd" in frame for _, frame, _ in stage.frames["wan"])
    assert any(b"\xab\xcd\xab\xcd" in frame for _, frame, _ in stage.frames["lan-a"])


def test_what_the_access_list_does_not_name_crosses_in_the_clear() -> None:
    stage = up()
    stage.frames["wan"].clear()
    assert stage.ping(B, LOOP_A, LOOP_B) == "!!!!!"
    assert protocols(stage) == [1] * 10


def test_tshark_opens_ike_and_esp_with_our_keys_and_finds_nothing_wrong(
    tshark: str, tmp_path: Path
) -> None:
    stage = up()
    capture = stage.pcap("wan", tmp_path / "wan.pcap")
    keys = export_keys(engine(stage, B), tmp_path)
    assert shark.count(capture, shark.MALFORMED, keys) == 0
    assert shark.count(capture, "isakmp", keys) == 9
    assert shark.count(capture, "icmp.type == 8 && esp", keys) == 4
    assert shark.count(capture, "esp.icv_good == 1", keys) == 8
    assert shark.count(capture, "isakmp.id.data.ipv4_addr == 198.51.100.2", keys) == 1


def export_keys(ipsec: IpsecEngine, folder: Path) -> Path:
    ike = [f"{s.initiator_cookie.hex()},{s.cipher_key.hex()}" for s in ipsec.secrets()]
    (folder / "ikev1_decryption_table").write_text("\n".join(ike))
    esp = []
    for child in ipsec.children_ever:
        for ends, spi, key, auth in (
            ((child.peer, child.local), child.inbound_spi, child.inbound_key,
             child.inbound_integrity_key),
            ((child.local, child.peer), child.outbound_spi, child.outbound_key,
             child.outbound_integrity_key),
        ):  # fmt: skip
            esp.append(
                f'"IPv4","{ends[0]}","{ends[1]}","{spi:#010x}","AES-CBC [RFC3602]",'
                f'"0x{key.hex()}","HMAC-SHA-512-256 [RFC4868]","0x{auth.hex()}"'
            )
    (folder / "esp_sa").write_text("\n".join(esp))
    return folder


# --------------------------------------------------------------------------- MTU


def test_df_above_1422_bytes_is_refused_with_that_mtu_and_1422_passes() -> None:
    stage = up()
    assert stage.ping("PC-B", PC_A, count=1, size=1422, df=True) == "!"
    assert stage.ping("PC-B", PC_A, count=1, size=1423, df=True) == "M"
    told = icmp.Icmp.decode(IPv4.decode(stage.frames["lan-b"][-1][1][14:]).payload)
    assert told.mtu == 1422
    assert stage.ping(B, GW_A, GW_B, count=1, size=1500, df=True) == "."
    stage.wait(SECOND)
    assert stage.ping(B, GW_A, GW_B, count=1, size=1500, df=True) == "M"


def test_without_df_a_long_packet_is_fragmented_before_it_is_encrypted() -> None:
    stage = up()
    stage.frames["wan"].clear()
    assert stage.ping("PC-B", PC_A, count=1, size=1500) == "!"
    packets = [IPv4.decode(frame[14:]) for _, frame, _ in stage.frames["wan"]]
    assert all(packet.protocol == 50 and not packet.is_fragment for packet in packets)
    assert len(packets) == 4
    assert counts(stage, B)[:2] == (4 + 2, 4 + 2)


@pytest.mark.parametrize(
    ("cipher", "integrity", "key_bits", "mtu"),
    [
        ("esp-aes", "esp-sha512-hmac", 256, 1422),
        ("esp-aes", "esp-sha256-hmac", 128, 1438),
        ("esp-aes", "esp-sha-hmac", 128, 1438),
        ("esp-gcm", None, 128, 1446),
    ],
)
def test_the_plaintext_mtu_follows_from_the_transform(cipher, integrity, key_bits, mtu) -> None:
    tset = replace(given.TSET, cipher=cipher, integrity=integrity, key_bits=key_bits)
    stage = up(
        a=with_ipsec(given.gateway(A), transform_sets=(tset,)),
        b=with_ipsec(given.gateway(B), transform_sets=(tset,)),
    )
    pair = engine(stage, B).idents[0].current
    assert pair is not None
    assert pair.plaintext_mtu(1500) == mtu


# --------------------------------------------------------------------------- clear and forged


def both_with_loopbacks() -> Stage:
    a, b = given.gateway(A), given.gateway(B)
    there = given.permit(20, "10.15.15.0/24", "10.16.16.0/24")
    back = given.permit(20, "10.16.16.0/24", "10.15.15.0/24")
    return up(a=with_acl(a, *a.acls[0].entries, there), b=with_acl(b, *b.acls[0].entries, back))


def test_a_clear_packet_that_should_be_protected_is_dropped_and_told_of() -> None:
    stage = both_with_loopbacks()
    answers: list[Answer] = []
    stage[B].icmp.listen(answers.append)
    clear = IPv4(LOOP_B, LOOP_A, 1, icmp.echo_request(9, 9, bytes(72)).encode())
    frame = stage.frames["wan"][0][1][:14] + clear.encode()
    stage.network.links["wan"].inject(frame, towards=stage[A].ports[given.WAN].ref)
    stage.wait(SECOND)
    assert stage.told(A, events.NotIpsec) == [events.NotIpsec(LOOP_B, LOOP_A, 1, given.WAN)]
    assert answers == []


def test_a_second_entry_gets_its_own_sas_under_the_same_phase_1() -> None:
    stage = both_with_loopbacks()
    assert stage.ping(B, LOOP_A, LOOP_B) == ".!!!!"
    assert state(stage, B) == ["QM_IDLE"]
    assert [len(ident.pairs) for ident in engine(stage, B).idents] == [1, 1]


def test_a_replayed_packet_is_counted_and_told_of() -> None:
    stage = up()
    frame = last_esp(stage)
    stage.network.links["wan"].inject(frame, towards=stage[A].ports[given.WAN].ref)
    stage.wait(SECOND)
    (error,) = stage.told(A, events.ReplayError)
    assert (error.source, error.sequence) == (B_WAN, 4)
    counters = engine(stage, A).idents[0].counters
    assert (counters.decaps, counters.recv_errors, counters.replay_failed) == (4, 1, 1)


def test_a_changed_bit_fails_the_integrity_check() -> None:
    stage = up()
    frame = bytearray(last_esp(stage))
    frame[34 + 7] += 9  # A sequence number that was not seen yet.
    stage.network.links["wan"].inject(bytes(frame), towards=stage[A].ports[given.WAN].ref)
    stage.wait(SECOND)
    assert len(stage.told(A, events.EspAuthFailed)) == 1
    assert engine(stage, A).idents[0].counters.recv_errors == 1


def test_after_a_reload_the_peers_packets_have_an_invalid_spi() -> None:
    stage = up()
    stage[B].reload()
    stage.network.warm()
    assert state(stage, B) == []
    assert stage.ping(A, GW_B, GW_A) == "....."
    assert len(stage.told(B, events.InvalidSpi)) == 5
    assert counts(stage, A)[0] == 4 + 5
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"
    assert stage.ping(A, GW_B, GW_A) == "!!!!!"


def test_secrets_and_children_of_before_a_reload_stay_for_the_key_export() -> None:
    stage = up()
    stage[B].reload()
    stage.network.warm()
    stage.ping(B, GW_A, GW_B)
    assert len(engine(stage, B).secrets()) == 2
    assert len(engine(stage, B).children_ever) == 2
