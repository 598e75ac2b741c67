"""Bytes to frozen dataclasses and back, one protocol a module.

Every codec here is a value with `X.decode(data) -> X` and `x.encode() -> bytes` (UDP and TCP
also take the addresses of their pseudo header).  Anything a peer could send that is not well
formed raises `DecodeError`, and nothing else does.  What decodes encodes back to the same bytes,
but for reserved bits and for BGP, which may say one thing in two forms.

Must not know: the lab, time, keys, routers' facts, sockets.
"""

from __future__ import annotations

__all__ = ["DecodeError"]


class DecodeError(ValueError):
    """The bytes are not a well formed message of the protocol that was asked for."""
