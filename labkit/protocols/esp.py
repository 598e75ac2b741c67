"""ESP security associations (RFC 4303): seal and open packets, refuse forgeries and replays.

Two one-way objects: an `Outbound` SA seals, an `Inbound` SA checks and opens.  Algorithms are
named as in IOS's transform sets: AES-CBC (RFC 3602), AES-GCM (RFC 4106), 3DES-CBC
and DES-CBC (RFC 2451, 2405), NULL (RFC 2410), and the HMACs of RFC 2403, 2404 and 4868.

Must not know: IP headers (the caller wraps and unwraps), IKE, lifetimes, time.

A CBC packet costs one call into OpenSSL: the cipher context lives as long as the SA, and in front
of each packet it encrypts one more block, whose ciphertext then *is* the IV.  That is the first
method of NIST SP 800-38A appendix C (the IV is the encryption of a nonce, here the chaining
block), so the IV is unpredictable without the key, yet the same for the same seed.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import new as new_hash
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:  # older releases
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES

PROTOCOL = 50
SEQUENCE_MAX = 0xFFFFFFFF
RandBytes = Callable[[int], bytes]

_HEADER = struct.Struct("!II")


class EspError(Exception):
    """A packet that an SA refuses, or an SA that can seal no more."""


class Malformed(EspError):
    """Too short, of no whole number of blocks, or of another SPI."""


class AuthenticationFailed(EspError):
    """The ICV is not that of the packet (RFC 4303 §3.4.4)."""


class Replayed(EspError):
    """The sequence number was seen, or lies left of the window (RFC 4303 §3.4.3)."""

    def __init__(self, sequence: int) -> None:
        super().__init__(f"sequence number {sequence}")
        self.sequence = sequence


class BadPadding(EspError):
    """The packet is authentic, but its padding is not 1, 2, 3 … (RFC 4303 §2.4)."""


class SequenceOverflow(EspError):
    """2^32 - 1 packets were sealed; the SA must be replaced (RFC 4303 §3.3.3)."""


@dataclass(frozen=True, slots=True)
class CipherSpec:
    """What a cipher does to a packet's length: sizes in bytes."""

    iv: int
    block: int
    """The payload and its trailer fill a whole number of these (at least 4, RFC 4303 §2.4)."""
    tag: int = 0
    """The ICV that a combined-mode algorithm brings itself."""


@dataclass(frozen=True, slots=True)
class IntegritySpec:
    hash: str
    """The name `hashlib` knows it by."""
    key: int
    icv: int


CIPHERS = {
    "esp-aes": CipherSpec(iv=16, block=16),
    "esp-gcm": CipherSpec(iv=8, block=4, tag=16),
    "esp-3des": CipherSpec(iv=8, block=8),
    "esp-des": CipherSpec(iv=8, block=8),
    "esp-null": CipherSpec(iv=0, block=4),
}

INTEGRITY = {
    "esp-md5-hmac": IntegritySpec("md5", 16, 12),
    "esp-sha-hmac": IntegritySpec("sha1", 20, 12),
    "esp-sha256-hmac": IntegritySpec("sha256", 32, 16),
    "esp-sha384-hmac": IntegritySpec("sha384", 48, 24),
    "esp-sha512-hmac": IntegritySpec("sha512", 64, 32),
}

_PADS = tuple(bytes(range(1, n + 1)) + bytes([n]) for n in range(256))
"""Padding and its length, by length."""


def icv_size(cipher: str, integrity: str | None) -> int:
    """Bytes of ICV at the end of a packet."""
    return CIPHERS[cipher].tag + (INTEGRITY[integrity].icv if integrity else 0)


