"""What two IPsec gateways said to each other in a capture, step by step, in words to compare.

A step is one IKE message (exchange type, kinds of payload in their order, notify code) or one
kind of ESP packet.  Bytes that were seen before (a retransmission, a mirror's copy) are counted
with the step that they repeat.  Two captures of the same story, a simulated and a real one, can
so be laid side by side although no byte of theirs is the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from labkit.capture.isakmp import IkeKey, IkeReader, Reading, isakmp_of
from labkit.capture.keys import Secrets
from labkit.capture.layers import parts
from labkit.wire import DecodeError
from labkit.wire.ipv4 import ESP, IPv4
from labkit.wire.isakmp import INFORMATIONAL, MAIN_MODE, QUICK_MODE, Notification, Payload

EXCHANGES = {MAIN_MODE: "main mode", QUICK_MODE: "quick mode", INFORMATIONAL: "informational"}
KINDS = {
    1: "SA", 4: "KE", 5: "ID", 8: "HASH", 10: "NONCE", 11: "NOTIFY", 12: "DELETE", 13: "VENDOR",
    20: "NAT-D",
}  # fmt: skip
UNREADABLE = "(sealed)"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that one of the two said."""

    initiator: bool
    """Whether the one who began the first IKE exchange said it."""
    exchange: str
    """main mode, quick mode, informational or ESP."""
    payloads: tuple[str, ...] = ()
    notify: int | None = None
    size: int = 0
    """Of an ESP packet: bytes from its outer IP header on; of IKE: 0."""
    repeated: int = 0

    def __str__(self) -> str:
        arrow = "->" if self.initiator else "<-"
        if self.exchange == "ESP":
            return f"{arrow} ESP, {self.size} bytes"
        code = "" if self.notify is None else f" {self.notify}"
        return f"{arrow} {self.exchange}: {summed(self.payloads)}{code}"


def summed(payloads: Iterable[str]) -> str:
    """Kinds in their order; what comes several times in a row is counted."""
    words: list[tuple[str, int]] = []
    for kind in payloads:
        if words and words[-1][0] == kind:
            words[-1] = kind, words[-1][1] + 1
        else:
            words.append((kind, 1))
    return " ".join(kind if count == 1 else f"{count} {kind}" for kind, count in words)


def steps(frames: Iterable[bytes], secrets: Secrets) -> list[Step]:
    """The steps of a capture, first to last; ESP is told once a direction and size."""
    reader = IkeReader(
        IkeKey("the capture's keys", sa.icookie, sa.rcookie, sa.ka) for sa in secrets.ike
    )
    found: list[Step] = []
    places: dict[object, int] = {}
    began: IPv4Address | None = None
    for frame in frames:
        message = isakmp_of(frame)
        key: object
        if message is not None:
            packet, data = message
            began = began or packet.src
            key = data
            step = _message(packet.src == began, reader.read(data))
        else:
            sealed = _esp(frame)
            if sealed is None or began is None:
                continue
            step = Step(sealed.src == began, "ESP", size=len(sealed.encode()))
            key = step
        if key in places:
            at = places[key]
            found[at] = replace(found[at], repeated=found[at].repeated + 1)
        else:
            places[key] = len(found)
            found.append(step)
    return found


def _message(initiator: bool, reading: Reading) -> Step:
    header = reading.header
    exchange = "malformed"
    if header is not None:
        exchange = EXCHANGES.get(header.exchange_type, f"exchange type {header.exchange_type}")
    if not reading.payloads:
        return Step(initiator, exchange, (UNREADABLE,))
    notify = next((p.notify_type for p in reading.payloads if isinstance(p, Notification)), None)
    return Step(initiator, exchange, tuple(map(_kind, reading.payloads)), notify)


def _kind(payload: Payload) -> str:
    return KINDS.get(payload.type, f"payload {payload.type}")


def _esp(frame: bytes) -> IPv4 | None:
    place = parts(frame)[-1]
    if place.kind != "ipv4":
        return None
    try:
        packet = IPv4.decode(frame[place.start : place.end])
    except DecodeError:
        return None
    return packet if packet.protocol == ESP and not packet.is_fragment else None
