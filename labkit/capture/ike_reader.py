"""IKE messages in the order in which they flew, opened with the lab's keys (RFC 2409 appendix B).

The key alone opens nothing: cipher and hash are in the chosen proposal, the first IV follows
from both Diffie-Hellman values, and each message gives the IV of the next.  So a reader is fed
every message once, in order.  What repeats (retransmissions, a mirror's copies) is recognised.
Raises nothing: whatever cannot be read says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from labkit.capture.dissect import packet_of, sealed_of
from labkit.protocols.ike.algorithms import CIPHER_BY_NUMBER, HASH_BY_NUMBER, Cipher, Hash
from labkit.protocols.ike.keys import open_, phase1_iv, phase2_iv
from labkit.protocols.ike.proposal import ENCRYPTION, HASH
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.isakmp import (
    AGGRESSIVE,
    HEADER_LENGTH,
    Header,
    KeyExchange,
    Message,
    Payload,
    SecurityAssociation,
)


@dataclass(frozen=True, slots=True)
class IkeKey:
    """What `owner` would encrypt the messages of an SA with."""

    owner: str
    initiator_cookie: bytes
    responder_cookie: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """One message; `payloads` is empty where it could not be read, and `trouble` says why."""

    header: Header | None
    payloads: tuple[Payload, ...] = ()
    opened_by: tuple[str, ...] = ()
    """Whose keys open it; empty for a message in the clear."""
    trouble: str = ""
    plain: bytes = field(default=b"", repr=False)
    """The payloads as bytes, padding included."""

    @property
    def sealed(self) -> bool:
        """Whether it was encrypted on the wire."""
        return self.header is not None and self.header.encrypted


@dataclass
class _Sa:
    """What has been seen of one SA."""

    cipher: Cipher | None = None
    hash: Hash | None = None
    publics: dict[bool, bytes] = field(default_factory=dict)
    """g^x, by whether it is the responder's."""
    blocks: dict[int, bytes] = field(default_factory=dict)
    """The IV that comes next, by message ID; 0 is Phase 1."""


class IkeReader:
    """Reads messages one after the other."""

    def __init__(self, keys: Iterable[IkeKey] = ()) -> None:
        self._keys = list(keys)
        self._sas: dict[tuple[bytes, bytes], _Sa] = {}
        self._offered: dict[bytes, bytes] = {}
        """g^xi of aggressive mode, by the initiator's cookie: there is no other yet."""
        self._known: dict[bytes, Reading] = {}

    def read(self, data: bytes) -> Reading:
        """Read a message from its header on; the same bytes give the same reading."""
        if data not in self._known:
            self._known[data] = self._read(data)
        return self._known[data]

    def opened(self, data: bytes) -> bytes | None:
        """The payloads of an encrypted message that was read; None where it stayed closed."""
        reading = self._known.get(data)
        return reading.plain if reading is not None and reading.opened_by else None

    def _read(self, data: bytes) -> Reading:
        try:
            message = Message.decode(data)
        except DecodeError as error:
            return Reading(_header(data), trouble=str(error))
        header = message.header
        cookies = header.initiator_cookie, header.responder_cookie
        sa = self._sas.setdefault(cookies, _Sa())
        if not header.encrypted:
            self._learn(sa, message)
            return Reading(header, message.payloads, plain=data[HEADER_LENGTH:])
        keys = [k for k in self._keys if (k.initiator_cookie, k.responder_cookie) == cookies]
        if not keys:
            return Reading(header, trouble="encrypted, and there is no key for it")
        return self._open(sa, message, keys)

    def _learn(self, sa: _Sa, message: Message) -> None:
        """The answer of the responder says what was agreed; each side's KE is one half."""
        header = message.header
        answered = any(header.responder_cookie)
        for payload in message.payloads:
            if isinstance(payload, SecurityAssociation) and answered:
                chosen = [each for proposal in payload.proposals for each in proposal.transforms]
                if chosen:
                    sa.cipher = CIPHER_BY_NUMBER.get(chosen[0].attribute(ENCRYPTION) or 0)
                    sa.hash = HASH_BY_NUMBER.get(chosen[0].attribute(HASH) or 0)
            elif isinstance(payload, KeyExchange) and not answered:
                self._offered[header.initiator_cookie] = payload.data
            elif isinstance(payload, KeyExchange):
                aggressive = header.exchange_type == AGGRESSIVE
                sa.publics.setdefault(aggressive or False in sa.publics, payload.data)

    def _open(self, sa: _Sa, message: Message, keys: list[IkeKey]) -> Reading:
        header, cipher, hash_ = message.header, sa.cipher, sa.hash
        offered = self._offered.get(header.initiator_cookie)
        publics = sa.publics.get(False, offered), sa.publics.get(True)
        if cipher is None or hash_ is None or publics[0] is None or publics[1] is None:
            return Reading(header, trouble="encrypted, and the messages before it were not seen")
        first = sa.blocks.setdefault(0, phase1_iv(hash_, cipher, publics[0], publics[1]))
        mid = header.message_id
        iv = sa.blocks.get(mid) or phase2_iv(hash_, cipher, first, mid)
        payloads: tuple[Payload, ...] = ()
        opened: list[str] = []
        plain = b""
        for each in keys:
            try:
                found, block = open_(cipher, each.key, iv, message)
            except (DecodeError, ValueError):
                continue
            payloads, opened = payloads or found, [*opened, each.owner]
            plain = plain or cipher.decrypt(each.key, iv, message.encrypted)
            sa.blocks[mid] = block
        trouble = "" if opened else "no key of the lab opens it"
        return Reading(header, payloads, tuple(opened), trouble, plain)


def isakmp_of(frame: bytes) -> tuple[IPv4, bytes] | None:
    """The packet and the IKE message in an Ethernet frame, None if there is none."""
    found = packet_of(frame)
    if found is None:
        return None
    kind, message = sealed_of(found[1])
    return (found[1], message) if kind == "isakmp" and len(message) >= HEADER_LENGTH else None


def _header(data: bytes) -> Header | None:
    try:
        return Header.decode(data)
    except DecodeError:
        return None
