"""The ladder: which IKE messages flew between two gateways, and what each end made of them.

Built from the lab's journal (events and datagrams in the order they happened) and its keys; pure,
so equal journals give equal ladders.  What an end did between taking a message and sending the
next belongs to the message it took; what it did by itself (a request, a timer) to the message
that came of it, or to a note if none did.  Must not know Jupyter, nor the simulator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.capture.isakmp import IkeKey, IkeReader, Reading
from labkit.cli.cisco_ios import debug_crypto
from labkit.course import isakmp_words, ladder_reasons
from labkit.course.isakmp_words import Opened
from labkit.ike.events import (
    Event,
    IkeSaDeleted,
    IkeSaEstablished,
    MessageReceived,
    MessageSent,
    Retransmitted,
    StateChanged,
)
from labkit.lab.journal import Entry
from labkit.net.events import IsakmpDatagram

NO_SA = "no SA"
FLAGS = frozenset({debug_crypto.ISAKMP, debug_crypto.IPSEC})


@dataclass(frozen=True, slots=True)
class Gateway:
    """One end: its name and the address it spoke from (the last one)."""

    name: str
    address: IPv4Address | None = None


@dataclass(slots=True)
class Side:
    """One end of a rung: what happened there, and how it stood afterwards."""

    state: str = NO_SA
    """MM_NO_STATE … QM_IDLE, as `show crypto isakmp sa` says."""
    step: str = ""
    """The row of the state table, as the debug says: IKE_R_MM2."""
    events: list[object] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """What `debug crypto isakmp` and `debug crypto ipsec` print of it."""
        return [line for event in self.events for line in debug_crypto.lines(event, FLAGS)]

    @property
    def reasons(self) -> list[str]:
        """What went wrong here, in sentences."""
        return ladder_reasons.reasons(self.events)

    @property
    def headline(self) -> str:
        """The debug line that says most: the last complaint, else the last change of state."""
        lines = [line.strip() for line in self.lines]
        complaints = [line for line in lines if ladder_reasons.complains(line)]
        changes = [line for line in lines if "New State" in line or "retransmitting" in line]
        return (complaints or changes or lines or [""])[-1]


@dataclass(slots=True)
class Rung:
    """A message (with a sender), or something that one end did alone (a note)."""

    time: int
    """Microseconds since 1970, when it left or happened."""
    left: Side
    right: Side
    sender: str = ""
    """A gateway's name, an address of somebody else, or "" for a note."""
    to_right: bool = True
    payload: bytes = b""
    arrived: int | None = None
    name: str = ""
    """`MM 1`, `QM 3`, `INFO`; of a note what happened."""
    attempt: int = 0
    """Not 0: sent again, for the n-th time."""
    reading: Reading = field(default_factory=lambda: Reading(None))
    opened: tuple[Opened, ...] = ()

    @property
    def is_note(self) -> bool:
        return not self.sender

    @property
    def reasons(self) -> list[str]:
        return [*self.left.reasons, *self.right.reasons]


@dataclass(slots=True)
class Ladder:
    """Two ends and the rungs between them, oldest first."""

    left: Gateway
    right: Gateway
    rungs: list[Rung] = field(default_factory=list)
    decrypted: bool = True

    @property
    def messages(self) -> list[Rung]:
        return [rung for rung in self.rungs if not rung.is_note]

    @property
    def outcome(self) -> str:
        """How far it came, and why not further."""
        return ladder_reasons.outcome(self)


def build(entries: Iterable[Entry], ends: tuple[str, str], keys: Iterable[IkeKey] | None) -> Ladder:
    """The ladder between two gateways; without keys what is encrypted stays closed."""
    builder = _Builder(ends)
    for entry in entries:
        builder.take(entry)
    builder.finish()
    ladder = Ladder(
        Gateway(ends[0], builder.addresses.get(ends[0])),
        Gateway(ends[1], builder.addresses.get(ends[1])),
        builder.rungs,
        keys is not None,
    )
    read(ladder.messages, IkeReader(keys or ()))
    return ladder


def read(messages: Sequence[Rung], reader: IkeReader) -> None:
    """Open messages, in order, and number those of each exchange."""
    counts: dict[tuple[bytes, int], list[bytes]] = {}
    for rung in messages:
        reading = rung.reading = reader.read(rung.payload)
        header = reading.header
        if header is None:
            rung.name = "unreadable"
            continue
        rung.opened = isakmp_words.describe(reading.payloads, header)
        seen = counts.setdefault((header.initiator_cookie, header.message_id), [])
        if rung.payload not in seen:
            seen.append(rung.payload)
        short = isakmp_words.SHORT.get(header.exchange_type, f"type {header.exchange_type}")
        numbered = short in ("MM", "AM", "QM")
        rung.name = f"{short} {seen.index(rung.payload) + 1}" if numbered else short
        if short == "INFO":
            inside = [each.name for each in rung.opened if each.name in ("NOTIFY", "DELETE")]
            rung.name = inside[0] if inside else short


