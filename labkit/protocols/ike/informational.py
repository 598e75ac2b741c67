"""Informational exchanges (RFC 2409 §5.7): notifications and deletes, sent and received.

Without Phase 1 keys they go in the clear, and then a receiver believes nothing of them.  DPD's
question (RFC 3706) is answered here and asked in `liveness`.

Must not know: main mode, quick mode.
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from labkit.protocols.ike import keys, nat_traversal
from labkit.protocols.ike.context import Context
from labkit.protocols.ike.events import (
    AuthenticationFailed,
    BadMessage,
    DeleteReceived,
    DeleteSent,
    Dropped,
    NodeCreated,
    NodeDeleted,
    NodePurged,
    NotifyReceived,
    NotifySent,
    PayloadProcessed,
)
from labkit.protocols.ike.payloads import (
    ESP,
    INITIAL_CONTACT,
    ISAKMP,
    NO_PROPOSAL_CHOSEN,
    R_U_THERE,
    R_U_THERE_ACK,
    RESPONDER_LIFETIME,
    notify_name,
)
from labkit.protocols.ike.proposal import (
    ESP_LIFE_DURATION,
    ESP_LIFE_TYPE,
    KILOBYTES,
    LIFE_DURATION,
    LIFE_TYPE,
    SECONDS,
    read_lifetimes,
)
from labkit.protocols.ike.sa import SECOND, Conversation, IkeSa
from labkit.protocols.ike.values import ChildSa, Role
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import (
    INFORMATIONAL,
    Attribute,
    Delete,
    Hash,
    Message,
    Notification,
    Payload,
    Transform,
    encode_payloads,
)

FIRST_STATUS = 16384
"""Notify types below are errors (RFC 2408 §3.14.1)."""

# --------------------------------------------------------------------------- payloads


def initial_contact(sa: IkeSa) -> Notification:
    """We have no other SA with the peer: it may forget its own (RFC 2407 §4.6.3.3)."""
    return Notification(ISAKMP, INITIAL_CONTACT, b"".join(sa.cookies))


def responder_lifetime(sa: IkeSa, seconds: int) -> Notification:
    """The IKE SA will live shorter than offered (RFC 2407 §4.6.3.1)."""
    data = _lifetime(LIFE_TYPE, LIFE_DURATION, SECONDS, seconds)
    return Notification(ISAKMP, RESPONDER_LIFETIME, b"".join(sa.cookies), data)


def responder_esp_lifetime(spi: bytes, seconds: int, kilobytes: int) -> Notification:
    """The ESP SA will live shorter than offered; `spi` is the responder's."""
    data = _lifetime(ESP_LIFE_TYPE, ESP_LIFE_DURATION, SECONDS, seconds)
    data += _lifetime(ESP_LIFE_TYPE, ESP_LIFE_DURATION, KILOBYTES, kilobytes)
    return Notification(ESP, RESPONDER_LIFETIME, spi, data)


def _lifetime(kind: int, duration: int, unit: int, value: int) -> bytes:
    life_type, life = Attribute(kind, unit), Attribute(duration, value.to_bytes(4, "big"))
    return life_type.encode() + life.encode()


def shorter(lifetimes: tuple[int, int], note: Notification) -> tuple[int, int]:
    """Seconds and kilobytes after a RESPONDER-LIFETIME for ESP; any other note leaves them."""
    if note.notify_type != RESPONDER_LIFETIME or note.protocol != ESP:
        return lifetimes
    told = dict(read_lifetimes(_attributes(note.data), ESP_LIFE_TYPE, ESP_LIFE_DURATION))
    seconds, kilobytes = lifetimes
    return (
        min(seconds, told.get(SECONDS) or seconds),
        min(kilobytes, told.get(KILOBYTES) or kilobytes),
    )


def _attributes(data: bytes) -> tuple[Attribute, ...]:
    """Attributes are read in a transform, whose header is lent here; none if malformed."""
    try:
        return Transform.from_body(bytes(4) + data).attributes
    except DecodeError:
        return ()


