"""Main mode with pre-shared keys (RFC 2409 §5.4), as a table.

`TABLE` is the specification: (role, state, input) to the next state, with what is done before
and after the step.  States and inputs are IOS's.  A received message makes three steps: it
arrives (MM_EXCH), it is processed (PROCESS_MAIN_MODE), our answer leaves (PROCESS_COMPLETE);
PROCESS_ERROR leads back to where the exchange was, so a bad message changes nothing.

Must not know: how SAs are found, timers.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from labkit.ike import envelope, informational, keys, quick_mode
from labkit.ike import payloads as known
from labkit.ike.context import Context
from labkit.ike.dh import GROUPS, BadPublicValue
from labkit.ike.events import (
    Authenticated,
    AuthenticationFailed,
    BadMessage,
    ExchangeStarted,
    IdentityReceived,
    IdentitySent,
    IkeSaEstablished,
    KeyFound,
    KeyMissing,
    KeysDerived,
    LifetimeAgreed,
    NatChecked,
    NoPolicyAccepted,
    PayloadProcessed,
    PolicyChecked,
    StateChanged,
    VendorIdSeen,
)
from labkit.ike.proposal import agreed_suite, answer, check_policies, offer_policies, read_suite
from labkit.ike.sa import SECOND, IkeSa
from labkit.ike.values import IkeSaSecrets, Role
from labkit.wire import DecodeError
from labkit.wire.isakmp import (
    MAIN_MODE,
    Hash,
    Identification,
    KeyExchange,
    Message,
    NatDetection,
    Nonce,
    Notification,
    Payload,
    SecurityAssociation,
    VendorId,
)

NONCE_SIZE = 20
I, R = Role.INITIATOR, Role.RESPONDER
Payloads = tuple[Payload, ...]
Action = Callable[[Context, IkeSa, Payloads], None]


class Refused(Exception):
    """A well formed message that ends in a refusal (no policy, wrong hash)."""


class Input(Enum):
    """What can happen to an exchange: IOS's origin and name."""

    SA_REQ_MM = ("IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_MM")
    MM_EXCH = ("IKE_MESG_FROM_PEER", "IKE_MM_EXCH")
    PROCESS_MAIN_MODE = ("IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE")
    PROCESS_COMPLETE = ("IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE")
    PROCESS_ERROR = ("IKE_MESG_INTERNAL", "IKE_PROCESS_ERROR")
    PHASE1_COMPLETE = ("IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE")


# --------------------------------------------------------------------------- messages 1, 2


