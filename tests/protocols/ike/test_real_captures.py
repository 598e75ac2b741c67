"""Our messages beside those of real Cisco routers."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest

from labkit.protocols.ike import Ike
from labkit.protocols.ike.configuration import IsakmpPolicy
from labkit.protocols.ike.events import StateChanged
from labkit.protocols.ike.proposal import read_suite
from labkit.protocols.wire.isakmp import Message, SecurityAssociation
from tests.protocols.ike.pair import A, B, Maps, Pair, facts

POLICY = IsakmpPolicy(10, "aes", 128, "sha", "pre-share", 2)


def real_messages(folder: Path, name: str) -> list[bytes]:
    from scapy.layers.inet import UDP
    from scapy.layers.l2 import Ether  # noqa: F401
    from scapy.utils import rdpcap

    return [bytes(frame[UDP].payload) for frame in rdpcap(str(folder / name)) if UDP in frame]


@pytest.fixture
def real(real_captures: Path) -> list[bytes]:
    return real_messages(real_captures, "suri_ikev1-isakmp-main-mode.pcap")


def ours() -> list[bytes]:
    pair = Pair()
    pair.configure(facts(POLICY), facts(POLICY))
    pair.ask()
    pair.run()
    return [datagram.payload for datagram in pair.sent]


def test_main_mode_messages_are_as_long_as_a_cisco_routers(real: list[bytes]) -> None:
    assert [len(data) for data in ours()[:6]] == [len(data) for data in real[:6]]
    assert len(ours()[8]) == len(real[8])


def test_main_mode_messages_have_a_cisco_routers_payloads_in_its_order(real: list[bytes]) -> None:
    for mine, theirs in zip(ours()[:4], real[:4], strict=True):
        kinds = [
            [(each.type, len(each.body())) for each in Message.decode(data).payloads]
            for data in (mine, theirs)
        ]
        assert kinds[0] == kinds[1]


def test_the_offer_and_its_answer_are_a_cisco_routers_byte_by_byte(real: list[bytes]) -> None:
    for mine, theirs in zip(ours()[:2], real[:2], strict=True):
        assert mine[28:] == theirs[28:]


def test_a_responder_takes_a_cisco_routers_first_message(real: list[bytes]) -> None:
    ike = Ike(Maps(None), lambda size: bytes(range(size)))  # type: ignore[arg-type]
    ike.configure(facts(POLICY))
    ike.receive(real[0], (B, 500), (A, 500), 0)
    (answer,) = ike.outbox()
    assert answer.payload[28:] == real[1][28:]


def test_an_initiator_takes_a_cisco_routers_answers(real: list[bytes]) -> None:
    """Up to message 4: with the real initiator's cookie in place of ours."""
    pair = Pair()
    pair.configure(facts(POLICY), facts(POLICY))
    pair.ask()
    (sa,) = pair.b._context.sas
    sa.initiator_cookie = real[0][:8]
    for message in (real[1], real[3]):
        pair.b.receive(message, (A, 500), (B, 500), 0)
    states = [event.new for event in pair.b.events() if isinstance(event, StateChanged)]
    assert states[-1] == "IKE_I_MM5"


def test_every_real_capture_is_survived(real_captures: Path) -> None:
    for path in sorted(real_captures.glob("*")):
        if "isakmp" not in path.name.lower() and "ike" not in path.name.lower():
            continue
        ike = Ike(Maps(None), lambda size: bytes(range(size)))  # type: ignore[arg-type]
        ike.configure(facts(POLICY))
        for data in real_messages(real_captures, path.name):
            ike.receive(data, (IPv4Address("192.0.2.1"), 500), (A, 500), 0)
        assert "QM_IDLE" not in [sa.state for sa in ike.ike_sas(0)]


def test_a_real_offer_reads_as_the_suite_that_wireshark_shows(real: list[bytes]) -> None:
    sa = Message.decode(real[0]).payloads[0]
    assert isinstance(sa, SecurityAssociation)
    suite = read_suite(sa.proposals[0].transforms[0])
    assert (suite.encryption, suite.key_bits, suite.hash) == ("aes", 128, "sha")
    assert (suite.authentication, suite.group, suite.lifetime) == ("pre-share", 2, 86400)
