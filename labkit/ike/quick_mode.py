"""Quick mode (RFC 2409 §5.5): three messages under an IKE SA make a pair of ESP SAs.

`TABLE` is the specification, in IOS's states and inputs.  Only a message whose HASH is right
makes a step.  Perfect forward secrecy is a KE payload each way.

Must not know: crypto maps (`Context.maps` decides), Phase 1, timers.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from labkit.ike import envelope, informational, keys
from labkit.ike.child import derive_child, install
from labkit.ike.context import Context
from labkit.ike.dh import GROUPS, BadPublicValue
from labkit.ike.events import (
    AuthenticationFailed,
    BadMessage,
    Dropped,
    ExchangeStarted,
    PayloadProcessed,
    ProposalChecked,
    ProposalRefused,
    SpiAllocated,
    StateChanged,
)
from labkit.ike.payloads import ESP, identity_of, only, selector_of
from labkit.ike.proposal import (
    EspOffer,
    answer_offer,
    fits,
    offer_transform_sets,
    read_esp_offers,
)
from labkit.ike.sa import IkeSa, Node
from labkit.ike.values import Refusal, Request, Role, Selector
from labkit.model.facts import TransformSet
from labkit.wire import DecodeError
from labkit.wire.isakmp import (
    QUICK_MODE,
    Hash,
    Identification,
    KeyExchange,
    Message,
    Nonce,
    Notification,
    Payload,
    SecurityAssociation,
    encode_payloads,
)

NONCE_SIZE = 20
I, R = Role.INITIATOR, Role.RESPONDER
Payloads = tuple[Payload, ...]
Action = Callable[[Context, IkeSa, Node, Payloads], None]


class Refused(Exception):
    """An authentic proposal that we do not accept."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class Input(Enum):
    """What can happen to a quick mode: IOS's origin and name, and its kind."""

    INIT_QM = ("IKE_MESG_INTERNAL", "IKE_INIT_QM", "")
    QM_EXCH = ("IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "")
    GOT_SPI = ("IKE_MESG_INTERNAL", "IKE_GOT_SPI", "")
    QM_REFUSED = ("IKE_MESG_FROM_PEER", "IKE_QM_EXCH", "refused")
    """The message came, but its proposal is not accepted: IOS logs a step in place."""


# --------------------------------------------------------------------------- message 1


def _send_proposal(context: Context, sa: IkeSa, node: Node, payloads: Payloads) -> None:
    request = node.request
    assert request is not None
    context.tell(sa, ExchangeStarted, "quick", node.message_id)
    node.spi = context.new_spi()
    context.tell(sa, SpiAllocated, I, int.from_bytes(node.spi, "big"), node.message_id)
    node.nonce_i = context.randbytes(NONCE_SIZE)
    node.local_selector, node.remote_selector = request.local_selector, request.remote_selector
    node.lifetimes = request.lifetime_seconds, request.lifetime_kilobytes
    offered = offer_transform_sets(
        request.transform_sets,
        node.spi,
        *node.lifetimes,
        request.pfs_group,
        host_to_host=_host_to_host(sa, node),
    )
    rest: Payloads = (
        offered,
        Nonce(node.nonce_i),
        *_own_key(context, node, request.pfs_group),
        identity_of(request.local_selector),
        identity_of(request.remote_selector),
    )
    value = keys.hash_1(sa.hash, sa.skeyid.a, node.message_id, encode_payloads(rest))
    _send(context, sa, node, (Hash(value), *rest), answer=True)


def _own_key(context: Context, node: Node, group: int | None) -> tuple[KeyExchange, ...]:
    """A fresh Diffie-Hellman value if PFS is wanted."""
    if group is None:
        return ()
    node.private = context.randbytes(GROUPS[group].private_size)
    node.public = GROUPS[group].public(node.private)
    return (KeyExchange(node.public),)


def _host_to_host(sa: IkeSa, node: Node) -> bool:
    """Whether the proxies are the peers themselves: where transport mode makes sense."""
    return (
        node.local_selector is not None
        and node.remote_selector is not None
        and _is_host(node.local_selector, Selector(sa.local))
        and _is_host(node.remote_selector, Selector(sa.peer))
    )


def _is_host(selector: Selector, host: Selector) -> bool:
    return (selector.address, selector.mask) == (host.address, host.mask)


def _send(context: Context, sa: IkeSa, node: Node, payloads: Payloads, *, answer: bool) -> None:
    data, node.iv = context.seal(sa, node.iv, QUICK_MODE, node.message_id, payloads)
    context.send(sa, node.conversation, data, answer=answer)


# --------------------------------------------------------------------------- at the responder


def _consider(context: Context, sa: IkeSa, node: Node, payloads: Payloads) -> None:
    """Message 1: do our crypto maps and transform sets allow what it proposes?"""
    offered = _first_part(context, sa, node, payloads)
    node.nonce_i = _nonce(context, sa, node, payloads)
    _take_identities(context, sa, node, payloads)
    offers = read_esp_offers(offered)
    for offer in offers:
        _tell_checked(context, sa, offer, acceptable=offer.known)
    assert node.local_selector is not None and node.remote_selector is not None
    entry = context.maps.find_entry(sa.local, sa.peer, node.local_selector, node.remote_selector)
    if isinstance(entry, Refusal):
        raise Refused(entry)
    host_to_host = _host_to_host(sa, node)
    chosen = _choose(offers, entry.transform_sets, host_to_host=host_to_host)
    if chosen is None:
        raise Refused(Refusal.TRANSFORM)
    if chosen.group not in (None, *GROUPS) or entry.pfs_group not in (None, chosen.group):
        raise Refused(Refusal.PFS)
    node.entry, node.offered, node.chosen = entry, offered, chosen
    _agree_key(context, node, payloads)


def _choose(
    offers: tuple[EspOffer, ...], sets: tuple[TransformSet, ...], *, host_to_host: bool
) -> EspOffer | None:
    """The first of our sets that fits an offer, with the first offer that it fits."""
    return next(
        (
            offer
            for each in sets
            for offer in offers
            if offer.known and fits(offer.transform, each, host_to_host=host_to_host)
        ),
        None,
    )


def _take_identities(context: Context, sa: IkeSa, node: Node, payloads: Payloads) -> None:
    """IDci and IDcr; without them the peers protect their own traffic (§5.5)."""
    found = [selector_of(each) for each in payloads if isinstance(each, Identification)]
    for _ in found:
        context.tell(sa, PayloadProcessed, "ID", node.message_id)
    if len(found) not in (0, 2):
        raise DecodeError(f"ISAKMP: {len(found)} ID payloads in quick mode")
    node.remote_selector, node.local_selector = found or (Selector(sa.peer), Selector(sa.local))


def _agree_key(context: Context, node: Node, payloads: Payloads) -> None:
    """g(qm)^xy, at the responder with a fresh private value of its own."""
    assert node.chosen is not None
    group = node.chosen.group
    if group is None:
        return
    peer_public = only(payloads, KeyExchange).data
    if not node.private:
        _own_key(context, node, group)
    node.shared = GROUPS[group].shared(node.private, peer_public)


def _answer(context: Context, sa: IkeSa, node: Node, payloads: Payloads) -> None:
    """Message 2; from here we can receive."""
    assert node.offered is not None and node.chosen is not None and node.entry is not None
    node.spi = context.new_spi()
    context.tell(sa, SpiAllocated, R, int.from_bytes(node.spi, "big"), node.message_id)
    node.nonce_r = context.randbytes(NONCE_SIZE)
    entry, chosen = node.entry, node.chosen
    seconds = chosen.lifetime_seconds or entry.lifetime_seconds
    kilobytes = chosen.lifetime_kilobytes or entry.lifetime_kilobytes
    node.lifetimes = min(seconds, entry.lifetime_seconds), min(kilobytes, entry.lifetime_kilobytes)
    notes: tuple[Notification, ...] = ()
    if node.lifetimes != (seconds, kilobytes):
        notes = (informational.responder_esp_lifetime(node.spi, *node.lifetimes),)
        informational.tell_sent(context, sa, notes[0], node.message_id)
    identities = tuple(each for each in payloads if isinstance(each, Identification))
    rest: Payloads = (
        answer_offer(chosen, node.spi),
        Nonce(node.nonce_r),
        *((KeyExchange(node.public),) if node.public else ()),
        *identities,
        *notes,
    )
    value = keys.hash_2(sa.hash, sa.skeyid.a, node.message_id, node.nonce_i, encode_payloads(rest))
    derive_child(context, sa, node)
    install(context, sa, node, "inbound")
    _send(context, sa, node, (Hash(value), *rest), answer=True)


def _confirmed(context: Context, sa: IkeSa, node: Node, payloads: Payloads) -> None:
    """Message 3: the initiator is alive and has the keys; from here we may send."""
    install(context, sa, node, "outbound")


# --------------------------------------------------------------------------- at the initiator


def _conclude(context: Context, sa: IkeSa, node: Node, payloads: Payloads) -> None:
    """Message 2: check the answer, confirm it, install both directions."""
    assert node.request is not None
    answered = _first_part(context, sa, node, payloads)
    offers = read_esp_offers(answered)
    nonce = _nonce(context, sa, node, payloads)
    wanted = node.local_selector, node.remote_selector
    found = tuple(selector_of(each) for each in payloads if isinstance(each, Identification))
    for _ in found:
        context.tell(sa, PayloadProcessed, "ID", node.message_id)
    chosen = _choose(offers, node.request.transform_sets, host_to_host=_host_to_host(sa, node))
    for offer in offers:
        _tell_checked(context, sa, offer, acceptable=offer is chosen)
    if len(offers) != 1 or chosen is None or chosen.group != node.request.pfs_group:
        raise Refused(Refusal.TRANSFORM)
    if found and found != wanted:
        raise Refused(Refusal.PROXY_IDENTITIES)
    node.chosen, node.nonce_r = chosen, nonce
    _agree_key(context, node, payloads)
    for payload in payloads:
        if isinstance(payload, Notification):
            informational.notified(context, sa, payload, node.message_id)
            node.lifetimes = informational.shorter(node.lifetimes, payload)
    value = keys.hash_3(sa.hash, sa.skeyid.a, node.message_id, node.nonce_i + node.nonce_r)
    derive_child(context, sa, node)
    install(context, sa, node, "inbound")
    install(context, sa, node, "outbound")
    _send(context, sa, node, (Hash(value),), answer=False)


# --------------------------------------------------------------------------- parts


def _first_part(context: Context, sa: IkeSa, node: Node, payloads: Payloads) -> SecurityAssociation:
    context.tell(sa, PayloadProcessed, "HASH", node.message_id)
    context.tell(sa, PayloadProcessed, "SA", node.message_id)
    return only(payloads, SecurityAssociation)


def _nonce(context: Context, sa: IkeSa, node: Node, payloads: Payloads) -> bytes:
    context.tell(sa, PayloadProcessed, "NONCE", node.message_id)
    nonce = only(payloads, Nonce).data
    if not 8 <= len(nonce) <= 256:
        raise DecodeError(f"ISAKMP: a nonce of {len(nonce)} bytes")
    return nonce


def _tell_checked(context: Context, sa: IkeSa, offer: EspOffer, *, acceptable: bool) -> None:
    context.tell(
        sa,
        ProposalChecked,
        offer.proposal.number,
        offer.wire.number,
        offer.transform,
        offer.lifetime_seconds,
        offer.lifetime_kilobytes,
        offer.group,
        acceptable,
    )


# --------------------------------------------------------------------------- the table


def _nothing(context: Context, sa: IkeSa, node: Node, payloads: Payloads) -> None:
    """A step without an action."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next state, and what is done before IOS logs the step."""

    next: str
    action: Action = _nothing


TABLE: dict[tuple[Role, str, Input], Step] = {
    (I, "IKE_QM_READY", Input.INIT_QM): Step("IKE_QM_I_QM1", _send_proposal),
    (I, "IKE_QM_I_QM1", Input.QM_EXCH): Step("IKE_QM_PHASE2_COMPLETE", _conclude),
    (I, "IKE_QM_I_QM1", Input.QM_REFUSED): Step("IKE_QM_I_QM1"),
    (R, "IKE_QM_READY", Input.QM_EXCH): Step("IKE_QM_SPI_STARVE", _consider),
    (R, "IKE_QM_READY", Input.QM_REFUSED): Step("IKE_QM_READY"),
    (R, "IKE_QM_SPI_STARVE", Input.GOT_SPI): Step("IKE_QM_R_QM2", _answer),
    (R, "IKE_QM_R_QM2", Input.QM_EXCH): Step("IKE_QM_PHASE2_COMPLETE", _confirmed),
}


def step(context: Context, sa: IkeSa, node: Node, what: Input, payloads: Payloads = ()) -> None:
    """Make one step of the table; LookupError if it has no such row."""
    row = TABLE.get((node.role, node.state, what))
    if row is None:
        where = f"{node.role.name} in {node.state}"
        raise LookupError(f"quick mode: {where} has no row for {what.name}")
    row.action(context, sa, node, payloads)
    old, node.state = node.state, row.next
    origin, name, _ = what.value
    context.tell(sa, StateChanged, origin, name, old, row.next, node.message_id)


def begin(context: Context, sa: IkeSa, request: Request) -> None:
    """Propose what a request asks for, under an established IKE SA."""
    node = Node(context.random_id(sa.used_ids), I, request=request)
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
        node = Node(message_id, R, iv=context.phase2_iv(sa, message_id))
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
    sa.used_ids.add(message_id)
    sa.nodes[message_id] = node
    node.iv = last_block
    node.conversation.heard(data)
    _process(context, sa, node, payloads)


def _process(context: Context, sa: IkeSa, node: Node, payloads: Payloads) -> None:
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
    else:
        if node.state == "IKE_QM_PHASE2_COMPLETE":
            reason = "No Error" if node.role is I else "QM done (await)"
            context.end_node(sa, node, error=False, reason=reason)


def _open(sa: IkeSa, node: Node, message: Message) -> tuple[Payloads, bytes]:
    payloads, last_block = envelope.open_(sa.cipher, sa.cipher_key, node.iv, message)
    if not isinstance(payloads[0], Hash):
        raise DecodeError("ISAKMP: quick mode must begin with HASH")
    return payloads, last_block


def _authentic(sa: IkeSa, node: Node, payloads: Payloads) -> bool:
    """Whether HASH(1), HASH(2) or HASH(3) is right, whichever is due."""
    rest = encode_payloads(payloads[1:])
    if node.state == "IKE_QM_READY":
        expected = keys.hash_1(sa.hash, sa.skeyid.a, node.message_id, rest)
    elif node.role is I:
        expected = keys.hash_2(sa.hash, sa.skeyid.a, node.message_id, node.nonce_i, rest)
    else:
        nonces = node.nonce_i + node.nonce_r
        expected = keys.hash_3(sa.hash, sa.skeyid.a, node.message_id, nonces)
    return hmac.compare_digest(expected, payloads[0].body())


def _refuse(context: Context, sa: IkeSa, node: Node, payloads: Payloads, refusal: Refusal) -> None:
    """Answer NO-PROPOSAL-CHOSEN with the peer's SPI; Phase 1 stays."""
    assert node.local_selector is not None and node.remote_selector is not None
    offered = next(each for each in payloads if isinstance(each, SecurityAssociation))
    offers = tuple(offer.transform for offer in read_esp_offers(offered))
    context.tell(
        sa, ProposalRefused, refusal, node.message_id, offers,
        node.local_selector, node.remote_selector,
    )  # fmt: skip
    spi = next((each.spi for each in offered.proposals if each.protocol == ESP), b"")
    note = informational.quick_mode_refusal(spi)
    informational.send_notify(context, sa, note, node.conversation)
    step(context, sa, node, Input.QM_REFUSED)
    context.end_node(sa, node, error=True, reason="QM rejected")
