"""Mistakes made on purpose: what our IKE and ESP must not get away with.

Each bends one thing in this process and takes whatever has `setattr` as pytest's MonkeyPatch does.
Held against the recordings of real gateways (tests/parity) and against a running charon
(`test_strongswan`): without that neither would prove anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.protocols import esp
from labkit.protocols.ike import context, informational, keys, quick_mode_steps
from labkit.protocols.wire.isakmp import Nonce, SecurityAssociation


def payload_order(patch: Any) -> None:
    """Quick mode with the nonce before the SA, which RFC 2409 section 5.5 forbids."""
    real = quick_mode_steps.encode_payloads

    def swapped(payloads: Any) -> bytes:
        kinds = sorted(payloads, key=lambda each: isinstance(each, SecurityAssociation))
        return real(tuple(kinds) if any(isinstance(p, Nonce) for p in payloads) else payloads)

    patch.setattr(keys, "encode_payloads", swapped)
    patch.setattr(quick_mode_steps, "encode_payloads", swapped)  # what HASH(1) and (2) cover


def iv(patch: Any) -> None:
    """Quick modes that begin with an IV of zeros; two gateways of ours agree, and do not mind."""
    patch.setattr(context, "phase2_iv", lambda hash_, cipher, block, mid: bytes(cipher.block))


def notify_code(patch: Any) -> None:
    """PAYLOAD-MALFORMED where NO-PROPOSAL-CHOSEN is meant."""
    patch.setattr(informational, "NO_PROPOSAL_CHOSEN", 16)


def longer_padding(patch: Any) -> None:
    """One more block of padding than needed; the padding is well formed."""
    _pad(patch, lambda size: bytes(range(1, size + 17)) + bytes([size + 16]))


def zero_padding(patch: Any) -> None:
    """Padding of zeros, where RFC 4303 section 2.4 wants 1, 2, 3."""
    _pad(patch, lambda size: bytes(size) + bytes([size]))


def padding_length(patch: Any) -> None:
    """A pad length that is more than there is in the packet."""
    _pad(patch, lambda size: bytes(range(1, size + 1)) + b"\xff")


def _pad(patch: Any, padding: Callable[[int], bytes]) -> None:
    """Seal with another padding; what is received is looked at as ever."""
    real, pads = esp.Outbound.seal, esp._PADS
    table = tuple(padding(size) for size in range(16))

    def seal(self: esp.Outbound, payload: bytes, next_header: int) -> bytes:
        esp._PADS = table
        try:
            return real(self, payload, next_header)
        finally:
            esp._PADS = pads

    patch.setattr(esp.Outbound, "seal", seal)


MISTAKES: dict[str, Callable[[Any], None]] = {
    "payload order": payload_order,
    "IV": iv,
    "notify code": notify_code,
    "ESP padding, longer": longer_padding,
    "ESP padding, zeros": zero_padding,
    "ESP padding, its length": padding_length,
}
"""By what is wrong."""
