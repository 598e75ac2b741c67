"""Quick mode (RFC 2409 §5.5): three messages under an IKE SA make a pair of ESP SAs.

`TABLE` is the specification, in IOS's states and inputs.  Only a message whose HASH is right
makes a step; what is done in it is in `quick_mode_steps`.

Must not know: crypto maps (`Context.maps` decides), Phase 1, timers.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from labkit.protocols.ike import informational, keys, nat_traversal
from labkit.protocols.ike import quick_mode_steps as steps
from labkit.protocols.ike.context import Context
from labkit.protocols.ike.dh import BadPublicValue
from labkit.protocols.ike.events import (
    AuthenticationFailed,
    BadMessage,
    Dropped,
    NodeCreated,
    ProposalRefused,
    StateChanged,
)
from labkit.protocols.ike.payloads import ESP
from labkit.protocols.ike.proposal import read_esp_offers
from labkit.protocols.ike.quick_mode_steps import Payloads, Refused
from labkit.protocols.ike.sa import IkeSa, QuickMode
from labkit.protocols.ike.values import Refusal, Request, Role
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import Hash, Message, SecurityAssociation, encode_payloads

INITIATOR, RESPONDER = Role
Action = Callable[[Context, IkeSa, QuickMode, Payloads], None]
A = TypeVar("A", bound=Callable[..., None])


class Input(Enum):
    """What can happen to a quick mode: IOS's origin and name, and its kind."""

    INIT_QM = ("IKE_MESG_INTERNAL", "IKE_INIT_QM", "")
    QM_EXCH = ("IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "")
    GOT_SPI = ("IKE_MESG_INTERNAL", "IKE_GOT_SPI", "")
    QM_REFUSED = ("IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "refused")
    """The message came, but its proposal is not accepted: IOS logs a step in place."""


# --------------------------------------------------------------------------- the table


@dataclass(frozen=True, slots=True)
class Step(Generic[A]):
    """A row of an exchange's table: the next state, and what is done before and after it.

    IOS logs the step in between.
    """

    next: str
    before: A | None = None
    after: A | None = None


TABLE: dict[tuple[Role, str, Input], Step[Action]] = {
    (INITIATOR, "IKE_QM_READY", Input.INIT_QM): Step("IKE_QM_I_QM1", steps.send_proposal),
    (INITIATOR, "IKE_QM_I_QM1", Input.QM_EXCH): Step(
        "IKE_QM_PHASE2_COMPLETE", steps.conclude, steps.install
    ),
    (INITIATOR, "IKE_QM_I_QM1", Input.QM_REFUSED): Step("IKE_QM_I_QM1"),
    (RESPONDER, "IKE_QM_READY", Input.QM_EXCH): Step("IKE_QM_SPI_STARVE", steps.consider),
    (RESPONDER, "IKE_QM_READY", Input.QM_REFUSED): Step("IKE_QM_READY"),
    (RESPONDER, "IKE_QM_SPI_STARVE", Input.GOT_SPI): Step(
        "IKE_QM_R_QM2", steps.answer, steps.answered
    ),
    (RESPONDER, "IKE_QM_R_QM2", Input.QM_EXCH): Step(
        "IKE_QM_PHASE2_COMPLETE", steps.confirmed, steps.enable
    ),
}


def step(
    context: Context, sa: IkeSa, node: QuickMode, what: Input, payloads: Payloads = ()
) -> None:
    """Make one step of the table; LookupError if it has no such row."""
    row = TABLE.get((node.role, node.state, what))
    if row is None:
        where = f"{node.role.name} in {node.state}"
        raise LookupError(f"quick mode: {where} has no row for {what.name}")
    if row.before is not None:
        row.before(context, sa, node, payloads)
    old, node.state = node.state, row.next
    origin, name, _ = what.value
    context.tell(sa, StateChanged, origin, name, old, row.next, node.message_id)
    if row.after is not None:
        row.after(context, sa, node, payloads)


def begin(context: Context, sa: IkeSa, request: Request) -> None:
    """Propose what a request asks for, under an established IKE SA."""
    node = QuickMode(context.random_id(sa.used_ids), INITIATOR, request=request)
    node.iv = context.phase2_iv(sa, node.message_id)
    sa.used_ids.add(node.message_id)
    sa.nodes[node.message_id] = node
    step(context, sa, node, Input.INIT_QM)


def receive(context: Context, sa: IkeSa, message: Message, data: bytes) -> None:
    """Take a quick mode message under `sa`; never raises for its content."""
    message_id = message.header.message_id
    node = sa.nodes.get(message_id)
    if node is not None and context.repeated(sa, node.conversation, message_id, data):
        return
    if not sa.established or not message_id or (node is None and message_id in sa.used_ids):
        context.tell(sa, Dropped, "no quick mode of ours")
        return
    if node is None:
        node = QuickMode(message_id, RESPONDER, iv=context.phase2_iv(sa, message_id))
    if node.over or (node.role, node.state, Input.QM_EXCH) not in TABLE:
        context.tell(sa, Dropped, f"no message is expected in {node.state}")
        return
    try:
        payloads, last_block = _open(sa, node, message)
    except DecodeError as error:
        context.tell(sa, BadMessage, str(error))
        return
    if not _authentic(sa, node, payloads):
        context.tell(sa, AuthenticationFailed, 2, message_id)
        return
    if message_id not in sa.nodes:
        context.tell(sa, NodeCreated, message_id)
    sa.used_ids.add(message_id)
    sa.nodes[message_id] = node
    node.iv = last_block
    node.conversation.heard(data)
    sa.heard(context.now)
    nat_traversal.follow(context, sa)
    _process(context, sa, node, payloads)


def _process(context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    try:
        step(context, sa, node, Input.QM_EXCH, payloads)
        if node.state == "IKE_QM_SPI_STARVE":
            step(context, sa, node, Input.GOT_SPI, payloads)
    except Refused as refused:
        _refuse(context, sa, node, payloads, refused.refusal)
    except (DecodeError, BadPublicValue) as error:
        # Authentic and yet malformed: the peer would only repeat it, so the exchange ends here.
        context.tell(sa, BadMessage, str(error))
        context.end_node(sa, node, error=True, reason="malformed")


def _open(sa: IkeSa, node: QuickMode, message: Message) -> tuple[Payloads, bytes]:
    payloads, last_block = keys.open_(sa.cipher, sa.cipher_key, node.iv, message)
    if not isinstance(payloads[0], Hash):
        raise DecodeError("ISAKMP: quick mode must begin with HASH")
    return payloads, last_block


def _authentic(sa: IkeSa, node: QuickMode, payloads: Payloads) -> bool:
    """Whether HASH(1), HASH(2) or HASH(3) is right, whichever is due."""
    rest = encode_payloads(payloads[1:])
    if node.state == "IKE_QM_READY":
        expected = keys.hash_1(sa.hash, sa.skeyid.a, node.message_id, rest)
    elif node.role is INITIATOR:
        expected = keys.hash_2(sa.hash, sa.skeyid.a, node.message_id, node.nonce_i, rest)
    else:
        nonces = node.nonce_i + node.nonce_r
        expected = keys.hash_3(sa.hash, sa.skeyid.a, node.message_id, nonces)
    return hmac.compare_digest(expected, payloads[0].body())


def _refuse(
    context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads, refusal: Refusal
) -> None:
    """Answer NO-PROPOSAL-CHOSEN with the peer's SPI; Phase 1 stays."""
    offered = next(each for each in payloads if isinstance(each, SecurityAssociation))
    offers = tuple(offer.transform for offer in read_esp_offers(offered))
    context.tell(
        sa, ProposalRefused, refusal, node.message_id, offers,
        node.local_selector, node.remote_selector,
    )  # fmt: skip
    spi = next((each.spi for each in offered.proposals if each.protocol == ESP), b"")
    note = informational.quick_mode_refusal(spi)
    informational.send_notify(context, sa, note, node.conversation)
    context.end_node(sa, node, error=True, reason="QM rejected")
    step(context, sa, node, Input.QM_REFUSED)