# --------------------------------------------------------------------------- sending


def tell_sent(context: Context, sa: IkeSa, note: Notification, message_id: int) -> None:
    """Record a notification that travels in some message of ours."""
    context.tell(sa, NotifySent, notify_name(note.notify_type), note.protocol, note.spi, message_id)


def send_clear_notify(context: Context, sa: IkeSa, notify_type: int) -> None:
    """An error before there are keys; sent again when its cause comes again."""
    note = Notification(ISAKMP, notify_type)
    tell_sent(context, sa, note, 0)
    context.send_clear(sa, INFORMATIONAL, (note,), sa.conversation, answer=False)


def send_notify(
    context: Context, sa: IkeSa, note: Notification, conversation: Conversation | None = None
) -> None:
    """A protected notification; with `conversation` it is the answer to that exchange."""
    message_id = _new_id(context, sa)
    tell_sent(context, sa, note, message_id)
    _send(context, sa, message_id, note, conversation)


def send_delete(context: Context, sa: IkeSa, protocol: int, spis: tuple[bytes, ...]) -> None:
    """Tell the peer that SAs of ours are gone."""
    message_id = _new_id(context, sa)
    context.tell(sa, DeleteSent, protocol, spis, message_id)
    _send(context, sa, message_id, Delete(protocol, spis))


def _new_id(context: Context, sa: IkeSa) -> int:
    message_id = context.random_id(sa.used_ids)
    sa.used_ids.add(message_id)
    return message_id


def _send(
    context: Context,
    sa: IkeSa,
    message_id: int,
    payload: Payload,
    conversation: Conversation | None = None,
) -> None:
    value = keys.hash_1(sa.hash, sa.skeyid.a, message_id, encode_payloads((payload,)))
    iv = context.phase2_iv(sa, message_id)
    data, _ = context.seal(sa, iv, INFORMATIONAL, message_id, (Hash(value), payload))
    context.send(sa, conversation, data, answer=False)
    context.tell(sa, NodePurged, message_id)


# --------------------------------------------------------------------------- receiving


def receive(context: Context, sa: IkeSa, message: Message) -> None:
    """Take an informational message under `sa`; never raises for its content."""
    message_id = message.header.message_id
    if not message.header.encrypted:
        for payload in message.payloads:
            if isinstance(payload, Notification):
                _tell_received(context, sa, payload, message_id, authenticated=False)
        return
    if not sa.established:
        context.tell(sa, Dropped, "informational before Phase 1 is complete")
        return
    if message_id in sa.used_ids or not message_id:
        context.tell(sa, Dropped, "message ID used before")
        return
    try:
        iv = context.phase2_iv(sa, message_id)
        payloads, _ = keys.open_(sa.cipher, sa.cipher_key, iv, message)
        if not isinstance(payloads[0], Hash):
            raise DecodeError("ISAKMP: an informational must begin with HASH")
    except DecodeError as error:
        context.tell(sa, BadMessage, str(error))
        return
    context.tell(sa, NodeCreated, message_id)
    context.tell(sa, PayloadProcessed, "HASH", message_id)
    expected = keys.hash_1(sa.hash, sa.skeyid.a, message_id, encode_payloads(payloads[1:]))
    if not hmac.compare_digest(expected, payloads[0].data):
        context.tell(sa, AuthenticationFailed, 2, message_id)
        return
    sa.used_ids.add(message_id)
    sa.heard(context.now)
    nat_traversal.follow(context, sa)
    for payload in payloads[1:]:
        if isinstance(payload, Notification):
            notified(context, sa, payload, message_id)
        elif isinstance(payload, Delete):
            _deleted(context, sa, payload, message_id)
    context.tell(sa, NodeDeleted, message_id, False, "Informational (in) state 1")


def _tell_received(
    context: Context, sa: IkeSa, note: Notification, message_id: int, *, authenticated: bool
) -> None:
    context.tell(sa, PayloadProcessed, "NOTIFY", message_id)
    name = notify_name(note.notify_type)
    context.tell(sa, NotifyReceived, name, note.protocol, note.spi, message_id, authenticated)


