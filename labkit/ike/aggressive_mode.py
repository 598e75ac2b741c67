"""Aggressive mode with pre-shared keys (RFC 2409 §5.4), as a table: three messages, no secrecy.

The initiator bets on one Diffie-Hellman group and shows its identity; the responder's hash goes
out before the initiator has proved anything, so that anybody may try passwords against it.  We
begin it where a peer is configured so (`crypto isakmp peer`), and answer it unless that is
disabled.  States and inputs are IOS's.  Our third message is encrypted; one that is not will do.

Must not know: how SAs are found, timers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from labkit.ike import aggressive_mode_steps as steps
from labkit.ike import envelope, main_mode
from labkit.ike.context import Context
from labkit.ike.dh import BadPublicValue
from labkit.ike.events import BadMessage, StateChanged
from labkit.ike.main_mode_steps import Payloads, Refused, start_waiting
from labkit.ike.sa import IkeSa
from labkit.ike.values import Role
from labkit.wire import DecodeError
from labkit.wire.isakmp import AGGRESSIVE, Message

INITIATOR, RESPONDER = Role
Action = Callable[[Context, IkeSa, Payloads], None]


class Input(Enum):
    """What can happen to an exchange: IOS's origin and name."""

    SA_REQ_AM = ("IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_AM")
    AM_EXCH = ("IKE_MESG_FROM_PEER", "IKE_AM_EXCH")
    PRESHARED_KEY_REPLY = ("IKE_MESG_FROM_AAA", "PRESHARED_KEY_REPLY")
    PHASE1_COMPLETE = ("IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE")


@dataclass(frozen=True, slots=True)
class Step:
    """The next state, and what is done before IOS logs the step."""

    next: str
    action: Action = lambda context, sa, payloads: None


TABLE: dict[tuple[Role, str, Input], Step] = {
    (INITIATOR, "IKE_READY", Input.SA_REQ_AM): Step("IKE_I_AM1", steps.send_offer),
    (INITIATOR, "IKE_I_AM1", Input.AM_EXCH): Step("IKE_P1_COMPLETE", steps.conclude),
    (RESPONDER, "IKE_READY", Input.AM_EXCH): Step("IKE_R_AM_AAA_AWAIT", steps.consider),
    (RESPONDER, "IKE_R_AM_AAA_AWAIT", Input.PRESHARED_KEY_REPLY): Step("IKE_R_AM2", steps.answer),
    (RESPONDER, "IKE_R_AM2", Input.AM_EXCH): Step("IKE_P1_COMPLETE", steps.confirmed),
    (INITIATOR, "IKE_P1_COMPLETE", Input.PHASE1_COMPLETE): Step("IKE_P1_COMPLETE"),
    (RESPONDER, "IKE_P1_COMPLETE", Input.PHASE1_COMPLETE): Step("IKE_P1_COMPLETE"),
}


def step(context: Context, sa: IkeSa, what: Input, payloads: Payloads = ()) -> None:
    """Make one step of the table; LookupError if it has no such row."""
    row = TABLE.get((sa.role, sa.state, what))
    if row is None:
        where = f"{sa.role.name} in {sa.state}"
        raise LookupError(f"aggressive mode: {where} has no row for {what.name}")
    row.action(context, sa, payloads)
    old, sa.state = sa.state, row.next
    context.tell(sa, StateChanged, *what.value, old, row.next)


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
        steps.finish(context, sa)
        step(context, sa, Input.PHASE1_COMPLETE)
        start_waiting(context, sa, payloads)


def _read(sa: IkeSa, message: Message) -> Payloads:
    """The payloads; on the way the responder's cookie or the last cipher block is noted."""
    if sa.role is INITIATOR:
        if message.header.encrypted or not any(message.header.responder_cookie):
            raise DecodeError("ISAKMP: no second message of aggressive mode")
        sa.responder_cookie = message.header.responder_cookie
    elif sa.state == "IKE_R_AM2" and message.header.encrypted:
        payloads, sa.iv = envelope.open_(sa.cipher, sa.cipher_key, sa.iv, message)
        return payloads
    return message.payloads
