"""`debug crypto engine`: what ISAKMP and IPsec ask of the software that does the cryptography.

Message by message, since every one that is encrypted has a hash inside, and when keys and SAs
come and go.  Must not know the algorithms.
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.ike.events import (
    ExchangeStarted,
    IkeSaDeleted,
    KeysDerived,
    SaDeleted,
    SasCreated,
)
from labkit.net.events import IsakmpDatagram
from labkit.wire.isakmp import ENCRYPTED, HEADER_LENGTH

FIRST = 1000
"""IKE SAs are numbered from 1001, the engine counts its own from 1."""
_FLAGS_AT = 19
"""The octet of the ISAKMP header with its flags (RFC 2408 §3.1)."""


def lines(event: object) -> Iterator[str]:
    """What debugging says about an event."""
    match event:
        case IsakmpDatagram(sent=sent, payload=payload):
            if len(payload) >= HEADER_LENGTH and payload[_FLAGS_AT] & ENCRYPTED:
                done = ("Generate IKE hash", "Encrypt IKE packet")
                undone = ("Decrypt IKE packet", "Generate IKE hash")
                yield from (f"crypto_engine: {what}" for what in (done if sent else undone))
        case ExchangeStarted(exchange="main" | "aggressive"):
            yield "crypto_engine: Create DH"
        case KeysDerived(connection=number):
            yield "crypto_engine: Create IKE SA"
            yield f"crypto engine: deleting DH SW:{number - FIRST}"
        case SasCreated():
            yield "crypto_engine: Generate IKE QM keys"
            for _ in ("inbound", "outbound"):
                yield "crypto_engine: Create IPSec SA (by keys)"
        case SaDeleted(child=child):
            for number in (child.flow, child.flow + 1):
                yield f"crypto engine: deleting IPSec SA SW:{number}"
        case IkeSaDeleted(connection=number):
            yield f"crypto engine: deleting IKE SA SW:{number - FIRST}"