def notified(context: Context, sa: IkeSa, note: Notification, message_id: int) -> None:
    """Act on a notification that is authenticated, in whatever message it came."""
    _tell_received(context, sa, note, message_id, authenticated=True)
    if note.notify_type == INITIAL_CONTACT:
        _forget_others(context, sa)
    elif note.notify_type == RESPONDER_LIFETIME and note.protocol == ISAKMP:
        _shorten(context, sa, note.data)
    elif note.notify_type == R_U_THERE:
        ack = Notification(ISAKMP, R_U_THERE_ACK, b"".join(sa.cookies), note.data)
        if sa.established:
            send_notify(context, sa, ack)
    elif note.notify_type < FIRST_STATUS and note.protocol == ESP:
        _quick_mode_refused(context, sa, note.spi)


def _quick_mode_refused(context: Context, sa: IkeSa, spi: bytes) -> None:
    """The peer refuses an open quick mode: that with this SPI of either side's.

    Some peers name no SPI; then it is our own proposal, if only one is open.
    """
    open_ = [node for node in sa.nodes.values() if not node.over]
    ours = [node for node in open_ if node.role is Role.INITIATOR]
    named = [node for node in open_ if spi in (node.spi, node.peer_spi)]
    for node in named or (ours if len(ours) == 1 else []):
        if node.child is not None:
            context.end_child(node.child, "refused by the peer")
        context.end_node(sa, node, error=True, reason="Delete Larval")


def _forget_others(context: Context, sa: IkeSa) -> None:
    """INITIAL-CONTACT: what is older than `sa` is gone at the peer.

    What was made meanwhile is not: both ends may have begun at once, each saying this.
    """
    for other in context.sas:
        same_peers = (other.local, other.peer) == (sa.local, sa.peer)
        if same_peers and other.established and (other.established_at or 0) < sa.created:
            context.end_sa(other, "Receive initial contact")
    for child in list(context.children.values()):
        same_peers = (child.local, child.peer) == (sa.local, sa.peer)
        if same_peers and child.created < sa.created:
            context.end_child(child, "Receive initial contact")


def _shorten(context: Context, sa: IkeSa, data: bytes) -> None:
    """RESPONDER-LIFETIME for the IKE SA itself."""
    told = dict(read_lifetimes(_attributes(data), LIFE_TYPE, LIFE_DURATION))
    seconds = told.get(SECONDS)
    if seconds and sa.suite is not None and seconds < sa.suite.lifetime:
        sa.suite = replace(sa.suite, lifetime=seconds)
        if sa.established_at is not None:
            sa.expires_at = sa.established_at + seconds * SECOND


def _deleted(context: Context, sa: IkeSa, delete: Delete, message_id: int) -> None:
    context.tell(sa, PayloadProcessed, "DELETE", message_id)
    context.tell(sa, DeleteReceived, delete.protocol, delete.spis, message_id)
    if delete.protocol == ESP:
        for child in _children_towards(context, sa, delete.spis):
            context.end_child(child, "deleted by the peer")
    elif delete.protocol == ISAKMP:
        for other in context.sas:
            if other.peer == sa.peer and b"".join(other.cookies) in delete.spis:
                context.end_sa(other, "P1 delete notify (in)")


def _children_towards(context: Context, sa: IkeSa, spis: tuple[bytes, ...]) -> list[ChildSa]:
    """The ESP SAs that the peer names by its own inbound SPIs."""
    numbers = {int.from_bytes(spi, "big") for spi in spis if len(spi) == 4}
    return [
        child
        for child in context.children.values()
        if child.peer == sa.peer and child.local == sa.local and child.outbound_spi in numbers
    ]


def quick_mode_refusal(spi: bytes) -> Notification:
    """What a refused quick mode is answered with; IOS calls it PROPOSAL_NOT_CHOSEN."""
    return Notification(ESP, NO_PROPOSAL_CHOSEN, spi)
