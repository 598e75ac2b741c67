"""Main mode with pre-shared keys (RFC 2409 §5.4), as a table.

`TABLE` is the specification: (role, state, input) to the next state, with what is done before
and after the step (`main_mode_steps`).  States and inputs are IOS's.  A received message makes
three steps: it arrives (MM_EXCH), it is processed (PROCESS_MAIN_MODE), our answer leaves
(PROCESS_COMPLETE); PROCESS_ERROR leads back to where the exchange was, so that a bad message
changes nothing.  Message 6 is processed as it arrives: nothing is left to be answered.

Must not know: how SAs are found, timers.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from labkit.protocols.ike import informational, keys
from labkit.protocols.ike import main_mode_steps as steps
from labkit.protocols.ike import payloads as known
from labkit.protocols.ike.context import Context
from labkit.protocols.ike.dh import BadPublicValue
from labkit.protocols.ike.events import BadMessage, StateChanged
from labkit.protocols.ike.main_mode_steps import Payloads, Refused
from labkit.protocols.ike.quick_mode import Step
from labkit.protocols.ike.sa import IkeSa
from labkit.protocols.ike.values import Role
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import Message

INITIATOR, RESPONDER = Role
Action = Callable[[Context, IkeSa, Payloads], None]


class Input(Enum):
    """What can happen to an exchange: IOS's origin and name."""

    SA_REQ_MM = ("IKE_MESG_FROM_IPSEC", "IKE_SA_REQ_MM")
    MM_EXCH = ("IKE_MESG_FROM_PEER", "IKE_MM_EXCH")
    PROCESS_MAIN_MODE = ("IKE_MESG_INTERNAL", "IKE_PROCESS_MAIN_MODE")
    PROCESS_COMPLETE = ("IKE_MESG_INTERNAL", "IKE_PROCESS_COMPLETE")
    PROCESS_ERROR = ("IKE_MESG_INTERNAL", "IKE_PROCESS_ERROR")
    PHASE1_COMPLETE = ("IKE_MESG_INTERNAL", "IKE_PHASE1_COMPLETE")


# --------------------------------------------------------------------------- the table


TABLE: dict[tuple[Role, str, Input], Step[Action]] = {
    (INITIATOR, "IKE_READY", Input.SA_REQ_MM): Step(
        "IKE_I_MM1", before=steps.announce_nat_traversal, after=steps.send_offer
    ),
    (INITIATOR, "IKE_I_MM1", Input.MM_EXCH): Step("IKE_I_MM2"),
    (INITIATOR, "IKE_I_MM2", Input.PROCESS_MAIN_MODE): Step("IKE_I_MM2", before=steps.choose_suite),
    (INITIATOR, "IKE_I_MM2", Input.PROCESS_ERROR): Step("IKE_I_MM1"),
    (INITIATOR, "IKE_I_MM2", Input.PROCESS_COMPLETE): Step(
        "IKE_I_MM3", before=steps.send_initiator_key
    ),
    (INITIATOR, "IKE_I_MM3", Input.MM_EXCH): Step("IKE_I_MM4"),
    (INITIATOR, "IKE_I_MM4", Input.PROCESS_MAIN_MODE): Step("IKE_I_MM4", before=steps.derive_keys),
    (INITIATOR, "IKE_I_MM4", Input.PROCESS_ERROR): Step("IKE_I_MM3"),
    (INITIATOR, "IKE_I_MM4", Input.PROCESS_COMPLETE): Step(
        "IKE_I_MM5", before=steps.send_initiator_identity
    ),
    (INITIATOR, "IKE_I_MM5", Input.MM_EXCH): Step(
        "IKE_I_MM6", before=steps.authenticate_and_complete
    ),
    (INITIATOR, "IKE_I_MM5", Input.PROCESS_ERROR): Step("IKE_I_MM5"),
    (INITIATOR, "IKE_I_MM6", Input.PROCESS_MAIN_MODE): Step("IKE_I_MM6"),
    (INITIATOR, "IKE_I_MM6", Input.PROCESS_COMPLETE): Step(
        "IKE_P1_COMPLETE", after=steps.start_waiting
    ),
    (RESPONDER, "IKE_READY", Input.MM_EXCH): Step("IKE_R_MM1"),
    (RESPONDER, "IKE_R_MM1", Input.PROCESS_MAIN_MODE): Step("IKE_R_MM1", before=steps.choose_suite),
    (RESPONDER, "IKE_R_MM1", Input.PROCESS_ERROR): Step("IKE_READY"),
    (RESPONDER, "IKE_R_MM1", Input.PROCESS_COMPLETE): Step("IKE_R_MM2", before=steps.send_answer),
    (RESPONDER, "IKE_R_MM2", Input.MM_EXCH): Step("IKE_R_MM3"),
    (RESPONDER, "IKE_R_MM3", Input.PROCESS_MAIN_MODE): Step("IKE_R_MM3", before=steps.derive_keys),
    (RESPONDER, "IKE_R_MM3", Input.PROCESS_ERROR): Step("IKE_R_MM2"),
    (RESPONDER, "IKE_R_MM3", Input.PROCESS_COMPLETE): Step(
        "IKE_R_MM4", before=steps.send_responder_key
    ),
    (RESPONDER, "IKE_R_MM4", Input.MM_EXCH): Step("IKE_R_MM5"),
    (RESPONDER, "IKE_R_MM5", Input.PROCESS_MAIN_MODE): Step("IKE_R_MM5", before=steps.authenticate),
    (RESPONDER, "IKE_R_MM5", Input.PROCESS_ERROR): Step("IKE_R_MM4"),
    (RESPONDER, "IKE_R_MM5", Input.PROCESS_COMPLETE): Step(
        "IKE_P1_COMPLETE", before=steps.send_responder_identity, after=steps.start_waiting
    ),
    (INITIATOR, "IKE_P1_COMPLETE", Input.PHASE1_COMPLETE): Step("IKE_P1_COMPLETE"),
    (RESPONDER, "IKE_P1_COMPLETE", Input.PHASE1_COMPLETE): Step("IKE_P1_COMPLETE"),
}

