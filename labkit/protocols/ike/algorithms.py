"""The algorithms of IKEv1 and of the IPsec DOI, as data.

Numbers are those of the attributes of RFC 2409 appendix A (Phase 1) and of RFC 2407 §4.4, §4.5
with RFC 3602, 4106 and 4868 (Phase 2).  `fact` is the word `configuration` uses for it.
A new algorithm is a new row.

Must not know: messages, states.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher as _Cipher
from cryptography.hazmat.primitives.ciphers import CipherAlgorithm, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:  # older releases
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES


@dataclass(frozen=True, slots=True)
class Cipher:
    """A Phase 1 cipher in CBC mode; sizes in bytes."""

    number: int
    fact: str
    rfc: str
    block: int
    key_sizes: tuple[int, ...]

    def encrypt(self, key: bytes, iv: bytes, plaintext: bytes) -> bytes:
        """CBC over whole blocks."""
        encryptor = _Cipher(self._algorithm(key), modes.CBC(iv)).encryptor()
        return encryptor.update(plaintext) + encryptor.finalize()

    def decrypt(self, key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
        """CBC over whole blocks."""
        decryptor = _Cipher(self._algorithm(key), modes.CBC(iv)).decryptor()
        return decryptor.update(ciphertext) + decryptor.finalize()

    def _algorithm(self, key: bytes) -> CipherAlgorithm:
        if self.fact == "aes":
            return AES(key)
        return TripleDES(key * 3 if self.fact == "des" else key)


@dataclass(frozen=True, slots=True)
class Hash:
    """A Phase 1 hash; its HMAC is the prf (RFC 2409 §4)."""

    number: int
    fact: str
    rfc: str
    library: str
    size: int

    def digest(self, data: bytes) -> bytes:
        return hashlib.new(self.library, data, usedforsecurity=False).digest()

    def prf(self, key: bytes, data: bytes) -> bytes:
        return hmac.digest(key, data, self.library)


CIPHERS = (
    Cipher(1, "des", "DES-CBC", 8, (8,)),
    Cipher(5, "3des", "3DES-CBC", 8, (24,)),
    Cipher(7, "aes", "AES-CBC", 16, (16, 24, 32)),
)
HASHES = (
    Hash(1, "md5", "MD5", "md5", 16),
    Hash(2, "sha", "SHA", "sha1", 20),
    Hash(4, "sha256", "SHA2-256", "sha256", 32),
    Hash(5, "sha384", "SHA2-384", "sha384", 48),
    Hash(6, "sha512", "SHA2-512", "sha512", 64),
)
AUTHENTICATION = {"pre-share": 1, "rsa-sig": 3, "rsa-encr": 4}

CIPHER_BY_NUMBER = {cipher.number: cipher for cipher in CIPHERS}
CIPHER_BY_FACT = {cipher.fact: cipher for cipher in CIPHERS}
HASH_BY_NUMBER = {hash_.number: hash_ for hash_ in HASHES}
HASH_BY_FACT = {hash_.fact: hash_ for hash_ in HASHES}


@dataclass(frozen=True, slots=True)
class EspCipher:
    """An ESP transform of the IPsec DOI."""

    transform_id: int
    fact: str
    rfc: str
    key_bits: tuple[int, ...]
    """Key lengths; the first is used where a proposal names none."""
    variable: bool = False
    """Whether a proposal carries the Key Length attribute."""
    salt: int = 0
    """Bytes of keying material after the key (RFC 4106 §8.1)."""
    combined: bool = False


@dataclass(frozen=True, slots=True)
class EspIntegrity:
    number: int
    fact: str
    rfc: str
    key: int
    """Bytes of keying material."""


ESP_CIPHERS = (
    EspCipher(2, "esp-des", "ESP_DES", (64,)),
    EspCipher(3, "esp-3des", "ESP_3DES", (192,)),
    EspCipher(11, "esp-null", "ESP_NULL", (0,)),
    EspCipher(12, "esp-aes", "ESP_AES", (128, 192, 256), variable=True),
    EspCipher(20, "esp-gcm", "ESP_AES_GCM_16", (128, 192, 256), True, 4, True),
)
ESP_INTEGRITY = (
    EspIntegrity(1, "esp-md5-hmac", "HMAC-MD5", 16),
    EspIntegrity(2, "esp-sha-hmac", "HMAC-SHA", 20),
    EspIntegrity(5, "esp-sha256-hmac", "HMAC-SHA256", 32),
    EspIntegrity(6, "esp-sha384-hmac", "HMAC-SHA384", 48),
    EspIntegrity(7, "esp-sha512-hmac", "HMAC-SHA512", 64),
)
ESP_CIPHER_BY_ID = {cipher.transform_id: cipher for cipher in ESP_CIPHERS}
ESP_CIPHER_BY_FACT = {cipher.fact: cipher for cipher in ESP_CIPHERS}
ESP_INTEGRITY_BY_NUMBER = {integrity.number: integrity for integrity in ESP_INTEGRITY}
ESP_INTEGRITY_BY_FACT = {integrity.fact: integrity for integrity in ESP_INTEGRITY}
