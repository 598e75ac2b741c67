"""ISAKMP beyond the round trip: padding, chains, and what IOS calls malformed."""

from __future__ import annotations

import pytest

from labkit.protocols.wire import DecodeError, isakmp

ID = isakmp.Identification(1, bytes([192, 0, 2, 28]), 17, 500)
HASH = isakmp.Hash(bytes(32))


def header(flags: int = 0) -> isakmp.Header:
    return isakmp.Header(b"initiate", b"responds", isakmp.MAIN_MODE, flags, next_payload=5)


@pytest.mark.parametrize(("size", "padded"), [(60, 64), (63, 64), (64, 80), (0, 16)])
def test_padding_always_adds_something_as_ios_does(size: int, padded: int) -> None:
    assert len(isakmp.pad(bytes(size), 16)) == padded


def test_a_decrypted_chain_is_read_without_its_padding() -> None:
    chain = isakmp.encode_payloads([ID, HASH])
    assert isakmp.decode_payloads(5, isakmp.pad(chain, 16), padded=True) == (ID, HASH)


def test_bytes_after_a_clear_chain_are_refused() -> None:
    with pytest.raises(DecodeError, match="after the last payload"):
        isakmp.decode_payloads(5, isakmp.encode_payloads([ID]) + b"\0")


def test_a_reserved_field_that_is_not_zero_is_reported_in_the_words_of_ios() -> None:
    chain = bytearray(isakmp.encode_payloads([ID]))
    chain[1] = 9
    with pytest.raises(DecodeError, match="reserved not zero on ID payload"):
        isakmp.decode_payloads(5, bytes(chain))


def test_an_encrypted_message_is_opaque_and_keeps_its_first_payload_type() -> None:
    message = isakmp.Message(header(isakmp.ENCRYPTED), encrypted=bytes(range(48)))
    again = isakmp.Message.decode(message.encode())
    assert again == message
    assert again.header.next_payload == 5


def test_the_first_payload_type_follows_from_the_payloads() -> None:
    data = isakmp.Message(header(), (HASH, ID)).encode()
    assert data[16] == HASH.type
    assert isakmp.Message.decode(data).payloads == (HASH, ID)


def test_a_message_of_ike_version_2_is_refused() -> None:
    data = bytearray(isakmp.Message(header(), (ID,)).encode())
    data[17] = 0x20
    with pytest.raises(DecodeError, match="version 2"):
        isakmp.Message.decode(bytes(data))


def test_the_body_of_an_id_is_what_the_hash_runs_over() -> None:
    assert ID.body() == bytes.fromhex("011101f4c000021c")


def test_a_transform_count_that_lies_is_refused() -> None:
    offer = isakmp.Proposal(1, 1, b"", (isakmp.Transform(1, 1),))
    data = bytearray(isakmp.Message(header(), (isakmp.SecurityAssociation((offer,)),)).encode())
    data[28 + 12 + 7] = 2
    with pytest.raises(DecodeError, match="1 transforms, not 2"):
        isakmp.Message.decode(bytes(data))
