"""The MPLS label stack (RFC 3032).

Knows label stack entries; does not know what is below the bottom one (IPv4 or a pseudowire's
Ethernet frame): only the router that gave out the label does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from labkit.protocols.wire import DecodeError

ENTRY_LENGTH = 4
DEEPEST = 16
"""Labels read from one packet at most; real stacks have two to five."""

_ENTRY = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Label:
    """One label stack entry; `exp` is the 3-bit traffic class (RFC 5462)."""

    value: int
    exp: int = 0
    bottom: bool = False
    ttl: int = 255

    def encode(self) -> bytes:
        """Return the 4 bytes of the entry."""
        return _ENTRY.pack(self.value << 12 | self.exp << 9 | self.bottom << 8 | self.ttl)


def encode_stack(labels: Iterable[Label]) -> bytes:
    """Return the entries from the top on; the S bit is set on the last one whatever they say."""
    words = [label.value << 12 | label.exp << 9 | label.ttl for label in labels]
    if not words:
        return b""
    words[-1] |= 0x100
    return struct.pack(f"!{len(words)}I", *words)


def decode_stack(data: bytes) -> tuple[tuple[Label, ...], bytes]:
    """Return the stack, top first, and what is below it.

    Raises DecodeError if the data or DEEPEST entries end before an entry with the S bit.
    """
    labels: list[Label] = []
    offset = 0
    while len(labels) < DEEPEST:
        if len(data) < offset + ENTRY_LENGTH:
            raise DecodeError("MPLS: the label stack has no bottom")
        (word,) = _ENTRY.unpack_from(data, offset)
        offset += ENTRY_LENGTH
        bottom = bool(word & 0x100)
        labels.append(Label(word >> 12, word >> 9 & 7, bottom, word & 0xFF))
        if bottom:
            return tuple(labels), data[offset:]
    raise DecodeError(f"MPLS: more than {DEEPEST} labels")
