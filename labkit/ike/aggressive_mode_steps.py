"""What aggressive mode does in each step (RFC 2409 §5.4): the parts of main mode in three messages.

Each function works on one IKE SA and raises DecodeError, BadPublicValue or `Refused`; that it
is called at the right moment is `aggressive_mode.TABLE`'s business.

Must not know: states, timers.
"""

from __future__ import annotations

from labkit.ike import informational, nat_traversal
from labkit.ike import main_mode_steps as main
from labkit.ike import payloads as known
from labkit.ike.context import Context
from labkit.ike.dh import GROUPS
from labkit.ike.events import ExchangeStarted, IdentitySent
from labkit.ike.main_mode_steps import NONCE_SIZE, Payloads
from labkit.ike.proposal import offer_policies
from labkit.ike.sa import IkeSa
from labkit.ike.values import Role
from labkit.wire.isakmp import AGGRESSIVE, Hash, Identification, KeyExchange, Nonce, VendorId

# --------------------------------------------------------------------------- the initiator


def send_offer(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 1: every policy that has the group of the best one, since KE goes with it."""
    policies = context.configuration.policies
    group = GROUPS[policies[0].group]
    sa.show = "AG_NO_STATE"
    sa.offered = offer_policies([each for each in policies if each.group == group.number])
    sa.private = context.randbytes(group.private_size)
    sa.public_i, sa.nonce_i = group.public(sa.private), context.randbytes(NONCE_SIZE)
    context.tell(sa, ExchangeStarted, "aggressive", 0)
    vendor_ids = known.NAT_T_ALL if context.configuration.nat_transparency else ()
    message: Payloads = (
        sa.offered,
        KeyExchange(sa.public_i),
        Nonce(sa.nonce_i),
        _identify(context, sa),
        *map(VendorId, (*vendor_ids, *_vendor_ids(context, sa))),
    )
    context.send_clear(sa, AGGRESSIVE, message, sa.conversation, answer=True)


def conclude(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 2 is the peer's choice, its key and its proof."""
    main.choose_suite(context, sa, payloads)
    main.agree_keys(context, sa, payloads)
    nat_traversal.compare(context, sa, payloads)
    main.take_identity(context, sa, payloads)
    main.check_hash(context, sa, payloads)


def _send_proof(context: Context, sa: IkeSa) -> None:
    """Message 3."""
    nat_traversal.float_ports(context, sa)
    contact = () if main.in_contact(context, sa) else (informational.initial_contact(sa),)
    for note in contact:
        informational.tell_sent(context, sa, note, 0)
    message = (_proof(sa), *nat_traversal.detection(sa), *contact)
    data, sa.iv = context.seal(sa, sa.iv, AGGRESSIVE, 0, message)
    context.send(sa, sa.conversation, data, answer=False)


# --------------------------------------------------------------------------- the responder


def consider(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 1: choose, and have the keys."""
    main.choose_suite(context, sa, payloads)
    main.agree_keys(context, sa, payloads)
    main.take_identity(context, sa, payloads)
    sa.show = "AG_INIT_EXCH"


def answer(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 2."""
    assert sa.answered is not None
    nat_t = (known.NAT_T_RFC3947,) if sa.nat_traversal else ()
    message: Payloads = (
        sa.answered,
        KeyExchange(sa.public_r),
        Nonce(sa.nonce_r),
        _identify(context, sa),
        _proof(sa),
        *map(VendorId, (*nat_t, *_vendor_ids(context, sa))),
        *nat_traversal.detection(sa),
    )
    context.send_clear(sa, AGGRESSIVE, message, sa.conversation, answer=True)


def confirmed(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 3: the initiator has proved that it knows the key."""
    nat_traversal.compare(context, sa, payloads)
    main.check_hash(context, sa, payloads)


# --------------------------------------------------------------------------- both


def finish(context: Context, sa: IkeSa) -> None:
    """Phase 1 is complete; the initiator has yet to say so."""
    if sa.role is Role.INITIATOR:
        _send_proof(context, sa)
    main.complete(context, sa, ())


def _identify(context: Context, sa: IkeSa) -> Identification:
    told = context.told_of(sa.peer)
    name = told.client_endpoint if told is not None and told.aggressive else None
    sa.own_identity = known.aggressive_identity(sa.local, name)
    identity = sa.own_identity
    context.tell(
        sa, IdentitySent, identity.id_type, identity.data, identity.protocol, identity.port,
        Hash.type if sa.role is Role.RESPONDER else VendorId.type,
    )  # fmt: skip
    return identity


def _proof(sa: IkeSa) -> Hash:
    assert sa.own_identity is not None
    return Hash(main.hash_of(sa, sa.role, sa.own_identity))


def _vendor_ids(context: Context, sa: IkeSa) -> tuple[bytes, ...]:
    own = known.own_vendor_id(context.randbytes(8), sa.own_cookie)
    return known.DPD, own, known.XAUTH
