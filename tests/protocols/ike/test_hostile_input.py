"""Whatever arrives, `receive` does not raise, and forgeries change nothing."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from labkit.protocols.ike import Datagram, Role
from labkit.protocols.ike.dh import GROUPS
from labkit.protocols.ike.events import BadMessage, Dropped
from labkit.protocols.wire.isakmp import KeyExchange, Message, Nonce
from tests.protocols.ike.pair import LATENCY, A, B, Pair

BLOCK = 16
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def damaged(data: bytes, draw: st.DataObject) -> bytes:
    """A real message with bits turned, bytes cut off or added, or lengths made huge."""
    mutable = bytearray(data)
    for _ in range(draw.draw(st.integers(0, 4))):
        at = draw.draw(st.integers(0, len(mutable) - 1))
        mutable[at] ^= draw.draw(st.integers(1, 255))
    cut = draw.draw(st.integers(0, len(mutable)))
    mutable = mutable[:cut] if draw.draw(st.booleans()) else mutable
    mutable += draw.draw(st.binary(max_size=8))
    if len(mutable) >= 28 and draw.draw(st.booleans()):
        mutable[24:28] = len(mutable).to_bytes(4, "big")
    return bytes(mutable)


@QUIET
@given(st.binary(max_size=400))
def test_random_bytes_are_dropped(data: bytes) -> None:
    pair = Pair()
    pair.deliver(Datagram(B, 500, A, 500, data))
    assert pair.a.outbox() == []
    assert pair.a.ike_sas(0) == []


@QUIET
@given(st.data(), st.integers(1, 9))
def test_a_damaged_copy_before_each_message_never_raises(draw: st.DataObject, which: int) -> None:
    """The real message follows at once; a clear one that was forged well may win (RFC 2409 has
    no cure for that before Phase 1 is authenticated), an encrypted one only by its last cipher
    block: no HASH covers padding, nor what follows the HASH in messages 5 and 6."""
    pair = Pair()

    def wire(datagram: Datagram, count: int) -> list[tuple[int, Datagram]]:
        if count != which:
            return [(LATENCY, datagram)]
        ends = datagram.source, 500, datagram.destination, 500
        forged = Datagram(*ends, damaged(datagram.payload, draw))
        assume(which < 5 or forged.payload[:-BLOCK] != datagram.payload[:-BLOCK])
        return [(LATENCY, forged), (LATENCY + 1, datagram)]

    pair.wire = wire
    pair.ask()
    pair.run(30)
    if which >= 5:
        assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])
        assert len(pair.a.children()) == len(pair.b.children()) == 1


@QUIET
@given(st.data())
def test_damaged_messages_do_no_harm_to_an_sa_that_is_up(draw: st.DataObject) -> None:
    pair = Pair()
    pair.ask()
    pair.run()
    originals = list(pair.sent)
    children = pair.a.children(), pair.b.children()
    for original in originals:
        ends = original.source, 500, original.destination, 500
        pair.deliver(Datagram(*ends, damaged(original.payload, draw)))
    pair.run(30)
    assert pair.a.ike_sas(0)[0].state == "QM_IDLE"
    assert (pair.a.children(), pair.b.children()) == children


def test_degenerate_public_values_are_refused_and_the_real_one_is_taken(pair: Pair) -> None:
    prime = GROUPS[5].prime  # type: ignore[union-attr]
    size = GROUPS[5].size
    bad = [value.to_bytes(size, "big") for value in (0, 1, prime - 1, prime)] + [b"\2" * 95]

    def wire(datagram: Datagram, count: int) -> list[tuple[int, Datagram]]:
        if count not in (3, 4):
            return [(LATENCY, datagram)]
        message = Message.decode(datagram.payload)
        rest = tuple(each for each in message.payloads if not isinstance(each, KeyExchange))
        ends = datagram.source, 500, datagram.destination, 500
        forged = [
            Datagram(*ends, Message(message.header, (KeyExchange(value), *rest)).encode())
            for value in bad
        ]
        return [(LATENCY, each) for each in [*forged, datagram]]

    pair.wire = wire
    pair.ask()
    pair.run(2)
    assert len(pair.told(A, BadMessage)) == len(pair.told(B, BadMessage)) == len(bad)
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])


def test_a_nonce_of_forbidden_length_is_refused(pair: Pair) -> None:
    def wire(datagram: Datagram, count: int) -> list[tuple[int, Datagram]]:
        if count != 3:
            return [(LATENCY, datagram)]
        message = Message.decode(datagram.payload)
        payloads = tuple(Nonce(b"short") if isinstance(p, Nonce) else p for p in message.payloads)
        ends = datagram.source, 500, datagram.destination, 500
        return [(LATENCY, Datagram(*ends, Message(message.header, payloads).encode()))]

    pair.wire = wire
    pair.ask()
    pair.run(2)
    assert pair.told(A, BadMessage)
    assert pair.states()[0] == ["MM_SA_SETUP"]


def test_messages_with_wrong_cookies_or_of_another_peer_are_dropped(pair: Pair) -> None:
    pair.ask()
    pair.run()
    before = len(pair.sent)
    for original in pair.sent[1:]:
        payload = bytes([original.payload[0] ^ 1]) + original.payload[1:]
        ends = original.source, 500, original.destination, 500
        pair.deliver(Datagram(*ends, payload))
        stranger = Datagram(original.source + 1, 500, original.destination, 500, original.payload)
        pair.deliver(stranger)
    assert len(pair.told(A, Dropped)) + len(pair.told(B, Dropped)) == 16
    assert len(pair.sent) == before


def test_an_unprotected_delete_or_notify_is_not_believed(pair: Pair) -> None:
    from labkit.protocols.wire.isakmp import Delete, Header, Notification

    pair.ask()
    pair.run()
    (sa,) = pair.a.ike_sas(0)
    header = Header(sa.initiator_cookie, sa.responder_cookie, 5, message_id=9)
    spi = sa.initiator_cookie + sa.responder_cookie
    forged = Message(header, (Delete(1, (spi,)), Notification(1, 24578, spi))).encode()
    pair.deliver(Datagram(B, 500, A, 500, forged))
    pair.run()
    assert pair.a.ike_sas(0)[0].role is Role.RESPONDER
    assert pair.states() == (["QM_IDLE"], ["QM_IDLE"])
    assert len(pair.a.children()) == 1
