"""Aggressive mode with pre-shared keys (RFC 2409 §5.4): the parts of main mode in three messages.

The initiator bets on one Diffie-Hellman group and shows its identity; the responder's hash goes
out before the initiator has proved anything, so that anybody may try passwords against it.  We
begin it where a peer is configured so (`crypto isakmp peer`), and answer it unless that is
disabled.  `TABLE` is the specification; states and inputs are IOS's.  Our third message is
encrypted; one that is not will do.

Must not know: how SAs are found, timers.
"""

from __future__ import annotations

from enum import Enum

from labkit.protocols.ike import informational, keys, main_mode, nat_traversal
from labkit.protocols.ike import main_mode_steps as main
from labkit.protocols.ike import payloads as known
from labkit.protocols.ike.context import Context
from labkit.protocols.ike.dh import GROUPS, BadPublicValue
from labkit.protocols.ike.events import BadMessage, ExchangeStarted, IdentitySent
from labkit.protocols.ike.main_mode_steps import NONCE_SIZE, Payloads, Refused
from labkit.protocols.ike.proposal import offer_policies
from labkit.protocols.ike.quick_mode import Step
from labkit.protocols.ike.sa import IkeSa
from labkit.protocols.ike.values import Role
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import (
    AGGRESSIVE,
    Hash,
    Identification,
    KeyExchange,
    Message,
    Nonce,
    VendorId,
)

INITIATOR, RESPONDER = Role


class Input(Enum):
    """What can happen to an exchange: IOS's origin and name."""

    SA_REQ_AM = ("IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_AM")
    AM_EXCH = ("IKE_MESG_FROM_PEER", "IKE_AM_EXCH")
    PRESHARED_KEY_REPLY = ("IKE_MESG_FROM_AAA", "PRESHARED_KEY_REPLY")
    PHASE1_COMPLETE = ("IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE")


# --------------------------------------------------------------------------- the initiator


def _send_offer(context: Context, sa: IkeSa, payloads: Payloads) -> None:
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


def _conclude(context: Context, sa: IkeSa, payloads: Payloads) -> None:
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


def _consider(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 1: choose, and have the keys."""
    main.choose_suite(context, sa, payloads)
    main.agree_keys(context, sa, payloads)
    main.take_identity(context, sa, payloads)
    sa.show = "AG_INIT_EXCH"


def _answer(context: Context, sa: IkeSa, payloads: Payloads) -> None:
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


def _confirmed(context: Context, sa: IkeSa, payloads: Payloads) -> None:
    """Message 3: the initiator has proved that it knows the key."""
    nat_traversal.compare(context, sa, payloads)
    main.check_hash(context, sa, payloads)


# --------------------------------------------------------------------------- both


def _finish(context: Context, sa: IkeSa) -> None:
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


# --------------------------------------------------------------------------- the table


TABLE: dict[tuple[Role, str, Input], Step[main_mode.Action]] = {
    (INITIATOR, "IKE_READY", Input.SA_REQ_AM): Step("IKE_I_AM1", _send_offer),
    (INITIATOR, "IKE_I_AM1", Input.AM_EXCH): Step("IKE_P1_COMPLETE", _conclude),
    (RESPONDER, "IKE_READY", Input.AM_EXCH): Step("IKE_R_AM_AAA_AWAIT", _consider),
    (RESPONDER, "IKE_R_AM_AAA_AWAIT", Input.PRESHARED_KEY_REPLY): Step("IKE_R_AM2", _answer),
    (RESPONDER, "IKE_R_AM2", Input.AM_EXCH): Step("IKE_P1_COMPLETE", _confirmed),
    (INITIATOR, "IKE_P1_COMPLETE", Input.PHASE1_COMPLETE): Step("IKE_P1_COMPLETE"),
    (RESPONDER, "IKE_P1_COMPLETE", Input.PHASE1_COMPLETE): Step("IKE_P1_COMPLETE"),
}


def step(context: Context, sa: IkeSa, what: Input, payloads: Payloads = ()) -> None:
    """Make one step of the table; LookupError if it has no such row."""
    row = TABLE.get((sa.role, sa.state, what))
    if row is None:
        where = f"{sa.role.name} in {sa.state}"
        raise LookupError(f"aggressive mode: {where} has no row for {what.name}")
    main_mode.take(context, sa, row, what.value, payloads)


def begin(context: Context, sa: IkeSa) -> None:
    """Send the first message."""
    sa.exchange = AGGRESSIVE
    step(context, sa, Input.SA_REQ_AM)


def receive(context: Context, sa: IkeSa, message: Message, data: bytes) -> None:
    """Take a message of `sa` that is no duplicate; never raises for its content."""
    if (sa.role, sa.state, Input.AM_EXCH) not in TABLE:
        context.tell(sa, BadMessage, f"no message is expected in {sa.state}")
        return
    before = sa.iv, sa.responder_cookie, sa.conversation.due
    try:
        payloads = _read(sa, message)
        step(context, sa, Input.AM_EXCH, payloads)
    except (DecodeError, BadPublicValue) as error:
        sa.iv, sa.responder_cookie, _ = before
        context.tell(sa, BadMessage, str(error))
        return
    except Refused as refused:
        sa.iv, sa.responder_cookie, _ = before
        main_mode.refuse(context, sa, data, str(refused))
        return
    sa.conversation.heard(data)
    if sa.state == "IKE_R_AM_AAA_AWAIT":
        step(context, sa, Input.PRESHARED_KEY_REPLY, payloads)
    if sa.state == "IKE_P1_COMPLETE":
        _finish(context, sa)
        step(context, sa, Input.PHASE1_COMPLETE)
        main.start_waiting(context, sa, payloads)


def _read(sa: IkeSa, message: Message) -> Payloads:
    """The payloads; on the way the responder's cookie or the last cipher block is noted."""
    if sa.role is INITIATOR:
        if message.header.encrypted or not any(message.header.responder_cookie):
            raise DecodeError("ISAKMP: no second message of aggressive mode")
        sa.responder_cookie = message.header.responder_cookie
    elif sa.state == "IKE_R_AM2" and message.header.encrypted:
        payloads, sa.iv = keys.open_(sa.cipher, sa.cipher_key, sa.iv, message)
        return payloads
    return message.payloads