def sealed_size(payload: int, cipher: str, integrity: str | None) -> int:
    """Bytes of the ESP packet (header to ICV) around `payload` bytes."""
    spec = CIPHERS[cipher]
    padded = -(-(payload + 2) // spec.block) * spec.block
    return _HEADER.size + spec.iv + padded + icv_size(cipher, integrity)


def largest_payload(room: int, cipher: str, integrity: str | None) -> int:
    """The longest payload whose ESP packet fits into `room` bytes (1500 - 20 in a tunnel)."""
    spec = CIPHERS[cipher]
    body = room - _HEADER.size - spec.iv - icv_size(cipher, integrity)
    return body // spec.block * spec.block - 2


# --------------------------------------------------------------------------- algorithms


class _Authenticator:
    """HMAC with its key schedule done once (RFC 2104): each packet starts from copies."""

    __slots__ = ("_inner", "_outer", "size")

    def __init__(self, integrity: str, key: bytes) -> None:
        spec = INTEGRITY[integrity]
        if len(key) != spec.key:
            raise ValueError(f"{integrity} takes a key of {spec.key} bytes, not {len(key)}")
        self._inner = new_hash(spec.hash, usedforsecurity=False)
        self._outer = self._inner.copy()
        block = key.ljust(self._inner.block_size, b"\0")
        self._inner.update(bytes(octet ^ 0x36 for octet in block))
        self._outer.update(bytes(octet ^ 0x5C for octet in block))
        self.size = spec.icv

    def icv(self, data: bytes | memoryview) -> bytes:
        inner = self._inner.copy()
        inner.update(data)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()[: self.size]


class _Sealer(Protocol):
    def seal(self, header: bytes, plaintext: bytes) -> bytes:
        """IV, ciphertext and, of a combined mode, its tag."""


class _Opener(Protocol):
    def open(self, header: bytes, body: bytes) -> bytes:
        """The plaintext of IV, ciphertext and tag; raises AuthenticationFailed, Malformed."""


def _block_cipher(cipher: str, key: bytes) -> CipherAlgorithm:
    if cipher == "esp-aes":
        return AES(key)
    return TripleDES(key * 3 if cipher == "esp-des" else key)


class _CbcSealer:
    __slots__ = ("_chain", "_nonce")

    def __init__(self, cipher: str, key: bytes, randbytes: RandBytes) -> None:
        iv = CIPHERS[cipher].iv
        mode = modes.CBC(randbytes(iv))
        self._chain = Cipher(_block_cipher(cipher, key), mode).encryptor()
        self._nonce = randbytes(iv)

    def seal(self, header: bytes, plaintext: bytes) -> bytes:
        return self._chain.update(self._nonce + plaintext)


class _CbcOpener:
    __slots__ = ("_block", "_chain")

    def __init__(self, cipher: str, key: bytes) -> None:
        self._block = CIPHERS[cipher].block
        mode = modes.CBC(bytes(self._block))
        self._chain = Cipher(_block_cipher(cipher, key), mode).decryptor()

    def open(self, header: bytes, body: bytes) -> bytes:
        if len(body) % self._block or len(body) < 2 * self._block:
            raise Malformed(f"{len(body)} bytes are no IV and whole blocks")
        # The IV is deciphered too, to nothing of use; each later block needs only the one before.
        return self._chain.update(body)[self._block :]


class _Gcm:
    """RFC 4106: the last four bytes of the keying material are the salt of every nonce."""

    __slots__ = ("_aead", "_counter", "_salt")

    def __init__(self, key: bytes) -> None:
        self._aead, self._salt, self._counter = AESGCM(key[:-4]), key[-4:], 0

    def seal(self, header: bytes, plaintext: bytes) -> bytes:
        self._counter += 1
        iv = self._counter.to_bytes(8, "big")
        return iv + self._aead.encrypt(self._salt + iv, plaintext, header)

    def open(self, header: bytes, body: bytes) -> bytes:
        try:
            return self._aead.decrypt(self._salt + body[:8], body[8:], header)
        except InvalidTag as error:
            raise AuthenticationFailed("GCM tag") from error


class _Null:
    __slots__ = ()

    def seal(self, header: bytes, plaintext: bytes) -> bytes:
        return plaintext

    def open(self, header: bytes, body: bytes) -> bytes:
        return body


def _check(cipher: str, integrity: str | None) -> None:
    if CIPHERS[cipher].tag == 0 and integrity is None and cipher == "esp-null":
        raise ValueError("NULL encryption without integrity protects nothing (RFC 4303 §3.2)")


# --------------------------------------------------------------------------- associations


class Outbound:
    """The sealing half of an SA; `sequence` is the number of the last packet, 0 before it."""

    __slots__ = ("_authenticator", "_block", "_sealer", "_size", "sequence", "spi")

    def __init__(
        self,
        spi: int,
        cipher: str,
        key: bytes,
        integrity: str | None,
        integrity_key: bytes,
        randbytes: RandBytes,
    ) -> None:
        """Keys are bytes of the sizes IKE derives; raises ValueError for a size that is wrong."""
        _check(cipher, integrity)
        self.spi = spi
        self.sequence = 0
        self._block = CIPHERS[cipher].block
        self._sealer: _Sealer = (
            _Gcm(key)
            if cipher == "esp-gcm"
            else _Null()
            if cipher == "esp-null"
            else _CbcSealer(cipher, key, randbytes)
        )
        self._authenticator = _Authenticator(integrity, integrity_key) if integrity else None

    def seal(self, payload: bytes, next_header: int) -> bytes:
        """The ESP packet around `payload`; raises SequenceOverflow (RFC 4303 §3.3)."""
        if self.sequence >= SEQUENCE_MAX:
            raise SequenceOverflow(f"SPI {self.spi:#010x}")
        self.sequence += 1
        header = _HEADER.pack(self.spi, self.sequence)
        pad = _PADS[-(len(payload) + 2) % self._block]
        body = self._sealer.seal(header, b"%b%b%c" % (payload, pad, next_header))
        packet = header + body
        if self._authenticator is None:
            return packet
        return packet + self._authenticator.icv(packet)


class ReplayWindow:
    """Which sequence numbers were accepted, `size` back from the highest (RFC 4303 §3.4.3)."""

    __slots__ = ("_seen", "highest", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.highest = 0
        self._seen = 0
        """Bit n: `highest` - n was accepted."""

    def acceptable(self, sequence: int) -> bool:
        """Whether `sequence` is new; nothing is recorded, the packet may yet be forged."""
        behind = self.highest - sequence
        if behind < 0:
            return True
        return sequence != 0 and behind < self.size and not self._seen >> behind & 1

    def record(self, sequence: int) -> None:
        """Note an authentic packet."""
        ahead = sequence - self.highest
        if ahead > 0:
            # A jump beyond the window forgets everything; never shift by what a peer sent.
            self._seen = self._seen << ahead & (1 << self.size) - 1 if ahead < self.size else 0
            self._seen |= 1
            self.highest = sequence
        else:
            self._seen |= 1 << -ahead


class Inbound:
    """The opening half of an SA; `window` None switches anti-replay off."""

    __slots__ = ("_authenticator", "_minimum", "_opener", "spi", "window")

    def __init__(
        self,
        spi: int,
        cipher: str,
        key: bytes,
        integrity: str | None,
        integrity_key: bytes,
        window: int | None = 64,
    ) -> None:
        _check(cipher, integrity)
        self.spi = spi
        # RFC 4303 §3.4.3: without integrity a forger could move the window, so there is none.
        protected = integrity is not None or CIPHERS[cipher].tag > 0
        self.window = ReplayWindow(window) if window and protected else None
        self._opener: _Opener = (
            _Gcm(key)
            if cipher == "esp-gcm"
            else _Null()
            if cipher == "esp-null"
            else _CbcOpener(cipher, key)
        )
        self._authenticator = _Authenticator(integrity, integrity_key) if integrity else None
        self._minimum = sealed_size(0, cipher, integrity)

    def open(self, packet: bytes) -> tuple[bytes, int]:
        """The payload and its next header.

        Raises Malformed, Replayed, AuthenticationFailed or BadPadding; only an authentic packet
        moves the window.
        """
        if len(packet) < self._minimum:
            raise Malformed(f"{len(packet)} bytes, at least {self._minimum} needed")
        spi, sequence = _HEADER.unpack_from(packet)
        if spi != self.spi:
            raise Malformed(f"SPI {spi:#010x} is not ours")
        if self.window is not None and not self.window.acceptable(sequence):
            raise Replayed(sequence)
        if self._authenticator is not None:
            end = len(packet) - self._authenticator.size
            if not hmac.compare_digest(self._authenticator.icv(packet[:end]), packet[end:]):
                raise AuthenticationFailed(f"sequence number {sequence}")
            body = packet[8:end]
        else:
            body = packet[8:]
        plaintext = self._opener.open(packet[:8], body)
        if self.window is not None:
            self.window.record(sequence)
        end = len(plaintext) - 2 - plaintext[-2]
        if end < 0 or plaintext[end:-1] != _PADS[plaintext[-2]]:
            raise BadPadding(f"pad length {plaintext[-2]}")
        return plaintext[:end], plaintext[-1]
