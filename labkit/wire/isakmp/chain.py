"""The generic payload header (RFC 2408 section 3.2) and the list that it links.

The same four bytes link the payloads of a message, the proposals of an SA and the transforms of
a proposal.  Each names the type of the *next* one, so a list is written from its successors.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from labkit.wire import DecodeError

_GENERIC = struct.Struct("!BBH")


def split(first: int, data: bytes, names: dict[int, str]) -> tuple[list[tuple[int, bytes]], bytes]:
    """Cut a chain into (type, body) pairs; also return what follows its last member.

    `first` is the type of the first member, 0 for an empty chain; `names` is for messages.
    Raises DecodeError for a bad length or a RESERVED field that is not zero, in IOS's words.
    """
    members: list[tuple[int, bytes]] = []
    kind, offset = first, 0
    while kind:
        name = names.get(kind, f"type {kind}")
        if len(data) - offset < _GENERIC.size:
            raise DecodeError(f"ISAKMP: no room for the {name} payload")
        following, reserved, length = _GENERIC.unpack_from(data, offset)
        if reserved:
            raise DecodeError(f"ISAKMP: reserved not zero on {name} payload")
        if not _GENERIC.size <= length <= len(data) - offset:
            raise DecodeError(f"ISAKMP: a length of {length} on {name} payload")
        members.append((kind, data[offset + _GENERIC.size : offset + length]))
        offset += length
        kind = following
    return members, data[offset:]


def join(members: Iterable[tuple[int, bytes]]) -> bytes:
    """Return the chain of (type, body) pairs; the first type goes into what precedes it."""
    pairs = list(members)
    following = [kind for kind, _ in pairs[1:]] + [0]
    return b"".join(
        _GENERIC.pack(kind, 0, _GENERIC.size + len(body)) + body
        for kind, (_, body) in zip(following, pairs, strict=False)
    )