class _Builder:
    """Hands each event to the rung it belongs to."""

    def __init__(self, ends: tuple[str, str]) -> None:
        self.ends = ends
        self.rungs: list[Rung] = []
        self.addresses: dict[str, IPv4Address] = {}
        self._now: dict[str, Side] = {end: Side() for end in ends}
        self._loose: dict[str, list[object]] = {end: [] for end in ends}
        self._loose_time: dict[str, int] = {}
        self._open: dict[str, tuple[int, Rung]] = {}
        """Where a gateway's events go as long as its clock stands."""

    def take(self, entry: Entry) -> None:
        """One entry, in the order of the journal."""
        node, event = entry.node, entry.event
        if node not in self.ends:
            return
        if isinstance(event, (Event, IsakmpDatagram)):
            self.addresses[node] = event.local
        if isinstance(event, IsakmpDatagram):
            (self._sent if event.sent else self._received)(entry, event)
            return
        if isinstance(event, MessageSent):
            self._sending(entry)
        self._add(entry)

    def finish(self) -> None:
        """What is left belongs to no message."""
        for node in self.ends:
            self._note(node, self._loose_time.get(node, 0))

    # ---- messages

    def _sending(self, entry: Entry) -> None:
        """A message is about to leave: a rung for it, below all that went before."""
        node = entry.node
        causes, self._loose[node] = self._loose[node], []
        self._flush_other(node, entry.time)
        rung = self._rung(entry.time, node, node == self.ends[0])
        side = self._side(rung, node)
        for event in causes:
            self._keep(node, side, event)
        if any(isinstance(event, Retransmitted) for event in causes):
            last = next(e for e in reversed(causes) if isinstance(e, Retransmitted))
            rung.attempt = last.attempt
        self._open[node] = (entry.time, rung)

    def _sent(self, entry: Entry, event: IsakmpDatagram) -> None:
        mine = [rung for rung in self.rungs if rung.sender == entry.node]
        waiting = [rung for rung in mine if not rung.payload and rung.time == entry.time]
        if waiting:
            before = sum(rung.payload == event.payload for rung in mine)
            waiting[0].payload = event.payload
            waiting[0].attempt = waiting[0].attempt or before

    def _received(self, entry: Entry, event: IsakmpDatagram) -> None:
        node = entry.node
        self._note(node, entry.time)
        found = next(
            (
                rung
                for rung in self.rungs
                if rung.payload == event.payload
                and rung.arrived is None
                and rung.sender != node
                and not rung.is_note
            ),
            None,
        )
        if found is None:  # of no gateway of ours: an attacker, a copy, another network
            found = self._rung(entry.time, str(event.peer), node == self.ends[1])
            found.payload = event.payload
        found.arrived = entry.time
        self._open[node] = (entry.time, found)

    # ---- events

    def _add(self, entry: Entry) -> None:
        node = entry.node
        time, rung = self._open.get(node, (-1, None))
        if rung is not None and time == entry.time:
            self._keep(node, self._side(rung, node), entry.event)
            return
        if self._loose[node] and self._loose_time.get(node) != entry.time:
            self._note(node, self._loose_time[node])
        self._loose[node].append(entry.event)
        self._loose_time[node] = entry.time

    def _keep(self, node: str, side: Side, event: object) -> None:
        side.events.append(event)
        now = self._now[node]
        if isinstance(event, (MessageSent, MessageReceived)):
            now.state = event.state if event.state != "NEW SA" else "MM_NO_STATE"
        elif isinstance(event, StateChanged) and not event.message_id:
            now.step = event.new
        elif isinstance(event, IkeSaEstablished):
            now.state = "QM_IDLE"
        elif isinstance(event, IkeSaDeleted):
            now.state, now.step = f"{NO_SA}", "IKE_DEST_SA"
        side.state, side.step = now.state, now.step

    def _note(self, node: str, time: int) -> None:
        """What a gateway did without a message."""
        events, self._loose[node] = self._loose[node], []
        if not events:
            return
        rung = self._rung(self._loose_time.get(node, time), "", node == self.ends[0])
        for event in events:
            self._keep(node, self._side(rung, node), event)
        rung.name = ladder_reasons.note(events)
        if not rung.name:
            self.rungs.remove(rung)

    def _flush_other(self, node: str, time: int) -> None:
        for other in self.ends:
            if other != node:
                self._note(other, time)

    def _rung(self, time: int, sender: str, to_right: bool) -> Rung:
        left, right = (Side(self._now[end].state, self._now[end].step) for end in self.ends)
        rung = Rung(time, left, right, sender, to_right)
        self.rungs.append(rung)
        return rung

    def _side(self, rung: Rung, node: str) -> Side:
        return rung.left if node == self.ends[0] else rung.right
