"""How IOS keeps passwords: type 7 (reversible), and type 5 (MD5 crypt, Poul-Henning Kamp 1994).

Pure functions.  Type 7 is no protection, which the course says; type 5 is what `secret` makes.
Must not know where passwords are used.
"""

from __future__ import annotations

import hashlib
import hmac

_TABLE = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
"""The constant that every router has in common (public since 1995)."""
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
    """Four salt characters that depend on nothing but the password, so that labs reproduce."""
    digest = hashlib.sha256(b"salt" + text.encode()).digest()
    return "".join(_ALPHABET[byte % 64] for byte in digest[:4])


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
    if kind == "5" and rest.startswith("$1$"):
        return hmac.compare_digest(md5_crypt(typed, rest.split("$")[2]), rest)
    if kind == "7":
        try:
            return hmac.compare_digest(decode_7(rest).encode(), typed.encode())
        except ValueError:
            return False
    return hmac.compare_digest((rest if kind == "0" else kept).encode(), typed.encode())
