"""What every exchange needs around it: facts, time, entropy, the outbox, the events.

One `Context` a machine; `main_mode`, `quick_mode` and `informational` work on it and on an
`IkeSa`.  It also keeps the tables of SAs.

Must not know: the order of messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Protocol, TypeVar

from labkit.protocols.ike import keys
from labkit.protocols.ike.configuration import IkeConfiguration, IsakmpPeer
from labkit.protocols.ike.events import (
    DuplicateReceived,
    Event,
    IkeSaDeleted,
    MessageSent,
    NodeDeleted,
    RequestFailed,
    Retransmitted,
    SaDeleted,
)
from labkit.protocols.ike.keys import phase2_iv
from labkit.protocols.ike.sa import (
    PURGE_AFTER,
    RETRANSMIT_AFTER,
    RETRANSMIT_LIMIT,
    SECOND,
    Conversation,
    IkeSa,
    Life,
    QuickMode,
)
from labkit.protocols.ike.values import (
    ChildSa,
    Datagram,
    IkeSaSecrets,
    Phase2Terms,
    QuickModeSecrets,
    Refusal,
    Selector,
)
from labkit.protocols.wire.isakmp import NON_ESP_MARKER, Header, Message, Payload
from labkit.protocols.wire.udp import NAT_TRAVERSAL_PORT

E = TypeVar("E", bound=Event)


class CryptoMaps(Protocol):
    """What the router decides for a responder's Phase 2: its crypto maps."""

    def find_entry(
        self,
        local: IPv4Address,
        peer: IPv4Address,
        local_selector: Selector,
        remote_selector: Selector,
    ) -> Phase2Terms | Refusal:
        """The entry for a peer that proposes these selectors (as seen from here)."""


