"""How IOS keeps passwords: type 7 (reversible), 5 (MD5 crypt, Poul-Henning Kamp 1994), 8
(PBKDF2 with SHA-256, RFC 8018) and 9 (scrypt, RFC 7914).

Pure functions.  Type 7 is no protection, which the course says; type 5 is what `secret` makes.
Types 8 and 9 are only read: a hash that was pasted lets its owner in.  Must not know where
passwords are used.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

_TABLE = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
"""The constant that every router has in common (public since 1995)."""
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def encode_7(text: str, seed: int = 2) -> str:
    """A password of type 7; `seed` (0 to 15) says where in the table to begin."""
    data = text.encode()
    coded = bytes(byte ^ _TABLE[(seed + i) % len(_TABLE)] for i, byte in enumerate(data))
    return f"{seed:02d}{coded.hex().upper()}"


def decode_7(coded: str) -> str:
    """The password inside type 7.  Raises ValueError if it is not well formed."""
    seed, data = int(coded[:2]), bytes.fromhex(coded[2:])
    return bytes(b ^ _TABLE[(seed + i) % len(_TABLE)] for i, b in enumerate(data)).decode()


def salt_for(text: str) -> str:
    """Salt characters that depend on nothing but the password, so that labs reproduce."""
    digest = hashlib.sha256(b"salt" + text.encode()).digest()
    return "".join(_ALPHABET[byte % 64] for byte in digest[:4])


def kept_secret(text: str) -> str:
    """A secret as it is kept, its type in front."""
    return f"5 {md5_crypt(text, salt_for(text))}"


def pbkdf2(text: str, salt: str) -> str:
    """`$8$salt$hash`: PBKDF2 with HMAC-SHA-256, twenty thousand rounds."""
    digest = hashlib.pbkdf2_hmac("sha256", text.encode(), salt.encode(), 20_000)
    return f"$8${salt}${_in_order(digest)}"


def scrypt(text: str, salt: str) -> str:
    """`$9$salt$hash`: scrypt with N 16384, r 1, p 1."""
    digest = hashlib.scrypt(text.encode(), salt=salt.encode(), n=1 << 14, r=1, p=1, dklen=32)
    return f"$9${salt}${_in_order(digest)}"


def _in_order(digest: bytes) -> str:
    """Base64 (RFC 4648) with the alphabet of crypt and without its padding."""
    coded = base64.b64encode(digest).decode().rstrip("=")
    return coded.translate(str.maketrans(_BASE64, _ALPHABET))


def md5_crypt(text: str, salt: str) -> str:
    """`$1$salt$hash`: a thousand rounds of MD5."""
    password, salted = text.encode(), salt.encode()
    inner = hashlib.md5(password + salted + password).digest()
    first = hashlib.md5(password + b"$1$" + salted)
    first.update((inner * (len(password) // 16 + 1))[: len(password)])
    length = len(password)
    while length:
        first.update(b"\0" if length & 1 else password[:1])
        length >>= 1
    digest = first.digest()
    for turn in range(1000):
        odd = turn & 1
        mixed = hashlib.md5(password if odd else digest)
        mixed.update(salted if turn % 3 else b"")
        mixed.update(password if turn % 7 else b"")
        mixed.update(digest if odd else password)
        digest = mixed.digest()
    return f"$1${salt}${_base64(digest)}"


def _base64(digest: bytes) -> str:
    out = []
    for a, b, c in ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)):
        value = digest[a] << 16 | digest[b] << 8 | digest[c]
        out += [_ALPHABET[value >> shift & 63] for shift in (0, 6, 12, 18)]
    out += [_ALPHABET[digest[11] >> shift & 63] for shift in (0, 6)]
    return "".join(out)


def agrees(typed: str, kept: str) -> bool:
    """Whether a typed password is the kept one: `5 $1$…`, `7 …`, `0 text` or bare text."""
    kind, _, rest = kept.partition(" ")
    hashed = _HASHES.get(kind)
    if hashed is not None and rest.startswith(hashed[0]):
        return hmac.compare_digest(hashed[1](typed, rest.split("$")[2]), rest)
    if kind == "7":
        try:
            return hmac.compare_digest(decode_7(rest).encode(), typed.encode())
        except ValueError:
            return False
    return hmac.compare_digest((rest if kind == "0" else kept).encode(), typed.encode())


_HASHES: dict[str, tuple[str, Callable[[str, str], str]]] = {
    "5": ("$1$", md5_crypt),
    "8": ("$8$", pbkdf2),
    "9": ("$9$", scrypt),
}
"""By type: how the hash begins, and how it is made from password and salt."""
