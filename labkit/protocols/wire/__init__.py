"""Bytes to frozen dataclasses and back, one protocol a module.

Every codec here is a value with `X.decode(data) -> X` and `x.encode() -> bytes` (UDP and TCP
also take the addresses of their pseudo header).  Anything a peer could send that is not well
formed raises `DecodeError`, and nothing else does.  What decodes encodes back to the same bytes,
but for reserved bits and for BGP, which may say one thing in two forms.

Here is what they share.  The Internet checksum (RFC 1071): one's complement addition of 16-bit
words is arithmetic modulo 0xFFFF, so one big-integer remainder does in C what a loop over words
would do in Python.

Must not know: the lab, time, keys, routers' facts, sockets.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address

_PSEUDO = struct.Struct("!IIBBH")


class DecodeError(ValueError):
    """The bytes are not a well formed message of the protocol that was asked for."""


def internet_checksum(data: bytes) -> int:
    """Return the 16-bit checksum of `data`; over data that carries its checksum it is 0."""
    if len(data) & 1:
        data += b"\0"
    total = int.from_bytes(data, "big")
    # 0 and 0xFFFF are both zero in one's complement: only all-zero data sums to plain 0.
    return 0xFFFF - (total % 0xFFFF or (0xFFFF if total else 0))


def pseudo_header(src: IPv4Address, dst: IPv4Address, protocol: int, length: int) -> bytes:
    """Return the 12 bytes that UDP and TCP put before themselves when they sum (RFC 768, 9293)."""
    return _PSEUDO.pack(int(src), int(dst), 0, protocol, length)