@dataclass(slots=True, eq=False)
class Context:
    """The machine's state, shared by its exchanges."""

    maps: CryptoMaps
    randbytes: Callable[[int], bytes]
    configuration: IkeConfiguration = field(default_factory=IkeConfiguration)
    now: int = 0
    ports: tuple[int, int] = (0, 0)
    """Ours and the peer's, of the message that is being taken."""
    sent_at: dict[tuple[IPv4Address, IPv4Address], int] = field(default_factory=dict)
    """When the last packet left towards a peer."""
    sas: list[IkeSa] = field(default_factory=list)
    children: dict[int, ChildSa] = field(default_factory=dict)
    """By inbound SPI."""
    lives: dict[int, Life] = field(default_factory=dict)
    """By the same."""
    secrets: dict[tuple[bytes, bytes], IkeSaSecrets] = field(default_factory=dict)
    """By cookies; kept for ever, and without their quick modes."""
    quick_modes: dict[tuple[bytes, bytes], list[QuickModeSecrets]] = field(default_factory=dict)
    """Those, by the same cookies."""
    outbox: list[Datagram] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    connections: int = 1000
    """The connection id given last."""
    flows: int = 1
    """The `flow` of the next child SA."""

    # ------------------------------------------------------------------ telling

    def tell(self, sa: IkeSa, kind: Callable[..., E], *args: object) -> None:
        """Record an event of `sa`; `args` are the fields after the three common ones."""
        self.events.append(kind(sa.local, sa.peer, sa.connection, *args))

    # ------------------------------------------------------------------ sending

    def send(
        self, sa: IkeSa, conversation: Conversation | None, data: bytes, *, answer: bool
    ) -> None:
        """Send a message; with `answer` it is due again until the exchange moves on."""
        if conversation is not None:
            conversation.sent, conversation.sent_at = data, self.now
            conversation.attempts = 0
            conversation.due = self.now + RETRANSMIT_AFTER if answer else None
        self._transmit(sa, data)

    def send_clear(
        self,
        sa: IkeSa,
        exchange: int,
        payloads: tuple[Payload, ...],
        conversation: Conversation,
        *,
        answer: bool,
    ) -> None:
        """Send a message of Phase 1 that is not encrypted."""
        data = Message(Header(*sa.cookies, exchange), payloads).encode()
        self.send(sa, conversation, data, answer=answer)

    def seal(
        self, sa: IkeSa, iv: bytes, exchange: int, message_id: int, payloads: tuple[Payload, ...]
    ) -> tuple[bytes, bytes]:
        """An encrypted message, and its last cipher block."""
        return keys.seal(sa.cipher, sa.cipher_key, iv, sa.cookies, exchange, message_id, payloads)

    def phase2_iv(self, sa: IkeSa, message_id: int) -> bytes:
        """The IV that a new exchange under `sa` begins with."""
        return phase2_iv(sa.hash, sa.cipher, sa.iv, message_id)

    def _transmit(self, sa: IkeSa, data: bytes) -> None:
        exchange, message_id = data[18], int.from_bytes(data[20:24], "big")
        self.tell(
            sa, MessageSent, sa.local_port, sa.peer_port, sa.role, sa.show, exchange, message_id,
            len(data),
        )  # fmt: skip
        if sa.local_port == NAT_TRAVERSAL_PORT:
            data = NON_ESP_MARKER + data
        self.sent_at[sa.local, sa.peer] = self.now
        self.outbox.append(Datagram(sa.local, sa.local_port, sa.peer, sa.peer_port, data))

    # ------------------------------------------------------------------ again

    def repeated(self, sa: IkeSa, conversation: Conversation, message_id: int, data: bytes) -> bool:
        """Whether `data` came before; if it is the last message, our answer goes out again.

        Not, however, within a second of the last time: both ends may be retransmitting.
        """
        if data != conversation.received and data not in conversation.older:
            return False
        again = (
            data == conversation.received
            and bool(conversation.sent)
            and self.now - conversation.sent_at >= SECOND
        )
        self.tell(sa, DuplicateReceived, 2 if message_id else 1, message_id, again)
        if again:
            self._again(sa, conversation)
            conversation.attempts = min(conversation.attempts + 1, RETRANSMIT_LIMIT)
        return True

    def retransmit(self, sa: IkeSa, conversation: Conversation, message_id: int) -> bool:
        """The timer of an exchange went off; False if it was the last time."""
        if conversation.attempts >= RETRANSMIT_LIMIT:
            conversation.due = None
            return False
        conversation.attempts += 1
        phase = 2 if message_id else 1
        self.tell(
            sa, Retransmitted, phase, sa.show, message_id, conversation.attempts, RETRANSMIT_LIMIT
        )
        self._again(sa, conversation)
        return True

    def _again(self, sa: IkeSa, conversation: Conversation) -> None:
        conversation.sent_at = self.now
        if conversation.due is not None:
            conversation.due = self.now + RETRANSMIT_AFTER
        self._transmit(sa, conversation.sent)

    # ------------------------------------------------------------------ numbers

    def random_id(self, taken: set[int]) -> int:
        """A message ID that is not 0 and not in `taken`."""
        while True:
            number = int.from_bytes(self.randbytes(4), "big")
            if number and number not in taken:
                return number

    def new_spi(self) -> bytes:
        """A free inbound SPI; 0 to 255 are reserved (RFC 4303 §2.1)."""
        pending = {node.spi for sa in self.sas for node in sa.nodes.values() if not node.over}
        while True:
            spi = self.randbytes(4)
            number = int.from_bytes(spi, "big")
            if number > 255 and number not in self.children and spi not in pending:
                return spi

    def psk_for(self, peer: IPv4Address) -> bytes | None:
        """The pre-shared key for a peer: its own, or that of the configured keys."""
        told = self.told_of(peer)
        if told is not None and told.aggressive and told.password is not None:
            return told.password.encode()
        key = self.configuration.key_for(peer)
        return key.key.encode() if key is not None else None

    def told_of(self, peer: IPv4Address) -> IsakmpPeer | None:
        """What was configured for one peer alone."""
        return next((each for each in self.configuration.peers if each.address == peer), None)

    # ------------------------------------------------------------------ ending

    def end_node(self, sa: IkeSa, node: QuickMode, *, error: bool, reason: str) -> None:
        """A quick mode is over; it is kept for a minute to answer duplicates."""
        node.conversation.due = None
        node.purge_at = self.now + PURGE_AFTER
        self.tell(sa, NodeDeleted, node.message_id, error, reason)
        if error and node.request is not None:
            self.tell(sa, RequestFailed, node.request, reason)

    def end_sa(self, sa: IkeSa, reason: str) -> None:
        """An IKE SA is over, and what waits for it has failed; its ESP SAs live on."""
        if sa.deleted:
            return
        self.tell(sa, IkeSaDeleted, sa.role, sa.show, reason)
        sa.conversation.due = None
        sa.expires_at = None
        sa.purge_at = self.now + PURGE_AFTER
        sa.show = "MM_NO_STATE"
        for node in sa.nodes.values():
            if not node.over:
                self.end_node(sa, node, error=True, reason=reason)
        for request in sa.waiting:
            self.tell(sa, RequestFailed, request, reason)
        sa.waiting.clear()

    def end_child(self, child: ChildSa, reason: str) -> None:
        """Both directions of an ESP SA are gone."""
        self.lives.pop(child.inbound_spi, None)
        if self.children.pop(child.inbound_spi, None) is not None:
            self.events.append(SaDeleted(child.local, child.peer, child.connection, child, reason))
