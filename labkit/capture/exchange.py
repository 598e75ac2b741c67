"""What two IPsec gateways said to each other in a capture, and where two captures of it differ.

A step is one IKE message (exchange type, kinds of payload in their order, notify code) or one
kind of ESP packet.  Bytes that were seen before (a retransmission, a mirror's copy) are counted
with the step that they repeat.  Two captures of the same story, a simulated and a real one, can
so be laid side by side although no byte of theirs is the same; vendor IDs are told apart from the
other payloads, since each vendor has its own.  What may differ, and why, is the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from itertools import zip_longest

from labkit.capture.dissect import packet_of
from labkit.capture.ike_reader import IkeKey, IkeReader, Reading, isakmp_of
from labkit.capture.isakmp_words import describe
from labkit.capture.keys import Secrets
from labkit.protocols.wire.ipv4 import ESP
from labkit.protocols.wire.isakmp import INFORMATIONAL, MAIN_MODE, QUICK_MODE, Notification

EXCHANGES = {MAIN_MODE: "main mode", QUICK_MODE: "quick mode", INFORMATIONAL: "informational"}
UNREADABLE = "(sealed)"
VENDOR = "VENDOR"


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
            sealed = packet_of(frame)
            if sealed is None or began is None or sealed[1].protocol != ESP:
                continue
            packet = sealed[1]
            if packet.is_fragment:
                continue
            key = step = Step(packet.src == began, "ESP", size=len(packet.encode()))
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
    return Step(initiator, exchange, tuple(each.name for each in describe(reading)), notify)


# --------------------------------------------------------------------------- two of them


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that one capture has and the other has not."""

    step: int
    """From 1."""
    what: str
    """message, payloads, vendor IDs, notify code or ESP size."""
    ours: str
    theirs: str

    def __str__(self) -> str:
        return (
            f"step {self.step}, {self.what}: {self.ours or 'nothing'}, {self.theirs or 'nothing'}"
        )


def differences(ours: Sequence[Step], theirs: Sequence[Step]) -> list[Difference]:
    """Every difference, in order; how often a step was repeated is none."""
    found = []
    for number, (one, other) in enumerate(zip_longest(ours, theirs), 1):
        if one is None or other is None:
            words = (bare(one) if one else "", bare(other) if other else "")
            found.append(Difference(number, "message", *words))
            continue
        if (one.initiator, one.exchange) != (other.initiator, other.exchange):
            found.append(Difference(number, "message", bare(one), bare(other)))
            continue
        for what, read in _ASPECTS.items():
            words = read(one), read(other)
            if words[0] != words[1]:
                found.append(Difference(number, what, *words))
    return found


def side_by_side(ours: Sequence[Step], theirs: Sequence[Step], heads: tuple[str, str]) -> str:
    """A table of both conversations; a mark where they differ in more than vendor IDs."""
    marked = {each.step for each in differences(ours, theirs) if each.what != "vendor IDs"}
    rows = [(" ", "", *heads)]
    for number, pair in enumerate(zip_longest(ours, theirs), 1):
        one, other = ("" if step is None else str(step) for step in pair)
        rows.append(("!" if number in marked else " ", str(number), one, other))
    width = max(len(row[2]) for row in rows)
    return "\n".join(
        f"{mark} {number:>2}  {left:<{width}}  {right}".rstrip()
        for mark, number, left, right in rows
    )


def bare(step: Step) -> str:
    """A step in words, without vendor IDs."""
    kept = tuple(kind for kind in step.payloads if kind != VENDOR)
    return str(replace(step, payloads=kept))


_ASPECTS: dict[str, Callable[[Step], str]] = {
    "payloads": lambda step: summed(kind for kind in step.payloads if kind != VENDOR),
    "vendor IDs": lambda step: str(step.payloads.count(VENDOR)),
    "notify code": lambda step: "" if step.notify is None else str(step.notify),
    "ESP size": lambda step: str(step.size),
}
