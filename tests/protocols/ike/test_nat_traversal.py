"""NAT traversal: a NAT is found, IKE moves to port 4500, ESP goes in UDP, ports are followed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from labkit.protocols.esp import Outbound
from labkit.protocols.ike import ChildSa, Datagram, Phase2Terms, Request, Selector
from labkit.protocols.ike.configuration import IkeConfiguration
from labkit.protocols.ike.events import IdentityReceived, NatChecked, PortsChanged, ProposalRefused
from labkit.protocols.wire.icmp import echo_request
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.udp import Udp
from tests.protocols.ike.pair import LAN_A, LAN_B, LATENCY, TSET, A, B, Pair, facts
from tests.protocols.ike.test_wireshark_agrees import dissect, keys_of, write_pcap

OUTSIDE = IPv4Address("203.0.113.77")
MARKER = bytes(4)


class Nat:
    """A port translator in front of B, which its peer sees as OUTSIDE."""

    def __init__(self) -> None:
        self.inside: dict[int, int] = {}
        self.next = 40_000
        self.outside: list[Datagram] = []

    def __call__(self, datagram: Datagram, count: int) -> Sequence[tuple[int, Datagram]]:
        if datagram.source == B:
            seen = replace(datagram, source=OUTSIDE, source_port=self._port(datagram.source_port))
            self.outside.append(seen)
        else:
            self.outside.append(datagram)
            inside = self.inside.get(datagram.destination_port)
            if inside is None or datagram.destination != OUTSIDE:
                return []
            seen = replace(datagram, destination=B, destination_port=inside)
        return [(LATENCY, seen)]

    def _port(self, inside: int) -> int:
        if inside not in self.inside.values():
            self.next += 1
            self.inside[self.next] = inside
        return next(out for out, port in self.inside.items() if port == inside)

    def forget(self) -> None:
        """A reboot: every port will be another."""
        self.inside.clear()


def behind(pair: Pair, **facts_of_b: object) -> Nat:
    pair.wire = nat = Nat()
    pair.configure(facts(), replace(facts(), **facts_of_b))  # type: ignore[arg-type]
    pair.ask()
    pair.run()
    return nat


def ports(pair: Pair, number: int = -1) -> tuple[int, int]:
    return pair.sent[number].source_port, pair.sent[number].destination_port


def test_without_a_nat_nothing_moves_and_esp_is_bare(pair: Pair) -> None:
    pair.ask()
    pair.run()
    assert {ports(pair, number) for number in range(9)} == {(500, 500)}
    (child,) = pair.a.children()
    assert child.nat_path is None
    assert not child.transform.in_udp
    assert not pair.told(A, PortsChanged)


def test_behind_a_nat_the_fifth_message_moves_to_port_4500_with_a_marker(pair: Pair) -> None:
    nat = behind(pair)
    (seen,) = pair.told(B, NatChecked)
    assert (seen.local_behind_nat, seen.peer_behind_nat) == (True, False)
    (seen,) = pair.told(A, NatChecked)
    assert (seen.local_behind_nat, seen.peer_behind_nat) == (False, True)
    assert [each.source_port for each in pair.sent if each.source == B] == [500] * 2 + [4500] * 3
    assert [each.destination_port for each in nat.outside if each.source == A] == [
        *(40_001, 40_001, 40_002, 40_002)
    ]
    marked = [each.payload.startswith(MARKER) for each in pair.sent]
    assert marked == [False] * 4 + [True] * 5
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])


def test_the_identity_names_no_port_where_there_is_a_nat(pair: Pair) -> None:
    behind(pair)
    (identity,) = pair.told(A, IdentityReceived)
    assert (identity.data, identity.port) == (B.packed, 0)


def test_esp_goes_in_udp_between_the_ports_that_ike_uses(pair: Pair) -> None:
    behind(pair)
    (a,), (b,) = pair.a.children(), pair.b.children()
    assert a.transform.in_udp
    assert a.transform == b.transform
    assert a.nat_path is not None
    assert b.nat_path is not None
    assert (a.nat_path.local_port, a.nat_path.peer_port) == (4500, 40_002)
    assert (b.nat_path.local_port, b.nat_path.peer_port) == (4500, 4500)
    assert (a.nat_path.peer_behind_nat, b.nat_path.local_behind_nat) == (True, True)


def test_a_retransmitted_fifth_message_leaves_from_port_4500_again(pair: Pair) -> None:
    nat = Nat()
    pair.wire = lambda datagram, count: [] if count == 5 else nat(datagram, count)
    pair.ask()
    pair.run(15)
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])
    fifth, again = (each for each in pair.sent if len(each.payload) == len(pair.sent[4].payload))
    assert fifth == again


def test_a_router_that_must_not_traverse_nats_does_not_offer_to(pair: Pair) -> None:
    behind(pair, nat_transparency=False)
    assert not pair.told(B, NatChecked)
    assert {each.source_port for each in pair.sent} == {500}
    (child,) = pair.a.children()
    assert child.nat_path is None


def test_an_authentic_message_from_another_port_is_answered_there(pair: Pair) -> None:
    nat = behind(pair)
    nat.forget()
    pair.ask(local_selector=Selector(B))
    pair.run()
    assert [each.new for each in pair.told(A, PortsChanged)] == [(4500, 40_002), (4500, 40_003)]
    assert len(pair.a.children()) == 2
    assert {child.nat_path.peer_port for child in pair.a.children() if child.nat_path} == {40_003}


def test_a_forged_message_from_another_port_changes_nothing(pair: Pair) -> None:
    behind(pair)
    last = pair.sent[6]
    forged = last.payload[:24] + bytes(4) + last.payload[28:-1] + b"?"
    pair.a.receive(forged, (OUTSIDE, 5555), (A, 4500), pair.now)
    assert [each.new for each in pair.told(A, PortsChanged)] == [(4500, 40_002)]


def test_an_esp_packet_from_another_port_is_answered_there(pair: Pair) -> None:
    behind(pair)
    (child,) = pair.a.children()
    pair.a.esp_received(child, pair.now, 45_678)
    (child,) = pair.a.children()
    assert child.nat_path is not None
    assert child.nat_path.peer_port == 45_678
    (sa,) = pair.a.ike_sas(pair.now)
    assert sa.peer_port == 45_678


def test_the_end_that_is_not_behind_the_nat_keeps_to_the_ports_it_knows(pair: Pair) -> None:
    behind(pair)
    (child,) = pair.b.children()
    pair.b.esp_received(child, pair.now, 45_678)
    assert pair.b.children() == [child]


def test_a_new_phase_1_goes_through_the_hole_that_the_old_one_made(pair: Pair) -> None:
    nat = behind(pair)
    pair.a.clear_ike_sas(pair.now)
    pair.run()
    pair.a.request(Request(A, OUTSIDE, LAN_A, LAN_B, (TSET,)), pair.now)
    pair.run()
    assert [each.state for each in pair.a.ike_sas(0) if not each.deleted] == ["QM_IDLE"]
    new = nat.outside[-9:]
    assert {each.source_port for each in new if each.source == A} == {4500}
    assert {each.destination_port for each in new if each.source == A} == {40_002}
    assert len(pair.b.children()) == 2


# --------------------------------------------------------------------------- keepalives


def keepalives(pair: Pair) -> list[Datagram]:
    return [each for each in pair.sent if each.payload == b"\xff"]


def test_the_end_behind_the_nat_sends_keepalives_if_told_to(pair: Pair) -> None:
    behind(pair, nat_keepalive=20)
    pair.run(65)
    assert len(keepalives(pair)) == 3
    assert {(each.source, each.source_port) for each in keepalives(pair)} == {(B, 4500)}
    assert len(pair.told(A, NatChecked)) == 1


def test_a_keepalive_is_not_needed_where_packets_flow(pair: Pair) -> None:
    behind(pair, nat_keepalive=20)
    (child,) = pair.b.children()
    for _ in range(6):
        pair.run(10)
        pair.b.esp_sent(child, pair.now)
    assert keepalives(pair) == []


def test_keepalives_outlive_the_ike_sa_as_esp_does(pair: Pair) -> None:
    behind(pair, nat_keepalive=20)
    pair.b.clear_ike_sas(pair.now)
    pair.run(70)
    assert len(keepalives(pair)) == 3


@pytest.mark.parametrize("machine", ["a", "b"])
def test_without_the_command_or_before_the_nat_there_are_none(machine: str) -> None:
    pair = Pair()
    pair.wire = Nat()
    chatty: dict[str, IkeConfiguration] = {"a": facts(), "b": facts()}
    if machine == "a":
        chatty["a"] = replace(facts(), nat_keepalive=20)
    pair.configure(chatty["a"], chatty["b"])
    pair.ask()
    pair.run(100)
    assert keepalives(pair) == []


# --------------------------------------------------------------------------- transport mode


def test_transport_mode_works_by_the_original_addresses(pair: Pair) -> None:
    transport = replace(TSET, mode="transport")
    pair.maps[A].answer = Phase2Terms((transport,))
    pair.wire = Nat()
    ends: dict[str, object] = {"local_selector": Selector(B), "remote_selector": Selector(A)}
    pair.ask(transform_sets=(transport,), **ends)  # type: ignore[arg-type]
    pair.run()
    (a,), (b,) = pair.a.children(), pair.b.children()
    assert (a.transform.mode, a.transform.in_udp) == ("transport", True)
    assert (b.local_selector, b.remote_selector) == (Selector(B), Selector(A))
    assert (a.local_selector, a.remote_selector) == (Selector(A), Selector(OUTSIDE))
    assert pair.maps[A].asked == [(Selector(A), Selector(OUTSIDE))]


def test_a_tunnel_between_hosts_keeps_the_selectors_as_proposed(pair: Pair) -> None:
    transport = replace(TSET, mode="transport")
    pair.wire = Nat()
    ends: dict[str, object] = {"local_selector": Selector(B), "remote_selector": Selector(A)}
    pair.ask(transform_sets=(transport,), **ends)  # type: ignore[arg-type]
    pair.run()
    (a,) = pair.a.children()
    assert (a.transform.mode, a.remote_selector) == ("tunnel", Selector(B))
    assert not pair.told(A, ProposalRefused)


# --------------------------------------------------------------------------- on the wire


def in_udp(child: ChildSa) -> IPv4:
    """A ping through an ESP SA, in UDP."""
    out = Outbound(
        child.outbound_spi, child.transform.cipher, child.outbound_key,
        child.transform.integrity, child.outbound_integrity_key, random.Random(3).randbytes,
    )  # fmt: skip
    hosts = child.local_selector.address + 10, child.remote_selector.address + 10
    inner = IPv4(*hosts, 1, echo_request(1, 1, b"x" * 72).encode())
    assert child.nat_path is not None
    udp = Udp(child.nat_path.local_port, child.nat_path.peer_port, out.seal(inner.encode(), 4))
    payload = replace(udp, summed=False).encode(child.local, child.peer)
    return IPv4(child.local, child.peer, 17, payload)


@pytest.mark.needs("tshark")
@pytest.mark.parametrize("transport", [False, True])
def test_tshark_decrypts_what_went_through_the_nat(
    tshark: str, tmp_path: Path, transport: bool
) -> None:
    pair = Pair()
    pair.wire = nat = Nat()
    tset = replace(TSET, mode="transport") if transport else TSET
    pair.maps[A].answer = Phase2Terms((tset,))
    ends = {"local_selector": Selector(B), "remote_selector": Selector(A)} if transport else {}
    pair.ask(transform_sets=(tset,), **ends)  # type: ignore[arg-type]
    pair.run()
    packets = [
        IPv4(each.source, each.destination, 17, udp.encode(each.source, each.destination))
        for each in nat.outside
        for udp in (Udp(each.source_port, each.destination_port, each.payload),)
    ]
    options = keys_of(pair)
    if not transport:
        packets += [in_udp(pair.a.children()[0])]
        options = [each.replace(str(B), "*") for each in options]
    packets.append(IPv4(OUTSIDE, A, 17, Udp(40_002, 4500, b"\xff").encode(OUTSIDE, A)))
    write_pcap(tmp_path / "nat.pcap", packets)
    text = dissect(tshark, tmp_path / "nat.pcap", options)
    assert "Malformed" not in text
    assert "NAT-keepalive" in text
    assert text.count("UDP Encapsulation of IPsec Packets") == (6 if transport else 7)
    mode = f"UDP-Encapsulated-{'Transport' if transport else 'Tunnel'}"
    assert mode in text
    assert ("NAT-OA" in text) is transport
    if not transport:
        assert "Type: 8 (Echo (ping) request)" in text
        assert "[Good: True]" in text
