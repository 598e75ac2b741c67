"""The IKE daemon of one router, sans I/O: five verbs, requests, and looks at its tables.

`receive`, `outbox`, `next_timer`, `on_timer` and `events` move it; `request` asks for an SA;
`clear_*` and `delete_child` end things.  Which exchange a message belongs to is decided here,
what it does there is in `main_mode`, `quick_mode` and `informational`.

Must not know: sockets, clocks (times are microseconds the caller gives), entropy sources (the
caller gives `randbytes`), crypto maps (the caller gives `CryptoMaps`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address

from labkit.protocols.ike import (
    aggressive_mode,
    esp_sas,
    informational,
    initiation,
    liveness,
    main_mode,
    nat_traversal,
    quick_mode,
)
from labkit.protocols.ike.configuration import IkeConfiguration
from labkit.protocols.ike.context import Context, CryptoMaps
from labkit.protocols.ike.events import (
    BadMessage,
    Dropped,
    Event,
    IkeSaPurged,
    MessageReceived,
    NodePurged,
    PeerCreated,
)
from labkit.protocols.ike.payloads import ESP, ISAKMP, identity_text
from labkit.protocols.ike.sa import SECOND, Conversation, IkeSa, QuickMode
from labkit.protocols.ike.values import ChildSa, Datagram, IkeSaSecrets, IkeSaStatus, Request, Role
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.isakmp import (
    AGGRESSIVE,
    INFORMATIONAL,
    MAIN_MODE,
    NON_ESP_MARKER,
    QUICK_MODE,
    Message,
)

PHASE_1 = {MAIN_MODE: main_mode.receive, AGGRESSIVE: aggressive_mode.receive}
"""What takes a message of Phase 1, by exchange type."""


class Ike:
    """All IKE SAs of one router, and the ESP SAs that came out of them."""

    def __init__(self, maps: CryptoMaps, randbytes: Callable[[int], bytes]) -> None:
        """`randbytes(n)` gives n bytes; the same bytes in the same order give the same run."""
        self._context = Context(maps, randbytes)

    def configure(self, told: IkeConfiguration) -> None:
        """Use these facts from now on; SAs that exist stay as they are."""
        self._context.configuration = told

    # ------------------------------------------------------------------ five verbs

    def receive(
        self, data: bytes, source: tuple[IPv4Address, int], local: tuple[IPv4Address, int], now: int
    ) -> None:
        """Take a UDP payload that came from `source` to `local`; never raises for its content."""
        context = self._context
        context.now, context.ports = now, (local[1], source[1])
        if local[1] == nat_traversal.PORT:
            if not data.startswith(NON_ESP_MARKER):
                return  # a keepalive, or ESP, which is not for us
            data = data[len(NON_ESP_MARKER) :]
        try:
            message = Message.decode(data)
        except DecodeError as error:
            context.events.append(BadMessage(local[0], source[0], 0, str(error)))
            return
        sa = self._find(message, source[0], local[0])
        exchange = message.header.exchange_type
        if sa is None:
            self._open(message, data, source, local)
            return
        self._heard(sa, message, len(data))
        if exchange == sa.exchange:
            self._phase1(sa, message, data)
        elif exchange == QUICK_MODE:
            quick_mode.receive(context, sa, message, data)
        elif exchange == INFORMATIONAL:
            informational.receive(context, sa, message)
        else:
            context.tell(sa, Dropped, f"exchange type {exchange}")

    def outbox(self) -> list[Datagram]:
        """The datagrams to send, oldest first; each is given once."""
        out, self._context.outbox = self._context.outbox, []
        return out

    def events(self) -> list[Event]:
        """What happened since the last call."""
        out, self._context.events = self._context.events, []
        return out

    def next_timer(self) -> int | None:
        """When `on_timer` has something to do (microseconds), None for never."""
        times = [time for sa in self._context.sas for time in _times(sa)]
        questions = (liveness.question_due(self._context, sa) for sa in self._context.sas)
        times += [time for time in questions if time is not None]
        more = esp_sas.next_time(self._context), liveness.next_keepalive(self._context)
        times += [time for time in more if time is not None]
        return min(times, default=None)

    def next_lifetime(self) -> int | None:
        """When the next ESP SA is renewed, or ends (microseconds), None without SAs."""
        return esp_sas.next_time(self._context)

    def on_timer(self, now: int) -> None:
        """Do all that is due: retransmit, expire, purge."""
        context = self._context
        context.now = now
        for child, reason in esp_sas.expired(context):
            self._end_child(child, reason)
        for sa in list(context.sas):
            self._sa_timers(sa)
        liveness.send_keepalives(context)

    # ------------------------------------------------------------------ asking

    def request(self, request: Request, now: int) -> None:
        """Negotiate an SA, with a new Phase 1 if there is none; no effect while one is under way.

        Raises nothing: whatever prevents it (no key, no policy) is an event.
        """
        self._context.now = now
        initiation.request(self._context, request)

    def greet(self, local: IPv4Address, peer: IPv4Address, now: int) -> None:
        """Make an IKE SA with a peer if there is none: INITIAL-CONTACT tells it of our restart."""
        self._context.now = now
        initiation.greet(self._context, local, peer)

    def soft_limit(self, child: ChildSa, now: int) -> None:
        """The kilobytes of `child` are nearly used up: have a successor made (`RekeyDue`)."""
        self._context.now = now
        esp_sas.renew(self._context, child)

    def idle_after(self, child: ChildSa, seconds: int | None) -> None:
        """End `child` when no packet has passed for so long, telling the peer; None: never."""
        esp_sas.idle_after(self._context, child, seconds)

    def esp_received(self, child: ChildSa, now: int, peer_port: int | None = None) -> None:
        """An authentic ESP packet came in by `child`: its peer is there (RFC 3706 §5.5).

        `peer_port` is where it came from, if it came in UDP: a NAT may have changed it.
        """
        self._context.now = now
        for sa in self._carriers(child):
            sa.heard(now)
        esp_sas.used(self._context, child)
        if peer_port is not None and child.nat_path is not None:
            nat_traversal.follow_esp(self._context, child, peer_port)

    def esp_sent(self, child: ChildSa, now: int) -> None:
        """An ESP packet goes out by `child`: dead peer detection may have a question."""
        self._context.now = now
        self._context.sent_at[child.local, child.peer] = now
        esp_sas.used(self._context, child)
        for sa in self._carriers(child)[-1:]:
            liveness.sending(self._context, sa)

    def clear_ike_sas(
        self, now: int, peer: IPv4Address | None = None, connection: int | None = None
    ) -> None:
        """`clear crypto isakmp`: end IKE SAs, telling the peers; ESP SAs live on."""
        self._context.now = now
        for sa in self._context.sas:
            if peer in (None, sa.peer) and connection in (None, sa.connection):
                self._end_sa(sa, "By user command")

    def delete_child(self, child: ChildSa, now: int, reason: str) -> None:
        """End one pair of ESP SAs (its crypto map went, its kilobytes are used up)."""
        self._context.now = now
        self._end_child(child, reason)

    # ------------------------------------------------------------------ looking

    def ike_sas(self, now: int) -> list[IkeSaStatus]:
        """What `show crypto isakmp sa` lists, oldest first."""
        return [_status(sa, now) for sa in self._context.sas]

    def children(self) -> list[ChildSa]:
        """Every pair of ESP SAs, oldest first."""
        return list(self._context.children.values())

    def secrets(self) -> list[IkeSaSecrets]:
        """The secrets of every IKE SA that ever had keys, for a key export."""
        return [
            replace(secrets, quick_modes=tuple(self._context.quick_modes.get(cookies, ())))
            for cookies, secrets in self._context.secrets.items()
        ]

    # ------------------------------------------------------------------ which SA

    def _find(self, message: Message, peer: IPv4Address, local: IPv4Address) -> IkeSa | None:
        header = message.header
        starts = header.exchange_type in PHASE_1 and not any(header.responder_cookie)
        for sa in reversed(self._context.sas):
            if (sa.peer, sa.local) != (peer, local):
                continue
            if sa.initiator_cookie != header.initiator_cookie:
                continue
            if sa.responder_cookie == header.responder_cookie:
                return sa
            ours_is_open = sa.role is Role.INITIATOR and not any(sa.responder_cookie)
            if ours_is_open or (starts and sa.role is Role.RESPONDER):
                return sa
        return None

    def _open(
        self,
        message: Message,
        data: bytes,
        source: tuple[IPv4Address, int],
        local: tuple[IPv4Address, int],
    ) -> None:
        """A message of no SA: the first of a main mode makes one, anything else is dropped."""
        context, header = self._context, message.header
        exchange = header.exchange_type
        opens = exchange in PHASE_1 and not header.encrypted
        reason = None
        if not opens or any(header.responder_cookie) or not any(header.initiator_cookie):
            reason = "no SA with these cookies"
        elif exchange == AGGRESSIVE and not context.configuration.aggressive_mode:
            reason = "aggressive mode is disabled"
        elif self._half_open() >= context.configuration.negotiation_limit:
            reason = "too many SAs in negotiation"
        if reason is not None:
            context.events.append(Dropped(local[0], source[0], 0, reason))
            return
        cookies = header.initiator_cookie, context.randbytes(8)
        sa = IkeSa(*local, *source, Role.RESPONDER, *cookies, context.now, exchange)
        context.tell(
            sa, MessageReceived, sa.local_port, sa.peer_port, None, "NEW SA", exchange, 0,
            len(data),
        )  # fmt: skip
        context.tell(sa, PeerCreated, sa.peer_port, Role.RESPONDER)
        context.sas.append(sa)
        PHASE_1[exchange](context, sa, message, data)
        if sa.state == "IKE_READY" and not sa.deleted:
            context.sas.remove(sa)  # it was malformed, and not an offer at all

    def _heard(self, sa: IkeSa, message: Message, length: int) -> None:
        header = message.header
        self._context.tell(
            sa, MessageReceived, sa.local_port, sa.peer_port, sa.role, sa.show,
            header.exchange_type, header.message_id, length,
        )  # fmt: skip

    def _half_open(self) -> int:
        """How many peers have begun with us, and not proved that they know a key."""
        return sum(
            sa.role is Role.RESPONDER and sa.established_at is None and not sa.deleted
            for sa in self._context.sas
        )

    def _phase1(self, sa: IkeSa, message: Message, data: bytes) -> None:
        if self._context.repeated(sa, sa.conversation, 0, data):
            return
        answers = sa.role is Role.INITIATOR and not any(sa.responder_cookie)
        if sa.deleted:
            self._context.tell(sa, Dropped, "the SA is deleted")
        elif message.header.responder_cookie != sa.responder_cookie and not answers:
            self._context.tell(sa, Dropped, "another first message with this cookie")
        else:
            PHASE_1[sa.exchange](self._context, sa, message, data)

    def _carriers(self, child: ChildSa) -> list[IkeSa]:
        """The IKE SAs that can speak for an ESP SA, the newest last."""
        ends = child.local, child.peer
        return [sa for sa in self._context.sas if sa.established and (sa.local, sa.peer) == ends]

    # ------------------------------------------------------------------ timers and ends

    def _sa_timers(self, sa: IkeSa) -> None:
        context, now = self._context, self._context.now
        if sa.expires_at is not None and sa.expires_at <= now:
            self._end_sa(sa, "IKE SA Lifetime Exceeded")
        renewal = initiation.renewal_due(sa)
        if renewal is not None and renewal <= now:
            initiation.renew(context, sa)
        if _due(sa.conversation, now) and not context.retransmit(sa, sa.conversation, 0):
            context.end_sa(sa, "Death by retransmission P1")
        question = liveness.question_due(context, sa)
        if question is not None and question <= now:
            liveness.ask_again(context, sa)
        for node in list(sa.nodes.values()):
            if _due(node.conversation, now):
                self._node_timer(sa, node)
            elif node.purge_at is not None and node.purge_at <= now:
                del sa.nodes[node.message_id]
                context.tell(sa, NodePurged, node.message_id)
        if sa.purge_at is not None and sa.purge_at <= now:
            context.sas.remove(sa)
            context.tell(sa, IkeSaPurged)

    def _node_timer(self, sa: IkeSa, node: QuickMode) -> None:
        context = self._context
        if context.retransmit(sa, node.conversation, node.message_id):
            return
        if node.child is not None and node.role is Role.RESPONDER:
            context.end_child(node.child, "never confirmed")
        context.end_node(sa, node, error=True, reason="Death by retransmission P2")

    def _end_sa(self, sa: IkeSa, reason: str) -> None:
        if sa.established:
            informational.send_delete(self._context, sa, ISAKMP, (b"".join(sa.cookies),))
        self._context.end_sa(sa, reason)

    def _end_child(self, child: ChildSa, reason: str) -> None:
        context = self._context
        if child.inbound_spi not in context.children:
            return
        carriers = self._carriers(child)
        if carriers:
            spi = child.inbound_spi.to_bytes(4, "big")
            informational.send_delete(context, carriers[-1], ESP, (spi,))
        context.end_child(child, reason)


def _due(conversation: Conversation, now: int) -> bool:
    return conversation.due is not None and conversation.due <= now


def _times(sa: IkeSa) -> Iterator[int]:
    """Everything that an IKE SA waits for."""
    marks = [sa.conversation.due, sa.expires_at, sa.purge_at, initiation.renewal_due(sa)]
    for node in sa.nodes.values():
        marks += [node.conversation.due, node.purge_at]
    return (mark for mark in marks if mark is not None)


def _status(sa: IkeSa, now: int) -> IkeSaStatus:
    left = None if sa.expires_at is None else max(0, sa.expires_at - now) // SECOND
    identity = None if sa.peer_identity is None else identity_text(sa.peer_identity)
    return IkeSaStatus(
        sa.local, sa.peer, sa.local_port, sa.peer_port, sa.role, sa.show, sa.connection,
        sa.suite, left, sa.deleted, sa.initiator_cookie, sa.responder_cookie,
        sa.dead_peer_detection, sa.established_at, sa.nat, identity,
    )  # fmt: skip
