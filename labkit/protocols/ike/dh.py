"""Diffie-Hellman groups (RFC 2409 §6, 3526, 5114, 5903): public values and shared secrets.

The MODP primes are written as their RFCs define them: 2^n - 2^(n-64) - 1 + 2^64 * (the first
n - 130 bits of pi, plus a small number), so that a row is two numbers and not a page of hex.
Group 24 has no such law, and three long numbers (RFC 5114 §2.3): old configurations name it,
RFC 8247 §2.4 says SHOULD NOT.

Must not know: where the entropy comes from (the caller gives the private value), messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec


class BadPublicValue(ValueError):
    """A peer's public value that would give the secret away or is no group element."""


@dataclass(frozen=True, slots=True)
class Modp:
    """A group of integers modulo a safe prime, with generator 2."""

    number: int
    bits: int
    offset: int
    """What is added to the bits of pi to make the number a safe prime."""
    private_size: int
    """Bytes of private exponent: twice the strength and more (RFC 3526 §8)."""

    @property
    def size(self) -> int:
        """Bytes of a public value and of the secret."""
        return self.bits // 8

    @property
    def prime(self) -> int:
        return _prime(self.bits, self.offset)

    def public(self, private: bytes) -> bytes:
        """g^x, padded to the length of the prime."""
        return pow(2, _exponent(private), self.prime).to_bytes(self.size, "big")

    def shared(self, private: bytes, peer: bytes) -> bytes:
        """g^xy; raises BadPublicValue for a wrong length or for 0, 1, p - 1 and above."""
        if len(peer) != self.size:
            raise BadPublicValue(f"group {self.number}: {len(peer)} bytes, not {self.size}")
        value = int.from_bytes(peer, "big")
        if not 1 < value < self.prime - 1:
            raise BadPublicValue(f"group {self.number}: degenerate public value")
        return pow(value, _exponent(private), self.prime).to_bytes(self.size, "big")


@dataclass(frozen=True, slots=True)
class Schnorr:
    """A subgroup of prime order modulo a prime (RFC 5114); the generator is no small number."""

    number: int
    prime: int
    generator: int
    order: int
    private_size: int

    @property
    def bits(self) -> int:
        return self.prime.bit_length()

    @property
    def size(self) -> int:
        """Bytes of a public value and of the secret."""
        return self.bits // 8

    def public(self, private: bytes) -> bytes:
        return pow(self.generator, _exponent(private), self.prime).to_bytes(self.size, "big")

    def shared(self, private: bytes, peer: bytes) -> bytes:
        """g^xy; raises BadPublicValue for what is not of the subgroup (RFC 6989 §2.2)."""
        if len(peer) != self.size:
            raise BadPublicValue(f"group {self.number}: {len(peer)} bytes, not {self.size}")
        value = int.from_bytes(peer, "big")
        if not 1 < value < self.prime - 1 or pow(value, self.order, self.prime) != 1:
            raise BadPublicValue(f"group {self.number}: not in the subgroup")
        return pow(value, _exponent(private), self.prime).to_bytes(self.size, "big")


@dataclass(frozen=True, slots=True)
class Ecp:
    """An elliptic curve over a prime field; values are x | y, the secret is x (RFC 5903 §7)."""

    number: int
    bits: int
    private_size: int

    @property
    def size(self) -> int:
        """Bytes of a public value."""
        return self.bits // 8 * 2

    def public(self, private: bytes) -> bytes:
        numbers = self._key(private).public_key().public_numbers()
        half = self.bits // 8
        return numbers.x.to_bytes(half, "big") + numbers.y.to_bytes(half, "big")

    def shared(self, private: bytes, peer: bytes) -> bytes:
        """The x of the common point; raises BadPublicValue for what is no point of the curve."""
        if len(peer) != self.size:
            raise BadPublicValue(f"group {self.number}: {len(peer)} bytes, not {self.size}")
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(self._curve, b"\x04" + peer)
        except ValueError as error:
            raise BadPublicValue(f"group {self.number}: not on the curve") from error
        return self._key(private).exchange(ec.ECDH(), point)

    @property
    def _curve(self) -> ec.EllipticCurve:
        return ec.SECP256R1() if self.bits == 256 else ec.SECP384R1()

    def _key(self, private: bytes) -> ec.EllipticCurvePrivateKey:
        # 2^(bits - 1) is below both curves' orders: any private bytes give a valid scalar.
        scalar = int.from_bytes(private, "big") % ((1 << self.bits - 1) - 1) + 1
        return ec.derive_private_key(scalar, self._curve)


