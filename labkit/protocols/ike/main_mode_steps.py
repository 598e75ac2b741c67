"""What main mode does in each step (RFC 2409 §5.4): offer, choose, exchange keys, authenticate.

Each function works on one IKE SA and raises DecodeError, BadPublicValue or `Refused`; that it
is called at the right moment is `main_mode.TABLE`'s business.

Must not know: states, timers.
"""

from __future__ import annotations

import hmac

from labkit.protocols.ike import informational, keys, nat_traversal, quick_mode
from labkit.protocols.ike import payloads as known
from labkit.protocols.ike.context import Context
from labkit.protocols.ike.events import (
    Authenticated,
    AuthenticationFailed,
    ExchangeStarted,
    IdentityReceived,
    IdentitySent,
    IkeSaEstablished,
    KeyFound,
    KeyMissing,
    KeysDerived,
    LifetimeAgreed,
    NatVendorIdSent,
    NoPolicyAccepted,
    PayloadProcessed,
    PolicyChecked,
    VendorIdSeen,
)
from labkit.protocols.ike.proposal import (
    agreed_suite,
    answer,
    check_policies,
    offer_policies,
    read_suite,
)
from labkit.protocols.ike.sa import SECOND, IkeSa
from labkit.protocols.ike.values import IkeSaSecrets, Role
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import (
    MAIN_MODE,
    Hash,
    Identification,
    KeyExchange,
    Nonce,
    Notification,
    Payload,
    SecurityAssociation,
    VendorId,
)

NONCE_SIZE = 20
NEXT_TRANSFORM = 3
INITIATOR, RESPONDER = Role
Payloads = tuple[Payload, ...]


class Refused(Exception):
    """A well formed message that ends in a refusal (no policy, wrong hash)."""


# --------------------------------------------------------------------------- messages 1, 2


NAT_T_VERSIONS = ("rfc3947", "07", "03", "02")
"""As IOS calls `payloads.NAT_T_ALL`."""


