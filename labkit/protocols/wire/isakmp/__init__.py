"""ISAKMP as IKEv1 uses it (RFC 2408, RFC 2409, RFC 2407; NAT-T payloads: RFC 3947).

`proposal` is the tree inside an SA payload, `payload` the other payloads and the chain that
links them, `message` the header and the whole.  Knows bytes; does not know what a payload is
for, any key, or in which order messages come: that is `labkit.protocols.ike`.
"""

from __future__ import annotations

from labkit.protocols.wire.isakmp.message import (
    AGGRESSIVE,
    ENCRYPTED,
    HEADER_LENGTH,
    INFORMATIONAL,
    MAIN_MODE,
    NON_ESP_MARKER,
    QUICK_MODE,
    Header,
    Message,
    pad,
)
from labkit.protocols.wire.isakmp.payload import (
    Delete,
    Hash,
    Identification,
    KeyExchange,
    NatDetection,
    NatOriginalAddress,
    Nonce,
    Notification,
    Opaque,
    Payload,
    SecurityAssociation,
    VendorId,
    decode_payloads,
    encode_payloads,
)
from labkit.protocols.wire.isakmp.proposal import Attribute, Proposal, Transform