_PRIME_24 = int(
    "87A8E61DB4B6663CFFBBD19C651959998CEEF608660DD0F25D2CEED4435E3B00E00DF8F1D61957D4"
    "FAF7DF4561B2AA3016C3D91134096FAA3BF4296D830E9A7C209E0C6497517ABD5A8A9D306BCF67ED"
    "91F9E6725B4758C022E0B1EF4275BF7B6C5BFC11D45F9088B941F54EB1E59BB8BC39A0BF12307F5C"
    "4FDB70C581B23F76B63ACAE1CAA6B7902D52526735488A0EF13C6D9A51BFA4AB3AD8347796524D8E"
    "F6A167B5A41825D967E144E5140564251CCACB83E6B486F6B3CA3F7971506026C0B857F689962856"
    "DED4010ABD0BE621C3A3960A54E710C375F26375D7014103A4B54330C198AF126116D2276E11715F"
    "693877FAD7EF09CADB094AE91E1A1597",
    16,
)
_GENERATOR_24 = int(
    "3FB32C9B73134D0B2E77506660EDBD484CA7B18F21EF205407F4793A1A0BA12510DBC15077BE463F"
    "FF4FED4AAC0BB555BE3A6C1B0C6B47B1BC3773BF7E8C6F62901228F8C28CBB18A55AE31341000A65"
    "0196F931C77A57F2DDF463E5E9EC144B777DE62AAAB8A8628AC376D282D6ED3864E67982428EBC83"
    "1D14348F6F2F9193B5045AF2767164E1DFC967C1FB3F2E55A4BD1BFFE83B9C80D052B985D182EA0A"
    "DB2A3B7313D3FE14C8484B1E052588B9B7D2BBD2DF016199ECD06E1557CD0915B3353BBB64E0EC37"
    "7FD028370DF92B52C7891428CDC67EB6184B523D1DB246C32F63078490F00EF8D647D148D4795451"
    "5E2327CFEF98C582664B4C0F6CC41659",
    16,
)
_ORDER_24 = int("8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3", 16)

Group = Modp | Schnorr | Ecp

GROUPS: dict[int, Group] = {
    group.number: group
    for group in (
        Modp(1, 768, 149686, 40),
        Modp(2, 1024, 129093, 40),
        Modp(5, 1536, 741804, 40),
        Modp(14, 2048, 124476, 40),
        Modp(15, 3072, 1690314, 48),
        Modp(16, 4096, 240904, 48),
        Ecp(19, 256, 40),
        Ecp(20, 384, 56),
        Schnorr(24, _PRIME_24, _GENERATOR_24, _ORDER_24, 40),
    )
}


def _exponent(private: bytes) -> int:
    return int.from_bytes(private, "big") | 1 << (len(private) * 8 - 1)


@cache
def _prime(bits: int, offset: int) -> int:
    pi = _pi(bits - 130)
    return (1 << bits) - (1 << bits - 64) - 1 + ((pi + offset) << 64)


@cache
def _pi(bits: int) -> int:
    """floor(pi * 2^bits), by Machin's formula with 64 guard bits."""
    scale = 1 << bits + 64
    return 4 * (4 * _arccot(5, scale) - _arccot(239, scale)) >> 64


def _arccot(x: int, scale: int) -> int:
    total = term = scale // x
    divisor, sign = 1, 1
    while term:
        term //= x * x
        divisor, sign = divisor + 2, -sign
        total += sign * (term // divisor)
    return total