def announce_nat_traversal(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    if context.configuration.nat_transparency:
        for version in NAT_T_VERSIONS:
            context.tell(sa, NatVendorIdSent, version)


def send_offer(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    sa.offered = offer_policies(context.configuration.policies)
    context.tell(sa, ExchangeStarted, "main", 0)
    vendor_ids = known.NAT_T_ALL if context.configuration.nat_transparency else ()
    message: Payloads = (sa.offered, *map(VendorId, vendor_ids))
    context.send_clear(sa, MAIN_MODE, message, sa.conversation, answer=True)


def choose_suite(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 1 at the responder, message 2 at the initiator: find the common suite."""
    context.tell(sa, PayloadProcessed, "SA", 0)
    offered = known.only(payloads, SecurityAssociation)
    if sa.role is INITIATOR and sum(len(each.transforms) for each in offered.proposals) != 1:
        raise DecodeError("ISAKMP: an answer must choose one transform")
    note_vendor_ids(context, sa, payloads)
    psk = context.psk_for(sa.peer)
    context.tell(sa, *((KeyMissing, sa.role) if psk is None else (KeyFound, True)))
    for check in check_policies(offered, context.configuration.policies, key=psk is not None):
        context.tell(
            sa,
            PolicyChecked,
            check.transform.number,
            check.policy.priority,
            check.offer,
            check.verdict,
            0 if check.last else NEXT_TRANSFORM,
        )
        if check.verdict is None:
            break
    else:
        context.tell(sa, NoPolicyAccepted)
        raise Refused("Phase1 SA policy proposal not accepted")
    assert psk is not None
    sa.psk = psk
    sa.suite = agreed_suite(check)
    lifetimes = check.offer.lifetime, check.policy.lifetime
    context.tell(sa, LifetimeAgreed, *lifetimes, sa.suite.lifetime)
    note_vendor_ids(context, sa, payloads)  # IOS does so again
    if sa.role is RESPONDER:
        sa.offered, sa.answered = offered, answer(offered, check.transform)


def note_vendor_ids(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Who the peer is, and what it can do."""
    for payload in payloads:
        if isinstance(payload, VendorId):
            name = known.vendor_name(payload.data, sa.peer_cookie)
            context.tell(sa, VendorIdSeen, name, payload.data)
            if context.configuration.nat_transparency:
                sa.nat_traversal |= payload.data == known.NAT_T_RFC3947
            sa.dead_peer_detection |= payload.data == known.DPD


def send_answer(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    assert sa.answered is not None
    sa.show = "MM_SA_SETUP"
    vendor_ids = (VendorId(known.NAT_T_RFC3947),) if sa.nat_traversal else ()
    if vendor_ids:
        context.tell(sa, NatVendorIdSent, NAT_T_VERSIONS[0])
    message = (sa.answered, *vendor_ids)
    context.send_clear(sa, MAIN_MODE, message, sa.conversation, answer=True)


# --------------------------------------------------------------------------- messages 3, 4


def send_initiator_key(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    sa.show = "MM_SA_SETUP"
    sa.private = context.randbytes(sa.group.private_size)
    sa.public_i = sa.group.public(sa.private)
    sa.nonce_i = context.randbytes(NONCE_SIZE)
    _send_key(context, sa, sa.public_i, sa.nonce_i, (known.DPD,))


def send_responder_key(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    sa.show = "MM_KEY_EXCH"
    _send_key(context, sa, sa.public_r, sa.nonce_r, (known.UNITY, known.DPD))


def _send_key(
    context: Context, sa: IkeSa, public: bytes, nonce: bytes, vendor_ids: tuple[bytes, ...]
) -> None:
    own = known.own_vendor_id(context.randbytes(8), sa.own_cookie)
    vendors = map(VendorId, (*vendor_ids, own, known.XAUTH))
    detection = nat_traversal.detection(sa)
    message: Payloads = (KeyExchange(public), Nonce(nonce), *vendors, *detection)
    context.send_clear(sa, MAIN_MODE, message, sa.conversation, answer=True)


def derive_keys(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 3 at the responder, message 4 at the initiator."""
    agree_keys(context, sa, payloads)
    note_vendor_ids(context, sa, payloads)
    nat_traversal.compare(context, sa, payloads)


def agree_keys(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """KE and NONCE of the peer make g^xy, the SKEYIDs, the cipher's key and first IV."""
    context.tell(sa, PayloadProcessed, "KE", 0)
    peer_public = known.only(payloads, KeyExchange).data
    context.tell(sa, PayloadProcessed, "NONCE", 0)
    peer_nonce = known.only(payloads, Nonce).data
    if not 8 <= len(peer_nonce) <= 256:
        raise DecodeError(f"ISAKMP: a nonce of {len(peer_nonce)} bytes")
    context.tell(sa, KeyFound)
    private = sa.private or context.randbytes(sa.group.private_size)
    sa.shared = sa.group.shared(private, peer_public)
    sa.private = private
    if sa.role is RESPONDER:
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
    # Also where Phase 1 fails later: whoever looks for the reason wants to read message 5.
    context.secrets[sa.cookies] = IkeSaSecrets(
        sa.local, sa.peer, sa.role, *sa.cookies, sa.agreed, sa.shared,
        sa.skeyid.root, sa.skeyid.d, sa.skeyid.a, sa.skeyid.e, sa.cipher_key,
    )  # fmt: skip
    context.tell(sa, KeysDerived)


# --------------------------------------------------------------------------- messages 5, 6


def send_initiator_identity(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    sa.show = "MM_KEY_EXCH"
    nat_traversal.float_ports(context, sa)
    contact = () if in_contact(context, sa) else (informational.initial_contact(sa),)
    _send_identity(context, sa, contact, answer=True)


def in_contact(context: Context, sa: IkeSa) -> bool:
    """Whether we have other SAs with the peer, which must not be forgotten."""
    ends = sa.local, sa.peer
    others = [(each.local, each.peer) for each in context.sas if each.established]
    return ends in [*others, *((each.local, each.peer) for each in context.children.values())]


def send_responder_identity(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    assert sa.offered is not None
    notes: tuple[Notification, ...] = ()
    if sa.agreed.lifetime < _offered_lifetime(sa):
        notes = (informational.responder_lifetime(sa, sa.agreed.lifetime),)
    _send_identity(context, sa, notes, answer=False)
    complete(context, sa, payloads)


def _offered_lifetime(sa: IkeSa) -> int:
    """What the initiator will use, unless told otherwise."""
    assert sa.answered is not None
    return read_suite(sa.answered.proposals[0].transforms[0]).lifetime


def _send_identity(
    context: Context, sa: IkeSa, notes: tuple[Notification, ...], *, answer: bool
) -> None:
    identity = known.phase1_identity(sa.local, nat=sa.nat, name=context.configuration.identity)
    for note in notes:
        informational.tell_sent(context, sa, note, 0)
    context.tell(
        sa, IdentitySent, identity.id_type, identity.data, identity.protocol, identity.port,
        Hash.type,
    )  # fmt: skip
    message: Payloads = (identity, Hash(hash_of(sa, sa.role, identity)), *notes)
    data, sa.iv = context.seal(sa, sa.iv, MAIN_MODE, 0, message)
    context.send(sa, sa.conversation, data, answer=answer)


def hash_of(sa: IkeSa, author: Role, identity: Identification) -> bytes:
    assert sa.offered is not None
    formula = keys.hash_i if author is INITIATOR else keys.hash_r
    publics, signed = (sa.public_i, sa.public_r), (sa.offered.body(), identity.body())
    return formula(sa.hash, sa.skeyid.root, publics, sa.cookies, *signed)


def authenticate_and_complete(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 6: nothing is left to be sent."""
    authenticate(context, sa, payloads)
    complete(context, sa, payloads)


def authenticate(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    take_identity(context, sa, payloads)
    check_hash(context, sa, payloads)


def take_identity(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Who the peer says it is; true only when its HASH is."""
    context.tell(sa, PayloadProcessed, "ID", 0)
    identity = known.only(payloads, Identification)
    context.tell(
        sa, IdentityReceived, identity.id_type, identity.data, identity.protocol, identity.port,
        Hash.type,
    )  # fmt: skip
    sa.peer_identity = identity


def check_hash(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """HASH_I or HASH_R of the peer, then what else its message says."""
    context.tell(sa, PayloadProcessed, "HASH", 0)
    assert sa.peer_identity is not None
    author = RESPONDER if sa.role is INITIATOR else INITIATOR
    expected = hash_of(sa, author, sa.peer_identity)
    if not hmac.compare_digest(expected, known.only(payloads, Hash).data):
        context.tell(sa, AuthenticationFailed, 1, 0)
        raise Refused("HASH does not match")
    for payload in payloads:
        if isinstance(payload, Notification):
            informational.notified(context, sa, payload, 0)
    context.tell(sa, Authenticated)
    nat_traversal.follow(context, sa)


def complete(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    sa.show = "QM_IDLE"
    sa.established_at = context.now
    sa.heard(context.now)
    sa.expires_at = context.now + sa.agreed.lifetime * SECOND
    context.tell(sa, IkeSaEstablished, sa.role, sa.agreed, sa.peer_port)


def start_waiting(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    waiting, sa.waiting = sa.waiting, []
    for request in waiting:
        quick_mode.begin(context, sa, request)
