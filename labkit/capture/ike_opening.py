"""The encrypted messages of IKEv1 opened with the lab's keys, as a capture shows them.

The key is in `keys.IkeSecret`; the IV is not: it begins with the public values of messages 3 and
4 and goes on from message to message (RFC 2409 appendix B).  So messages are learned in the order
of the capture, and one that was seen twice (a mirror's copy, a retransmission) opens as it did.
What came before the capture began cannot be made up for: then `open_ike` gives None.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from labkit.capture.keys import IkeSecret
from labkit.ike import keys as formulas
from labkit.ike.algorithms import CIPHER_BY_NUMBER, HASH_BY_NUMBER, Cipher, Hash
from labkit.ike.keys import open_
from labkit.wire import DecodeError
from labkit.wire.isakmp import (
    AGGRESSIVE,
    HEADER_LENGTH,
    MAIN_MODE,
    KeyExchange,
    Message,
    SecurityAssociation,
)

Cookies = tuple[bytes, bytes]
_CIPHER, _HASH = 1, 2
"""Attributes of a Phase 1 transform (RFC 2409 appendix A)."""


@dataclass(slots=True)
class _Sa:
    """What a capture has told of one ISAKMP SA."""

    key: bytes
    cipher: Cipher | None = None
    hash: Hash | None = None
    publics: dict[bool, bytes] = field(default_factory=dict)
    """By whether it is the responder's."""
    ivs: dict[int, bytes] = field(default_factory=dict)
    """The next IV of every exchange, by message ID; 0 is Phase 1."""


class IkeOpener:
    """Learns messages in the order of the capture; opens each as often as it is asked."""

    def __init__(self, secrets: Iterable[IkeSecret]) -> None:
        self._keys = {(secret.icookie, secret.rcookie): secret.ka for secret in secrets}
        self._sas: dict[Cookies, _Sa] = {}
        self._offers: dict[bytes, list[bytes]] = {}
        self._opened: dict[bytes, bytes] = {}
        self._seen: set[bytes] = set()

    def learn(self, data: bytes) -> None:
        """Take the next message of the capture."""
        if data in self._seen:
            return
        self._seen.add(data)
        try:
            message = Message.decode(data)
        except DecodeError:
            return
        header = message.header
        cookies = header.initiator_cookie, header.responder_cookie
        if not any(cookies[1]):
            self._offers.setdefault(cookies[0], []).append(data)
            return
        if cookies not in self._keys:
            return
        if cookies not in self._sas:
            self._sas[cookies] = _Sa(self._keys[cookies])
            for each in self._offers.get(cookies[0], ()):
                self._clear(self._sas[cookies], Message.decode(each))
        if header.encrypted:
            self._encrypted(self._sas[cookies], message, data)
        else:
            self._clear(self._sas[cookies], message)

    def open_ike(self, message: bytes) -> bytes | None:
        """The payloads of an encrypted message that was learned; None where it stays closed."""
        return self._opened.get(message)

    def _clear(self, sa: _Sa, message: Message) -> None:
        """The answer of the responder says what was agreed; each side's KE is one half."""
        answered = any(message.header.responder_cookie)
        for payload in message.payloads:
            if isinstance(payload, SecurityAssociation) and answered and payload.proposals:
                values = {
                    each.type: each.number for each in payload.proposals[0].transforms[0].attributes
                }
                sa.cipher = CIPHER_BY_NUMBER.get(values.get(_CIPHER, 0))
                sa.hash = HASH_BY_NUMBER.get(values.get(_HASH, 0))
            elif isinstance(payload, KeyExchange):
                aggressive = message.header.exchange_type == AGGRESSIVE
                responds = answered if aggressive else False in sa.publics
                sa.publics.setdefault(responds, payload.data)
        if len(sa.publics) == 2 and sa.cipher and sa.hash and 0 not in sa.ivs:
            sa.ivs[0] = formulas.phase1_iv(sa.hash, sa.cipher, sa.publics[False], sa.publics[True])

    def _encrypted(self, sa: _Sa, message: Message, data: bytes) -> None:
        if sa.cipher is None or sa.hash is None or 0 not in sa.ivs:
            return
        header = message.header
        phase1 = header.message_id == 0 and header.exchange_type in (MAIN_MODE, AGGRESSIVE)
        exchange = 0 if phase1 else header.message_id
        if exchange not in sa.ivs:
            sa.ivs[exchange] = formulas.phase2_iv(sa.hash, sa.cipher, sa.ivs[0], exchange)
        iv = sa.ivs[exchange]
        try:
            _, last = open_(sa.cipher, sa.key, iv, message)
            plain = sa.cipher.decrypt(sa.key, iv, data[HEADER_LENGTH:])
        except (DecodeError, ValueError):
            return
        sa.ivs[exchange] = last
        self._opened[data] = plain