def _nothing(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """A step without an action."""


def _send_offer(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    sa.offered = offer_policies(context.ipsec.policies)
    context.tell(sa, ExchangeStarted, "main", 0)
    vendor_ids = (known.NAT_T_RFC3947, known.NAT_T_07, known.NAT_T_03, known.NAT_T_02)
    message = (sa.offered, *map(VendorId, vendor_ids))
    context.send_clear(sa, MAIN_MODE, message, sa.conversation, answer=True)


def _choose_suite(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 1 at the responder, message 2 at the initiator: find the common suite."""
    context.tell(sa, PayloadProcessed, "SA", 0)
    offered = known.only(payloads, SecurityAssociation)
    if sa.role is I and sum(len(each.transforms) for each in offered.proposals) != 1:
        raise DecodeError("ISAKMP: an answer must choose one transform")
    _note_vendor_ids(context, sa, payloads)
    psk = context.psk_for(sa.peer)
    context.tell(sa, *((KeyMissing, sa.role) if psk is None else (KeyFound,)))
    for check in check_policies(offered, context.ipsec.policies, key=psk is not None):
        verdict = check.verdict
        if verdict is None and check.offer.group not in GROUPS:
            verdict = "group"
        number, following = check.transform.number, 0 if check.last else 3
        context.tell(
            sa, PolicyChecked, number, check.policy.priority, check.offer, verdict, following
        )
        if verdict is None:
            break
    else:
        context.tell(sa, NoPolicyAccepted)
        raise Refused("Phase1 SA policy proposal not accepted")
    assert psk is not None
    sa.psk = psk
    sa.suite = agreed_suite(check)
    lifetimes = check.offer.lifetime, check.policy.lifetime
    context.tell(sa, LifetimeAgreed, *lifetimes, sa.suite.lifetime)
    if sa.role is R:
        sa.offered, sa.answered = offered, answer(offered, check.transform)


def _note_vendor_ids(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    for payload in payloads:
        if isinstance(payload, VendorId):
            name = known.vendor_name(payload.data, sa.peer_cookie)
            context.tell(sa, VendorIdSeen, name, payload.data)
            sa.nat_traversal |= payload.data == known.NAT_T_RFC3947
            sa.dead_peer_detection |= payload.data == known.DPD


def _send_answer(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    assert sa.answered is not None
    sa.show = "MM_SA_SETUP"
    vendor_ids = (VendorId(known.NAT_T_RFC3947),) if sa.nat_traversal else ()
    message = (sa.answered, *vendor_ids)
    context.send_clear(sa, MAIN_MODE, message, sa.conversation, answer=True)


# --------------------------------------------------------------------------- messages 3, 4


def _send_initiator_key(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    sa.show = "MM_SA_SETUP"
    sa.private = context.randbytes(sa.group.private_size)
    sa.public_i = sa.group.public(sa.private)
    sa.nonce_i = context.randbytes(NONCE_SIZE)
    _send_key(context, sa, sa.public_i, sa.nonce_i, (known.DPD,))


def _send_responder_key(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    sa.show = "MM_KEY_EXCH"
    _send_key(context, sa, sa.public_r, sa.nonce_r, (known.UNITY, known.DPD))


def _send_key(
    context: Context, sa: IkeSa, public: bytes, nonce: bytes, vendor_ids: tuple[bytes, ...]
) -> None:
    own = known.own_vendor_id(context.serial, sa.own_cookie)
    detection = tuple(map(NatDetection, _nat_hashes(sa))) if sa.nat_traversal else ()
    context.send_clear(
        sa,
        MAIN_MODE,
        (
            KeyExchange(public),
            Nonce(nonce),
            *map(VendorId, (*vendor_ids, own, known.XAUTH)),
            *detection,
        ),
        sa.conversation,
        answer=True,
    )


def _nat_hashes(sa: IkeSa) -> tuple[bytes, bytes]:
    """Of the peer's address and port, and of ours."""
    return (
        keys.nat_detection(sa.hash, sa.cookies, sa.peer.packed, sa.peer_port),
        keys.nat_detection(sa.hash, sa.cookies, sa.local.packed, sa.local_port),
    )


def _derive_keys(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 3 at the responder, message 4 at the initiator: g^xy and the SKEYIDs."""
    context.tell(sa, PayloadProcessed, "KE", 0)
    peer_public = known.only(payloads, KeyExchange).data
    context.tell(sa, PayloadProcessed, "NONCE", 0)
    peer_nonce = known.only(payloads, Nonce).data
    if not 8 <= len(peer_nonce) <= 256:
        raise DecodeError(f"ISAKMP: a nonce of {len(peer_nonce)} bytes")
    private = sa.private or context.randbytes(sa.group.private_size)
    sa.shared = sa.group.shared(private, peer_public)
    sa.private = private
    if sa.role is R:
        sa.public_i, sa.nonce_i = peer_public, peer_nonce
        sa.public_r = sa.group.public(private)
        sa.nonce_r = context.randbytes(NONCE_SIZE)
    else:
        sa.public_r, sa.nonce_r = peer_public, peer_nonce
    nonces, cookies = sa.nonce_i + sa.nonce_r, b"".join(sa.cookies)
    sa.keys = keys.skeyid(sa.hash, sa.psk, nonces, sa.shared, cookies)
    key_size = (sa.agreed.key_bits or 128) // 8
    key_size = sa.cipher.key_sizes[0] if len(sa.cipher.key_sizes) == 1 else key_size
    sa.cipher_key = keys.cipher_key(sa.hash, sa.keys.e, key_size)
    sa.iv = keys.phase1_iv(sa.hash, sa.cipher, sa.public_i, sa.public_r)
    if not sa.connection:
        context.connections += 1
        sa.connection = context.connections
    context.tell(sa, KeysDerived)
    _note_vendor_ids(context, sa, payloads)
    _compare_nat_hashes(context, sa, payloads)


def _compare_nat_hashes(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    seen = [payload.data for payload in payloads if isinstance(payload, NatDetection)]
    if len(seen) >= 2:
        peer, local = _nat_hashes(sa)
        context.tell(sa, NatChecked, seen[0] != local, peer not in seen[1:])


# --------------------------------------------------------------------------- messages 5, 6


def _send_initiator_identity(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    sa.show = "MM_KEY_EXCH"
    first = not any(
        other.established and (other.local, other.peer) == (sa.local, sa.peer)
        for other in context.sas
    )
    contact = (informational.initial_contact(sa),) if first else ()
    _send_identity(context, sa, contact, answer=True)


def _send_responder_identity(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    assert sa.offered is not None
    notes: tuple[Notification, ...] = ()
    if sa.agreed.lifetime < _offered_lifetime(sa):
        notes = (informational.responder_lifetime(sa, sa.agreed.lifetime),)
    _send_identity(context, sa, notes, answer=False)
    _complete(context, sa, payloads)


def _offered_lifetime(sa: IkeSa) -> int:
    """What the initiator will use, unless told otherwise."""
    assert sa.answered is not None
    return read_suite(sa.answered.proposals[0].transforms[0]).lifetime


def _send_identity(
    context: Context, sa: IkeSa, notes: tuple[Notification, ...], *, answer: bool
) -> None:
    identity = known.phase1_identity(sa.local)
    for note in notes:
        informational.tell_sent(context, sa, note, 0)
    context.tell(
        sa, IdentitySent, identity.id_type, identity.data, identity.protocol, identity.port,
        Hash.type,
    )  # fmt: skip
    message = (identity, Hash(_hash(sa, sa.role, identity)), *notes)
    data, sa.iv = context.seal(sa, sa.iv, MAIN_MODE, 0, message)
    context.send(sa, sa.conversation, data, answer=answer)


def _hash(sa: IkeSa, author: Role, identity: Identification) -> bytes:
    assert sa.offered is not None
    formula = keys.hash_i if author is I else keys.hash_r
    return formula(
        sa.hash,
        sa.skeyid.root,
        (sa.public_i, sa.public_r),
        sa.cookies,
        sa.offered.body(),
        identity.body(),
    )


def _authenticate(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    context.tell(sa, PayloadProcessed, "ID", 0)
    identity = known.only(payloads, Identification)
    context.tell(
        sa, IdentityReceived, identity.id_type, identity.data, identity.protocol, identity.port,
        Hash.type,
    )  # fmt: skip
    context.tell(sa, PayloadProcessed, "HASH", 0)
    author = R if sa.role is I else I
    expected = _hash(sa, author, identity)
    if not hmac.compare_digest(expected, known.only(payloads, Hash).data):
        context.tell(sa, AuthenticationFailed, 1, 0)
        raise Refused("HASH does not match")
    context.tell(sa, Authenticated)
    for payload in payloads:
        if isinstance(payload, Notification):
            informational.notified(context, sa, payload, 0)


def _complete(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    sa.show = "QM_IDLE"
    sa.established_at = context.now
    sa.expires_at = context.now + sa.agreed.lifetime * SECOND
    context.secrets[sa.cookies] = IkeSaSecrets(
        sa.local, sa.peer, sa.role, *sa.cookies, sa.agreed, sa.shared,
        sa.skeyid.root, sa.skeyid.d, sa.skeyid.a, sa.skeyid.e, sa.cipher_key,
    )  # fmt: skip
    context.tell(sa, IkeSaEstablished, sa.role, sa.agreed, sa.peer_port)


def _start_waiting(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    waiting, sa.waiting = sa.waiting, []
    for request in waiting:
        quick_mode.begin(context, sa, request)


# --------------------------------------------------------------------------- the table


@dataclass(frozen=True, slots=True)
class Step:
    """The next state; IOS logs the step between what is done before and after."""

    next: str
    before: Action = _nothing
    after: Action = _nothing


TABLE: dict[tuple[Role, str, Input], Step] = {
    (I, "IKE_READY", Input.SA_REQ_MM): Step("IKE_I_MM1", after=_send_offer),
    (I, "IKE_I_MM1", Input.MM_EXCH): Step("IKE_I_MM2"),
    (I, "IKE_I_MM2", Input.PROCESS_MAIN_MODE): Step("IKE_I_MM2", before=_choose_suite),
    (I, "IKE_I_MM2", Input.PROCESS_ERROR): Step("IKE_I_MM1"),
    (I, "IKE_I_MM2", Input.PROCESS_COMPLETE): Step("IKE_I_MM3", before=_send_initiator_key),
    (I, "IKE_I_MM3", Input.MM_EXCH): Step("IKE_I_MM4"),
    (I, "IKE_I_MM4", Input.PROCESS_MAIN_MODE): Step("IKE_I_MM4", before=_derive_keys),
    (I, "IKE_I_MM4", Input.PROCESS_ERROR): Step("IKE_I_MM3"),
    (I, "IKE_I_MM4", Input.PROCESS_COMPLETE): Step("IKE_I_MM5", before=_send_initiator_identity),
    (I, "IKE_I_MM5", Input.MM_EXCH): Step("IKE_I_MM6"),
    (I, "IKE_I_MM6", Input.PROCESS_MAIN_MODE): Step("IKE_I_MM6", before=_authenticate),
    (I, "IKE_I_MM6", Input.PROCESS_ERROR): Step("IKE_I_MM5"),
    (I, "IKE_I_MM6", Input.PROCESS_COMPLETE): Step(
        "IKE_P1_COMPLETE", before=_complete, after=_start_waiting
    ),
    (R, "IKE_READY", Input.MM_EXCH): Step("IKE_R_MM1"),
    (R, "IKE_R_MM1", Input.PROCESS_MAIN_MODE): Step("IKE_R_MM1", before=_choose_suite),
    (R, "IKE_R_MM1", Input.PROCESS_ERROR): Step("IKE_READY"),
    (R, "IKE_R_MM1", Input.PROCESS_COMPLETE): Step("IKE_R_MM2", before=_send_answer),
    (R, "IKE_R_MM2", Input.MM_EXCH): Step("IKE_R_MM3"),
    (R, "IKE_R_MM3", Input.PROCESS_MAIN_MODE): Step("IKE_R_MM3", before=_derive_keys),
    (R, "IKE_R_MM3", Input.PROCESS_ERROR): Step("IKE_R_MM2"),
    (R, "IKE_R_MM3", Input.PROCESS_COMPLETE): Step("IKE_R_MM4", before=_send_responder_key),
    (R, "IKE_R_MM4", Input.MM_EXCH): Step("IKE_R_MM5"),
    (R, "IKE_R_MM5", Input.PROCESS_MAIN_MODE): Step("IKE_R_MM5", before=_authenticate),
    (R, "IKE_R_MM5", Input.PROCESS_ERROR): Step("IKE_R_MM4"),
    (R, "IKE_R_MM5", Input.PROCESS_COMPLETE): Step(
        "IKE_P1_COMPLETE", before=_send_responder_identity, after=_start_waiting
    ),
    (I, "IKE_P1_COMPLETE", Input.PHASE1_COMPLETE): Step("IKE_P1_COMPLETE"),
    (R, "IKE_P1_COMPLETE", Input.PHASE1_COMPLETE): Step("IKE_P1_COMPLETE"),
}

ENCRYPTED_STATES = {"IKE_I_MM5", "IKE_R_MM4"}
"""Where the next message comes encrypted."""


def step(context: Context, sa: IkeSa, what: Input, payloads: Payloads = ()) -> None:
    """Make one step of the table; LookupError if it has no such row."""
    row = TABLE.get((sa.role, sa.state, what))
    if row is None:
        raise LookupError(f"main mode: {sa.role.name} in {sa.state} has no row for {what.name}")
    row.before(context, sa, payloads)
    old, sa.state = sa.state, row.next
    context.tell(sa, StateChanged, *what.value, old, row.next)
    row.after(context, sa, payloads)


def begin(context: Context, sa: IkeSa) -> None:
    """Send the first message."""
    step(context, sa, Input.SA_REQ_MM)


def receive(context: Context, sa: IkeSa, message: Message, data: bytes) -> None:
    """Take a message of `sa`'s main mode that is no duplicate; never raises for its content."""
    if (sa.role, sa.state, Input.MM_EXCH) not in TABLE:
        context.tell(sa, BadMessage, f"no message is expected in {sa.state}")
        return
    try:
        payloads, last_block = _read(sa, message)
    except DecodeError as error:
        context.tell(sa, BadMessage, str(error))
        return
    before = sa.iv, sa.responder_cookie
    step(context, sa, Input.MM_EXCH, payloads)
    try:
        if sa.role is I:
            sa.responder_cookie = message.header.responder_cookie
        if last_block:
            sa.iv = last_block
        step(context, sa, Input.PROCESS_MAIN_MODE, payloads)
    except (DecodeError, BadPublicValue) as error:
        sa.iv, sa.responder_cookie = before
        context.tell(sa, BadMessage, str(error))
        step(context, sa, Input.PROCESS_ERROR)
        return
    except Refused as refused:
        sa.iv, sa.responder_cookie = before
        step(context, sa, Input.PROCESS_ERROR)
        _refuse(context, sa, data, str(refused))
        return
    sa.conversation.heard(data)
    step(context, sa, Input.PROCESS_COMPLETE, payloads)
    if sa.state == "IKE_P1_COMPLETE":
        step(context, sa, Input.PHASE1_COMPLETE)


def _read(sa: IkeSa, message: Message) -> tuple[Payloads, bytes]:
    if sa.state in ENCRYPTED_STATES:
        return envelope.open_(sa.cipher, sa.cipher_key, sa.iv, message)
    if message.header.encrypted:
        raise DecodeError(f"ISAKMP: encrypted in {sa.state}")
    if sa.role is I and not any(message.header.responder_cookie):
        raise DecodeError("ISAKMP: no responder cookie")
    return message.payloads, b""


def _refuse(context: Context, sa: IkeSa, data: bytes, reason: str) -> None:
    """A responder that finds no policy says so, in the clear, and forgets; others wait."""
    if sa.state == "IKE_READY":
        sa.conversation.heard(data)
        informational.send_clear_notify(context, sa, known.NO_PROPOSAL_CHOSEN)
        context.end_sa(sa, reason)
