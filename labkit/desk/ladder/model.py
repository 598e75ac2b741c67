"""The ladder: which IKE messages flew between two gateways, and what each end made of them.

Built from a snapshot's IPsec events (in the order they happened) and keys; pure, so equal
snapshots give equal ladders.  What an end did between taking a message and sending the next
belongs to the message it took; what it did by itself (a request, a timer) to the message that
came of it, or to a note if none did.  Must not know Jupyter, nor where a snapshot comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.capture import isakmp_words
from labkit.capture.ike_reader import IkeKey, IkeReader, Reading, isakmp_of
from labkit.capture.isakmp_words import Opened
from labkit.desk.ladder import text as ladder_text

if TYPE_CHECKING:
    from labkit.sim import IpsecEvent, Snapshot

NO_SA = "no SA"
_COMPLAINTS = (
    "not acceptable", "does not match", "No pre-shared", "malformed", "not supported", "failed",
    "reserved not zero", "retransmission", "deleting SA reason", "PROPOSAL_NOT_CHOSEN",
    "Can not start", "not found", "invalid", "did not find",
)  # fmt: skip
"""Words of a debug line about something that went wrong."""


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
    events: list[IpsecEvent] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """What `debug crypto isakmp` and `debug crypto ipsec` print of it."""
        return [line for event in self.events for line in event.lines]

    @property
    def reasons(self) -> list[str]:
        """What went wrong here, a sentence each, none twice; of several policies those that
        differ are no trouble where one fits."""
        found: dict[str, None] = {}
        for event in self.events:
            if event.reason:
                found[event.reason] = None
            if event.kind == "accepted":
                found = {each: None for each in found if not each.startswith("policy ")}
        return list(found)

    @property
    def headline(self) -> str:
        """The debug line that says most: the last complaint, else the last change of state."""
        lines = [line.strip() for line in self.lines]
        complaints = [line for line in lines if any(word in line for word in _COMPLAINTS)]
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
        return ladder_text.outcome(self)


def of(snapshot: Snapshot, *, decrypt: bool = True) -> Ladder:
    """The ladder of all that IKE did; without `decrypt` what is encrypted stays closed."""
    builder = _Builder(snapshot.gateways)
    for event in snapshot.ipsec:
        builder.take(event)
    builder.finish()
    left, right = (Gateway(end, builder.addresses.get(end)) for end in snapshot.gateways)
    ladder = Ladder(left, right, builder.rungs, decrypt)
    read(ladder.messages, snapshot.ike_keys if decrypt else ())
    return ladder


def of_frames(
    frames: Iterable[tuple[int, bytes]], snapshot: Snapshot, *, decrypt: bool = True
) -> Ladder:
    """The ladder as a capture point saw it: only the messages that passed there.

    `frames` are (time in microseconds, Ethernet frame).  A message that the snapshot knows brings
    the states of both ends along; one that it does not know stands alone.
    """
    whole = of(snapshot, decrypt=decrypt)
    left, right, known = whole.left, whole.right, whole.messages
    names = {each.address: each.name for each in (left, right)}
    rungs: list[Rung] = []
    for time, frame in frames:
        found = isakmp_of(frame)
        if found is None:
            continue
        packet, payload = found
        same = next((each for each in known if each.payload == payload), None)
        if same is not None:
            known.remove(same)
            rungs.append(replace(same, time=time))
            continue
        sender = names.get(packet.src, str(packet.src))
        to_right = packet.src == left.address or packet.dst == right.address
        rungs.append(Rung(time, Side(""), Side(""), sender, to_right, payload))
    read(rungs, snapshot.ike_keys if decrypt else ())
    return Ladder(left, right, rungs, decrypt)


def read(messages: Sequence[Rung], keys: Iterable[IkeKey]) -> None:
    """Open messages, in order, and number those of each exchange."""
    reader = IkeReader(keys)
    counts: dict[tuple[bytes, int], list[bytes]] = {}
    for rung in messages:
        reading = rung.reading = reader.read(rung.payload)
        header = reading.header
        if header is None:
            rung.name = "unreadable"
            continue
        rung.opened = isakmp_words.describe(reading)
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
        self._loose: dict[str, list[IpsecEvent]] = {end: [] for end in ends}
        self._open: dict[str, tuple[int, Rung]] = {}
        """Where a gateway's events go as long as its clock stands."""

    def take(self, event: IpsecEvent) -> None:
        """One event, in the order in which they happened."""
        if event.node not in self.ends:
            return
        if event.local is not None:
            self.addresses[event.node] = event.local
        if event.kind == "sent":
            self._sent(event)
        elif event.kind == "received":
            self._received(event)
        else:
            if event.kind == "sending":
                self._sending(event)
            self._add(event)

    def finish(self) -> None:
        """What is left belongs to no message."""
        for node in self.ends:
            self._note(node)

    # ---- messages

    def _sending(self, event: IpsecEvent) -> None:
        """A message is about to leave: a rung for it, below all that went before."""
        node = event.node
        causes, self._loose[node] = self._loose[node], []
        for other in self.ends:
            if other != node:
                self._note(other)
        rung = self._rung(event.time, node, node == self.ends[0])
        for cause in causes:
            self._keep(rung, cause)
            rung.attempt = cause.attempt or rung.attempt
        self._open[node] = (event.time, rung)

    def _sent(self, event: IpsecEvent) -> None:
        mine = [rung for rung in self.rungs if rung.sender == event.node]
        waiting = [rung for rung in mine if not rung.payload and rung.time == event.time]
        if waiting:
            before = sum(rung.payload == event.payload for rung in mine)
            waiting[0].payload = event.payload
            waiting[0].attempt = waiting[0].attempt or before

    def _received(self, event: IpsecEvent) -> None:
        node = event.node
        self._note(node)
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
            found = self._rung(event.time, str(event.peer), node == self.ends[1])
            found.payload = event.payload
        found.arrived = event.time
        self._open[node] = (event.time, found)

    # ---- events

    def _add(self, event: IpsecEvent) -> None:
        node = event.node
        time, rung = self._open.get(node, (-1, None))
        if rung is not None and time == event.time:
            self._keep(rung, event)
            return
        loose = self._loose[node]
        if loose and loose[-1].time != event.time:
            self._note(node)
        self._loose[node].append(event)

    def _keep(self, rung: Rung, event: IpsecEvent) -> None:
        side, now = self._side(rung, event.node), self._now[event.node]
        side.events.append(event)
        side.state = now.state = event.state or now.state
        side.step = now.step = event.step or now.step

    def _note(self, node: str) -> None:
        """What a gateway did without a message."""
        events, self._loose[node] = self._loose[node], []
        if not events:
            return
        rung = self._rung(events[0].time, "", node == self.ends[0])
        for event in events:
            self._keep(rung, event)
        rung.name = "; ".join(dict.fromkeys(event.note for event in events if event.note))
        if not rung.name:
            self.rungs.remove(rung)

    def _rung(self, time: int, sender: str, to_right: bool) -> Rung:
        left, right = (Side(self._now[end].state, self._now[end].step) for end in self.ends)
        rung = Rung(time, left, right, sender, to_right)
        self.rungs.append(rung)
        return rung

    def _side(self, rung: Rung, node: str) -> Side:
        return rung.left if node == self.ends[0] else rung.right
