"""Entropy that is the same on every machine: streams that follow from a text.

SHA-256 of the text and a counter, block by block.  For a simulation: nothing here keeps a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256


def stream(text: str) -> Callable[[int], bytes]:
    """A function that gives the next n bytes of the stream named `text`."""
    blocks = 0
    kept = b""

    def randbytes(count: int) -> bytes:
        nonlocal blocks, kept
        while len(kept) < count:
            kept += sha256(f"{text}/{blocks}".encode()).digest()
            blocks += 1
        taken, kept = kept[:count], kept[count:]
        return taken

    return randbytes
