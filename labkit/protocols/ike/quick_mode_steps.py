"""What quick mode does in each step (RFC 2409 §5.5): propose, consider, answer, conclude.

Each function works on one node and raises DecodeError, BadPublicValue or `Refused`; that it is
called at the right moment is `quick_mode.TABLE`'s business, that its message is authentic is
`quick_mode.receive`'s.  Perfect forward secrecy is a KE payload each way.

Must not know: states, crypto maps (`Context.maps` decides).
"""

from __future__ import annotations

from dataclasses import replace

from labkit.protocols.ike import informational, keys, nat_traversal
from labkit.protocols.ike.configuration import TransformSet
from labkit.protocols.ike.context import Context
from labkit.protocols.ike.dh import GROUPS
from labkit.protocols.ike.esp_sas import derive_child
from labkit.protocols.ike.esp_sas import install as install_direction
from labkit.protocols.ike.events import (
    ExchangeStarted,
    PayloadProcessed,
    ProposalChecked,
    SpiAllocated,
)
from labkit.protocols.ike.payloads import identity_of, only, selector_of
from labkit.protocols.ike.proposal import (
    EspOffer,
    answer_offer,
    fits,
    offer_transform_sets,
    read_esp_offers,
)
from labkit.protocols.ike.sa import IkeSa, QuickMode
from labkit.protocols.ike.values import Phase2Terms, Refusal, Role, Selector
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import (
    QUICK_MODE,
    Hash,
    Identification,
    KeyExchange,
    NatOriginalAddress,
    Nonce,
    Notification,
    Payload,
    SecurityAssociation,
    encode_payloads,
)

NONCE_SIZE = 20
Payloads = tuple[Payload, ...]


