"""From a finished quick mode to ESP SAs: KEYMAT, split into keys (RFC 2409 §5.5, RFC 4868).

Must not know: messages; what ESP does with the keys.
"""

from __future__ import annotations

from typing import Literal

from labkit.ike import keys, lifetimes, nat_traversal
from labkit.ike.algorithms import ESP_CIPHER_BY_FACT, ESP_INTEGRITY_BY_FACT
from labkit.ike.context import Context
from labkit.ike.events import SaInstalled, SasCreated
from labkit.ike.payloads import ESP
from labkit.ike.sa import IkeSa, QuickMode
from labkit.ike.values import ChildSa, EspTransform, QuickModeSecrets


def key_sizes(transform: EspTransform) -> tuple[int, int]:
    """Bytes of cipher key (with salt) and of integrity key."""
    cipher = ESP_CIPHER_BY_FACT[transform.cipher]
    bits = transform.key_bits if cipher.variable and transform.key_bits else cipher.key_bits[0]
    integrity = transform.integrity
    return bits // 8 + cipher.salt, ESP_INTEGRITY_BY_FACT[integrity].key if integrity else 0


def derive_child(context: Context, sa: IkeSa, node: QuickMode) -> None:
    """Make `node.child` of what both sides agreed on."""
    peer_spi = node.agreed.proposal.spi
    inbound, outbound = (_keys(sa, node, spi) for spi in (node.spi, peer_spi))
    shared = node.shared or None
    secrets = QuickModeSecrets(node.message_id, shared)
    context.quick_modes.setdefault(sa.cookies, []).append(secrets)
    node.child = ChildSa(
        sa.local,
        sa.peer,
        node.role,
        sa.connection,
        node.message_id,
        node.local_selector,
        node.remote_selector,
        node.agreed.transform,
        int.from_bytes(node.spi, "big"),
        int.from_bytes(peer_spi, "big"),
        *inbound,
        *outbound,
        *node.lifetimes,
        node.agreed.group,
        context.now,
        nat_traversal.path(sa) if node.agreed.transform.in_udp else None,
        context.flows,
    )
    context.flows += 2
    context.tell(sa, SasCreated, node.child)


def _keys(sa: IkeSa, node: QuickMode, spi: bytes) -> tuple[bytes, bytes]:
    cipher, integrity = key_sizes(node.agreed.transform)
    nonces = node.nonce_i + node.nonce_r
    material = keys.keymat(sa.hash, sa.skeyid.d, ESP, spi, nonces, node.shared, cipher + integrity)
    return material[:cipher], material[cipher:]


def install(
    context: Context, sa: IkeSa, node: QuickMode, direction: Literal["inbound", "outbound"]
) -> None:
    """Tell the router to use one direction of the child."""
    assert node.child is not None
    context.children[node.child.inbound_spi] = node.child
    context.tell(sa, SaInstalled, node.child, direction)
    lifetimes.installed(context, node.child, complete=direction == "outbound")
