"""Every formula of RFC 2409 that turns secrets into keys, hashes and IVs, and messages they seal.

Pure functions.  `prf` is the HMAC of the negotiated hash.  Names are the RFC's: SKEYID, g^xy,
CKY-I, Ni_b (the body of the initiator's nonce payload), SAi_b, IDii_b.  `seal` and `open_` chain
the IVs of encrypted messages (§5, appendix B).

Must not know: states, which payloads an exchange expects; bodies and chains come in as bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.protocols.ike.algorithms import Cipher, Hash
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import (
    ENCRYPTED,
    Header,
    Message,
    Payload,
    decode_payloads,
    encode_payloads,
    pad,
)


@dataclass(frozen=True, slots=True)
class SkeyId:
    """The keys of one IKE SA (RFC 2409 §5)."""

    root: bytes
    """SKEYID."""
    d: bytes
    """For keying material of other SAs."""
    a: bytes
    """For authenticating messages."""
    e: bytes
    """For encrypting messages."""


def skeyid(hash_: Hash, psk: bytes, nonces: bytes, shared: bytes, cookies: bytes) -> SkeyId:
    """SKEYID for pre-shared keys and what follows (§5, §5.4); nonces is Ni_b | Nr_b."""
    root = hash_.prf(psk, nonces)
    d = hash_.prf(root, shared + cookies + b"\0")
    a = hash_.prf(root, d + shared + cookies + b"\1")
    e = hash_.prf(root, a + shared + cookies + b"\2")
    return SkeyId(root, d, a, e)


def cipher_key(hash_: Hash, skeyid_e: bytes, size: int) -> bytes:
    """Ka of appendix B: SKEYID_e, or its expansion K1 | K2 | … where it is too short."""
    if len(skeyid_e) >= size:
        return skeyid_e[:size]
    block = hash_.prf(skeyid_e, b"\0")
    expanded = block
    while len(expanded) < size:
        block = hash_.prf(skeyid_e, block)
        expanded += block
    return expanded[:size]


def phase1_iv(
    hash_: Hash, cipher: Cipher, initiator_public: bytes, responder_public: bytes
) -> bytes:
    """The IV of the fifth main mode message (appendix B)."""
    return hash_.digest(initiator_public + responder_public)[: cipher.block]


def phase2_iv(hash_: Hash, cipher: Cipher, last_block: bytes, message_id: int) -> bytes:
    """The IV of a quick mode's or an informational's first message (appendix B)."""
    return hash_.digest(last_block + message_id.to_bytes(4, "big"))[: cipher.block]


def hash_i(
    hash_: Hash,
    root: bytes,
    publics: tuple[bytes, bytes],
    cookies: tuple[bytes, bytes],
    sa_body: bytes,
    id_body: bytes,
) -> bytes:
    """HASH_I (§5): `publics` is (g^xi, g^xr), `cookies` is (CKY-I, CKY-R)."""
    return hash_.prf(root, b"".join(publics) + b"".join(cookies) + sa_body + id_body)


def hash_r(
    hash_: Hash,
    root: bytes,
    publics: tuple[bytes, bytes],
    cookies: tuple[bytes, bytes],
    sa_body: bytes,
    id_body: bytes,
) -> bytes:
    """HASH_R (§5): the same with the responder's values first."""
    swapped = publics[1] + publics[0] + cookies[1] + cookies[0]
    return hash_.prf(root, swapped + sa_body + id_body)


def hash_1(hash_: Hash, skeyid_a: bytes, message_id: int, rest: bytes) -> bytes:
    """HASH(1) of quick mode (§5.5) and the HASH of an informational (§5.7).

    `rest` is every payload after the HASH, with its generic header.
    """
    return hash_.prf(skeyid_a, message_id.to_bytes(4, "big") + rest)


def hash_2(hash_: Hash, skeyid_a: bytes, message_id: int, nonce_i: bytes, rest: bytes) -> bytes:
    """HASH(2) (§5.5)."""
    return hash_.prf(skeyid_a, message_id.to_bytes(4, "big") + nonce_i + rest)


def hash_3(hash_: Hash, skeyid_a: bytes, message_id: int, nonces: bytes) -> bytes:
    """HASH(3) (§5.5); `nonces` is Ni_b | Nr_b."""
    return hash_.prf(skeyid_a, b"\0" + message_id.to_bytes(4, "big") + nonces)


def keymat(
    hash_: Hash, skeyid_d: bytes, protocol: int, spi: bytes, nonces: bytes, shared: bytes, size: int
) -> bytes:
    """KEYMAT for the SA that `spi` names (§5.5); `shared` is g(qm)^xy, empty without PFS."""
    seed = shared + bytes([protocol]) + spi + nonces
    block = b""
    material = b""
    while len(material) < size:
        block = hash_.prf(skeyid_d, block + seed)
        material += block
    return material[:size]


def nat_detection(hash_: Hash, cookies: tuple[bytes, bytes], address: bytes, port: int) -> bytes:
    """The hash of a NAT-D payload (RFC 3947 §3.2)."""
    return hash_.digest(b"".join(cookies) + address + port.to_bytes(2, "big"))


# --------------------------------------------------------------------------- encrypted messages


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
