"""Encrypted messages of IKEv1 (RFC 2409 §5, appendix B): seal, open, and chain the IVs.

Must not know: which payloads an exchange expects, HASH values.
"""

from __future__ import annotations

from labkit.ike.algorithms import Cipher
from labkit.wire import DecodeError
from labkit.wire.isakmp import (
    ENCRYPTED,
    Header,
    Message,
    Payload,
    decode_payloads,
    encode_payloads,
    pad,
)


def seal(
    cipher: Cipher,
    key: bytes,
    iv: bytes,
    cookies: tuple[bytes, bytes],
    exchange: int,
    message_id: int,
    payloads: tuple[Payload, ...],
) -> tuple[bytes, bytes]:
    """The encrypted message, and its last cipher block: the IV of the next in its exchange."""
    ciphertext = cipher.encrypt(key, iv, pad(encode_payloads(payloads), cipher.block))
    header = Header(*cookies, exchange, ENCRYPTED, message_id, payloads[0].type)
    return Message(header, (), ciphertext).encode(), ciphertext[-cipher.block :]


def open_(
    cipher: Cipher, key: bytes, iv: bytes, message: Message
) -> tuple[tuple[Payload, ...], bytes]:
    """The payloads of an encrypted message, and its last cipher block.

    Raises DecodeError: with a wrong key the plaintext reads as no payload chain.
    """
    ciphertext = message.encrypted
    if not message.header.encrypted:
        raise DecodeError("ISAKMP: not encrypted")
    if not ciphertext or len(ciphertext) % cipher.block:
        raise DecodeError(f"ISAKMP: {len(ciphertext)} encrypted bytes are no whole blocks")
    plaintext = cipher.decrypt(key, iv, ciphertext)
    payloads = decode_payloads(message.header.next_payload, plaintext, padded=True)
    return payloads, ciphertext[-cipher.block :]
