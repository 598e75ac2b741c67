"""ESP SAs from a finished quick mode on: made, installed, renewed, ended.

KEYMAT is split into keys (RFC 2409 §5.5, RFC 4868).  As on IOS, half a minute before the end of an
SA that has carried packets a new one is asked for (`RekeyDue`), by the end that initiated it; if
that comes to nothing, by the other a little later.  An SA that nobody used just ends; one with an
idle time ends when it was not used for so long.  The new SAs carry packets as soon as the peer has
them; the old ones stay for packets that are still on their way, until their end or half a minute
more.

Must not know: crypto maps (the router answers `RekeyDue` with a request), kilobytes (the router
counts them), what ESP does with the keys, messages.
"""

from __future__ import annotations

from typing import Literal

from labkit.protocols.ike import keys, nat_traversal
from labkit.protocols.ike.algorithms import ESP_CIPHER_BY_FACT, ESP_INTEGRITY_BY_FACT
from labkit.protocols.ike.context import Context
from labkit.protocols.ike.events import RekeyDue, SaInstalled, SasCreated
from labkit.protocols.ike.payloads import ESP
from labkit.protocols.ike.sa import SECOND, IkeSa, Life, QuickMode
from labkit.protocols.ike.values import ChildSa, EspTransform, QuickModeSecrets, Role

# --------------------------------------------------------------------------- lifetimes


REKEY_MARGIN = 30
"""Seconds before the end at which the initiator renews."""
LINGER = 30 * SECOND
"""How long replaced SAs stay."""


def margin(lifetime: int, role: Role) -> int:
    """Microseconds before the end of an SA that lives `lifetime` seconds; the other end waits."""
    ours = min(REKEY_MARGIN, lifetime // 4) * SECOND
    return ours if role is Role.INITIATOR else ours // 2


def next_time(context: Context) -> int | None:
    """When something is to be done about some ESP SA."""
    return min((_due(context, child) for child in context.children.values()), default=None)


def _due(context: Context, child: ChildSa) -> int:
    life = context.lives[child.inbound_spi]
    due = life.ends
    if not life.renewing:
        due = min(due, end_of(child) - margin(child.lifetime_seconds, child.role))
    return due if life.idle is None else min(due, life.last + life.idle)


def end_of(child: ChildSa) -> int:
    """When its time is over."""
    return child.created + child.lifetime_seconds * SECOND


def installed(context: Context, child: ChildSa, *, complete: bool) -> None:
    """A new SA; once it is `complete`, those that it replaces are on their way out."""
    context.lives.setdefault(child.inbound_spi, Life(end_of(child), last=context.now))
    if not complete:
        return
    for other in context.children.values():
        life = context.lives[other.inbound_spi]
        if (
            other.inbound_spi != child.inbound_spi
            and life.renewing
            and purpose(other) == purpose(child)
        ):
            life.ends = min(life.ends, context.now + LINGER)


def used(context: Context, child: ChildSa) -> None:
    """A packet has passed, either way."""
    life = context.lives.get(child.inbound_spi)
    if life is not None:
        life.used, life.last = True, context.now


def idle_after(context: Context, child: ChildSa, seconds: int | None) -> None:
    """How long no packet may pass before the SA ends (None: as long as it likes)."""
    life = context.lives.get(child.inbound_spi)
    if life is not None:
        life.idle = None if seconds is None else seconds * SECOND


def renew(context: Context, child: ChildSa) -> None:
    """The end is near, in time or in kilobytes: have a successor made, if there is none yet."""
    life = context.lives.get(child.inbound_spi)
    if life is None or life.renewing:
        return
    life.renewing = True
    if life.used and _newest(context, child):
        due = RekeyDue(child.local, child.peer, child.connection, child)
        context.events.append(due)


def _newest(context: Context, child: ChildSa) -> bool:
    same = [other for other in context.children.values() if purpose(other) == purpose(child)]
    return same[-1].inbound_spi == child.inbound_spi


def purpose(child: ChildSa) -> tuple[object, ...]:
    """What an SA is for: another for the same replaces it."""
    return child.local, child.peer, child.local_selector, child.remote_selector


def expired(context: Context) -> list[tuple[ChildSa, str]]:
    """Those whose end has come, and why; on the way, those whose end is near are renewed."""
    now = context.now
    over = []
    for child in list(context.children.values()):
        life = context.lives[child.inbound_spi]
        if life.ends <= now:
            over.append((child, "lifetime expired"))
        elif life.idle is not None and life.last + life.idle <= now:
            over.append((child, "idle time expired"))
        elif _due(context, child) <= now:
            renew(context, child)
    return over


# --------------------------------------------------------------------------- a new pair


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
    installed(context, node.child, complete=direction == "outbound")