class Refused(Exception):
    """An authentic proposal that we do not accept."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


# --------------------------------------------------------------------------- message 1


def send_proposal(context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    request = node.request
    assert request is not None
    context.tell(sa, ExchangeStarted, "quick", node.message_id)
    node.spi = context.new_spi()
    context.tell(sa, SpiAllocated, Role.INITIATOR, int.from_bytes(node.spi, "big"), node.message_id)
    node.nonce_i = context.randbytes(NONCE_SIZE)
    node.local_selector, node.remote_selector = request.local_selector, request.remote_selector
    node.lifetimes = request.lifetime_seconds, request.lifetime_kilobytes
    offered = offer_transform_sets(
        request.transform_sets,
        node.spi,
        *node.lifetimes,
        request.pfs_group,
        host_to_host=_host_to_host(sa, node),
        in_udp=sa.nat,
    )
    rest: Payloads = (
        offered,
        Nonce(node.nonce_i),
        *_own_key(context, node, request.pfs_group),
        identity_of(request.local_selector),
        identity_of(request.remote_selector),
        *_original_addresses(sa, offered),
    )
    value = keys.hash_1(sa.hash, sa.skeyid.a, node.message_id, encode_payloads(rest))
    _send(context, sa, node, (Hash(value), *rest), answer=True)


def _own_key(context: Context, node: QuickMode, group: int | None) -> tuple[KeyExchange, ...]:
    """A fresh Diffie-Hellman value if PFS is wanted."""
    if group is None:
        return ()
    node.private = context.randbytes(GROUPS[group].private_size)
    node.public = GROUPS[group].public(node.private)
    return (KeyExchange(node.public),)


def _original_addresses(sa: IkeSa, ours: SecurityAssociation) -> Payloads:
    """What transport mode needs to mend checksums behind a NAT."""
    transport = any(each.transform.mode == "transport" for each in read_esp_offers(ours))
    return nat_traversal.original_addresses(sa) if sa.nat and transport else ()


def _host_to_host(sa: IkeSa, node: QuickMode) -> bool:
    """Whether the proxies are the peers themselves: where transport mode makes sense."""
    ends = (node.local_selector, sa.local), (node.remote_selector, sa.peer)
    return all((each.address, each.mask) == (host, Selector(host).mask) for each, host in ends)


def _send(
    context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads, *, answer: bool
) -> None:
    data, node.iv = context.seal(sa, node.iv, QUICK_MODE, node.message_id, payloads)
    context.send(sa, node.conversation, data, answer=answer)


# --------------------------------------------------------------------------- at the responder


def consider(context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    """Message 1: do our crypto maps and transform sets allow what it proposes?"""
    offered = _first_part(context, sa, node, payloads)
    node.nonce_i = _nonce(payloads)
    _take_identities(sa, node, payloads)
    offers = read_esp_offers(offered)
    for offer in offers:
        _tell_checked(context, sa, node, offer, acceptable=offer.known)
    entry, chosen = _transport_through_nat(context, sa, node, offers, payloads) or _decide(
        context, sa, node, offers
    )
    if chosen.group not in (None, *GROUPS) or entry.pfs_group not in (None, chosen.group):
        raise Refused(Refusal.PFS)
    _tell_rest(context, sa, node, payloads)
    node.entry, node.offered, node.chosen = entry, offered, chosen
    _agree_key(context, node, payloads)
    node.spi = context.new_spi()
    context.tell(sa, SpiAllocated, Role.RESPONDER, int.from_bytes(node.spi, "big"), node.message_id)


def _decide(
    context: Context, sa: IkeSa, node: QuickMode, offers: tuple[EspOffer, ...]
) -> tuple[Phase2Terms, EspOffer]:
    entry = context.maps.find_entry(sa.local, sa.peer, node.local_selector, node.remote_selector)
    if isinstance(entry, Refusal):
        raise Refused(entry)
    chosen = _choose(sa, node, offers, entry.transform_sets)
    if chosen is None:
        raise Refused(Refusal.TRANSFORM)
    return entry, chosen


def _transport_through_nat(
    context: Context, sa: IkeSa, node: QuickMode, offers: tuple[EspOffer, ...], payloads: Payloads
) -> tuple[Phase2Terms, EspOffer] | None:
    """Transport mode between the peers, where NAT-OA says that the IDs are those (RFC 3947 §5.2).

    The selectors become the addresses that packets will have here; None if it comes to nothing.
    """
    original = [each.address for each in payloads if isinstance(each, NatOriginalAddress)]
    transport = tuple(offer for offer in offers if offer.transform.mode == "transport")
    if not sa.nat or len(original) != 2 or not transport:
        return None
    proposed = node.remote_selector, node.local_selector
    if [each.address for each in proposed] != original:
        return None
    node.remote_selector = replace(proposed[0], address=sa.peer)
    node.local_selector = replace(proposed[1], address=sa.local)
    try:
        return _decide(context, sa, node, transport)
    except Refused:
        node.remote_selector, node.local_selector = proposed
        return None


def _choose(
    sa: IkeSa, node: QuickMode, offers: tuple[EspOffer, ...], sets: tuple[TransformSet, ...]
) -> EspOffer | None:
    """The first of our sets that fits an offer, with the first offer that it fits."""
    host_to_host = _host_to_host(sa, node)
    return next(
        (
            offer
            for each in sets
            for offer in offers
            if offer.known and fits(offer.transform, each, host_to_host=host_to_host, in_udp=sa.nat)
        ),
        None,
    )


def _take_identities(sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    """IDci and IDcr; without them the peers protect their own traffic (§5.5)."""
    found = [selector_of(each) for each in payloads if isinstance(each, Identification)]
    if len(found) not in (0, 2):
        raise DecodeError(f"ISAKMP: {len(found)} ID payloads in quick mode")
    node.remote_selector, node.local_selector = found or (Selector(sa.peer), Selector(sa.local))


def _agree_key(context: Context, node: QuickMode, payloads: Payloads) -> None:
    """g(qm)^xy, at the responder with a fresh private value of its own."""
    group = node.agreed.group
    if group is None:
        return
    peer_public = only(payloads, KeyExchange).data
    if not node.private:
        _own_key(context, node, group)
    node.shared = GROUPS[group].shared(node.private, peer_public)


def answer(context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    """Message 2; from here we can receive."""
    assert node.entry is not None
    node.nonce_r = context.randbytes(NONCE_SIZE)
    entry, chosen = node.entry, node.agreed
    seconds = chosen.lifetime_seconds or entry.lifetime_seconds
    kilobytes = chosen.lifetime_kilobytes or entry.lifetime_kilobytes
    node.lifetimes = min(seconds, entry.lifetime_seconds), min(kilobytes, entry.lifetime_kilobytes)
    notes: tuple[Notification, ...] = ()
    if node.lifetimes != (seconds, kilobytes):
        notes = (informational.responder_esp_lifetime(node.spi, *node.lifetimes),)
        informational.tell_sent(context, sa, notes[0], node.message_id)
    identities = tuple(each for each in payloads if isinstance(each, Identification))
    answered = answer_offer(chosen, node.spi)
    rest: Payloads = (
        answered,
        Nonce(node.nonce_r),
        *((KeyExchange(node.public),) if node.public else ()),
        *identities,
        *_original_addresses(sa, answered),
        *notes,
    )
    value = keys.hash_2(sa.hash, sa.skeyid.a, node.message_id, node.nonce_i, encode_payloads(rest))
    derive_child(context, sa, node)
    _send(context, sa, node, (Hash(value), *rest), answer=True)


def answered(context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    install_direction(context, sa, node, "inbound")


def confirmed(context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    """Message 3: the initiator is alive and has the keys."""
    context.end_node(sa, node, error=False, reason="QM done (await)")


def enable(context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    """From here the responder may send."""
    install_direction(context, sa, node, "outbound")


# --------------------------------------------------------------------------- at the initiator


def conclude(context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    """Message 2: check the answer, confirm it, install both directions."""
    assert node.request is not None
    answered = _first_part(context, sa, node, payloads)
    offers = read_esp_offers(answered)
    nonce = _nonce(payloads)
    wanted = node.local_selector, node.remote_selector
    found = tuple(selector_of(each) for each in payloads if isinstance(each, Identification))
    chosen = _choose(sa, node, offers, node.request.transform_sets)
    for offer in offers:
        _tell_checked(context, sa, node, offer, acceptable=offer is chosen)
    if len(offers) != 1 or chosen is None or chosen.group != node.request.pfs_group:
        raise Refused(Refusal.TRANSFORM)
    if found and found != wanted:
        raise Refused(Refusal.PROXY_IDENTITIES)
    _tell_rest(context, sa, node, payloads)
    node.chosen, node.nonce_r = chosen, nonce
    _agree_key(context, node, payloads)
    for payload in payloads:
        if isinstance(payload, Notification):
            informational.notified(context, sa, payload, node.message_id)
            node.lifetimes = informational.shorter(node.lifetimes, payload)
    value = keys.hash_3(sa.hash, sa.skeyid.a, node.message_id, node.nonce_i + node.nonce_r)
    derive_child(context, sa, node)
    _send(context, sa, node, (Hash(value),), answer=False)
    context.end_node(sa, node, error=False, reason="No Error")


def install(context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    """Both directions at once, at the initiator."""
    install_direction(context, sa, node, "inbound")
    install_direction(context, sa, node, "outbound")


# --------------------------------------------------------------------------- parts


def _first_part(
    context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads
) -> SecurityAssociation:
    context.tell(sa, PayloadProcessed, "HASH", node.message_id)
    context.tell(sa, PayloadProcessed, "SA", node.message_id)
    return only(payloads, SecurityAssociation)


def _tell_rest(context: Context, sa: IkeSa, node: QuickMode, payloads: Payloads) -> None:
    """IOS speaks of the other payloads once it likes the proposal."""
    names = {Nonce: "NONCE", KeyExchange: "KE", Identification: "ID"}
    for payload in payloads:
        if type(payload) in names:
            context.tell(sa, PayloadProcessed, names[type(payload)], node.message_id)


def _nonce(payloads: Payloads) -> bytes:
    nonce = only(payloads, Nonce).data
    if not 8 <= len(nonce) <= 256:
        raise DecodeError(f"ISAKMP: a nonce of {len(nonce)} bytes")
    return nonce


def _tell_checked(
    context: Context, sa: IkeSa, node: QuickMode, offer: EspOffer, *, acceptable: bool
) -> None:
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
        node.local_selector,
        node.remote_selector,
    )