ENCRYPTED_STATES = {"IKE_I_MM5", "IKE_R_MM4"}
"""Where the next message comes encrypted."""


def step(context: Context, sa: IkeSa, what: Input, payloads: Payloads = ()) -> None:
    """Make one step of the table; LookupError if it has no such row."""
    row = TABLE.get((sa.role, sa.state, what))
    if row is None:
        raise LookupError(f"main mode: {sa.role.name} in {sa.state} has no row for {what.name}")
    take(context, sa, row, what.value, payloads)


def take(
    context: Context, sa: IkeSa, row: Step[Action], what: tuple[str, str], payloads: Payloads
) -> None:
    """Make a step of Phase 1; `what` is its origin and input."""
    if row.before is not None:
        row.before(context, sa, payloads)
    old, sa.state = sa.state, row.next
    context.tell(sa, StateChanged, *what, old, row.next)
    if row.after is not None:
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
    if sa.role is INITIATOR:
        sa.responder_cookie = message.header.responder_cookie
    if last_block:
        sa.iv = last_block
    try:
        step(context, sa, Input.MM_EXCH, payloads)
        step(context, sa, Input.PROCESS_MAIN_MODE, payloads)
    except (DecodeError, BadPublicValue) as error:
        sa.iv, sa.responder_cookie = before
        context.tell(sa, BadMessage, str(error))
        step(context, sa, Input.PROCESS_ERROR)
        return
    except Refused as refused:
        sa.iv, sa.responder_cookie = before
        step(context, sa, Input.PROCESS_ERROR)
        refuse(context, sa, data, str(refused))
        return
    sa.conversation.heard(data)
    step(context, sa, Input.PROCESS_COMPLETE, payloads)
    if sa.state == "IKE_P1_COMPLETE":
        step(context, sa, Input.PHASE1_COMPLETE)


def _read(sa: IkeSa, message: Message) -> tuple[Payloads, bytes]:
    if sa.state in ENCRYPTED_STATES:
        return keys.open_(sa.cipher, sa.cipher_key, sa.iv, message)
    if message.header.encrypted:
        raise DecodeError(f"ISAKMP: encrypted in {sa.state}")
    if sa.role is INITIATOR and not any(message.header.responder_cookie):
        raise DecodeError("ISAKMP: no responder cookie")
    return message.payloads, b""


def refuse(context: Context, sa: IkeSa, data: bytes, reason: str) -> None:
    """A responder that finds no policy says so, in the clear, and forgets; others wait."""
    if sa.state == "IKE_READY":
        sa.conversation.heard(data)
        informational.send_clear_notify(context, sa, known.NO_PROPOSAL_CHOSEN)
        context.end_sa(sa, reason)
