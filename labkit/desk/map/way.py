"""A packet's way: the frames on all links that carried one IP packet, in order, layer by layer.

Frames are recognised by what does not change on the way: the innermost addresses, the
identification and the payload below the IP header; ESP is opened with the lab's keys first, so
that a packet is itself inside the tunnel too.  What changed from one link to the next (labels,
TTL, ESP) is found by comparing the layers, not by asking a router.  Only whether a frame is a
mirror's copy is read from the snapshot's label tables, since a copy is the same bytes.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from labkit.capture.decrypt import Decryptor, Outcome
from labkit.capture.dissect import dissect, packet_of
from labkit.capture.layers import Layer
from labkit.capture.summary import Summary, labels, summarize
from labkit.capture.taps import Frame
from labkit.protocols.wire import DecodeError
from labkit.protocols.wire.esp import Esp
from labkit.protocols.wire.ethernet import ETHERTYPE_IPV4, Ethernet
from labkit.protocols.wire.icmp import ECHO_REPLY, ECHO_REQUEST, Icmp
from labkit.protocols.wire.ipv4 import ESP, ICMP, UDP, IPv4
from labkit.protocols.wire.udp import Udp

if TYPE_CHECKING:
    from labkit.sim import Lab, Label, LinkState, Snapshot

CONTROL = ("ARP", "VRRP", "BGP")
"""What nobody means by "the last packet"."""
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """One layer of a frame: its name and what matters of it; `sealed` if it is inside ESP."""

    name: str
    text: str
    sealed: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Hop:
    """One crossing of one link."""

    number: int
    """The frame's number in the live capture."""
    time: int
    """Microseconds since 1970."""
    link: str
    source: str
    """The device that sent it over this link."""
    target: str
    length: int
    headers: tuple[Header, ...]
    """Outermost first."""
    summary: str
    copy: bool = False
    """A mirror's copy."""
    changes: tuple[str, ...] = ()
    """What `source` did to it since the hop before."""


@dataclass(frozen=True, slots=True)
class Way:
    """The crossings of one packet and, for an echo request, of its reply."""

    title: str
    hops: tuple[Hop, ...]
    copies: tuple[Hop, ...] = ()
    end: str = ""
    """Where and why it ended if it did not arrive; "" if nobody knows of an end."""


@dataclass(slots=True)
class _Seen:
    """A frame on its way through the reading."""

    frame: Frame
    packet: IPv4
    key: Key
    opened: bool
    row: Summary = field(init=False)

    def __post_init__(self) -> None:
        self.row = summarize(self.frame.data)


def follow(lab: Lab, what: str | int = "ping") -> Way:
    """The last packet of a kind through a running lab (`Follower.follow`).

    Raises LookupError if none of the frames still held is of that kind.
    """
    decryptor = Decryptor(lab.secrets().esp)
    return Follower(lab.snapshot(), decryptor).follow(lab.live.since(), what)


class Follower:
    """Finds ways among frames of the network that a snapshot shows."""

    def __init__(self, snapshot: Snapshot, decryptor: Decryptor) -> None:
        self._snapshot = snapshot
        self._links = {link.name: link for link in snapshot.links}
        self._far = {
            end: far[0] for link in snapshot.links for end, far in (link.ends, link.ends[::-1])
        }
        """Who is at the far end of a device's port."""
        self._decryptor = decryptor

    def follow(self, frames: Sequence[Frame], what: str | int = "ping") -> Way:
        """The way of the last packet of a kind: "ping" (with its reply), "packet" (whatever it
        was), a protocol of the packet list, or the number of one frame.

        Raises LookupError if there is none.
        """
        seen = self._seen(frames)
        chosen = self._choose(seen, what)
        hops: list[Hop] = []
        copies: list[Hop] = []
        for key in (chosen.key, _reply_key(seen, chosen)):
            part = [self._hop(each) for each in seen if each.key == key]
            copies += [hop for hop in part if hop.copy]
            way = _compared([hop for hop in part if not hop.copy])
            if way and hops:
                way[0] = replace(way[0], changes=("answers", *way[0].changes))
            hops += way
        return Way(_title(chosen.packet), tuple(hops), tuple(copies), self._end(hops))

    # ---- choosing

    def _seen(self, frames: Iterable[Frame]) -> list[_Seen]:
        found = []
        for frame in frames:
            opened, outcome = self._decryptor.open_frame(frame.data)
            placed = packet_of(opened)
            if placed is not None:
                key = _key(placed[1])
                found.append(_Seen(frame, placed[1], key, outcome is Outcome.DECRYPTED))
        return found

    def _choose(self, seen: list[_Seen], what: str | int) -> _Seen:
        for each in reversed(seen):
            if isinstance(what, int):
                fits = each.frame.number == what
            elif what == "ping":
                fits = _echo(each.packet) == ECHO_REQUEST
            elif what == "packet":
                fits = each.row.protocol not in CONTROL
            else:
                fits = each.row.protocol.lower() == what.lower()
            if fits:
                return each
        name = f"frame number {what}" if isinstance(what, int) else f"{what}"
        raise LookupError(f"there is no {name} among the last frames")

    # ---- one frame

    def _hop(self, seen: _Seen) -> Hop:
        frame = seen.frame
        link = self._links[frame.link]
        source = self._sender(link, frame.data)
        target = link.b if source == link.a else link.a
        row = seen.row
        return Hop(
            frame.number,
            frame.time,
            frame.link,
            source,
            target,
            len(frame.data),
            _headers(frame.data, seen.packet if seen.opened else None),
            f"{row.protocol} {row.info}",
            self._is_copy(link, target, frame.data),
        )

    def _sender(self, link: LinkState, data: bytes) -> str:
        """Who sent a frame: its MAC address is of one end, or it is going to one."""
        ends = ((link.a, link.a_mac), (link.b, link.b_mac))
        for (node, mac), (_, other) in (ends, ends[::-1]):
            if data[6:12] == mac or data[:6] == other:
                return node
        # A bridge passes on what neither end has sent; hosts and gateways are no bridges.
        bridges = [node for node in (link.a, link.b) if self._snapshot.labels.get(node)]
        return (bridges or [link.a])[0]

    def _is_copy(self, link: LinkState, target: str, data: bytes) -> bool:
        if link.kind == "tap":
            return True
        action = self._end_of(target, list(labels(data)))
        return action is not None and action.mirror

    def _end_of(self, node: str, labels: list[int]) -> Label | None:
        """What the last router of an LSP does with the label below it."""
        for _ in self._snapshot.nodes:
            action = self._snapshot.labels.get(node, {}).get(labels[0]) if labels else None
            if action is None or action.action not in ("pop", "swap"):
                return action
            if action.action == "pop":
                labels = labels[1:]
                continue
            labels = [action.label, *labels[1:]]
            node = self._far[node, action.port]
        return None

    # ---- where it ended

    def _end(self, hops: Sequence[Hop]) -> str:
        """The drop that happened where the last hop led to, not earlier than it."""
        last = hops[-1] if hops else None
        inner = [] if last is None else _named(last.headers, "IPv4")
        if last is None or not inner:
            return ""
        for drop in reversed(self._snapshot.drops):
            ends = f"{drop.source} → {drop.destination}"
            here = drop.node == last.target and drop.time >= last.time
            if here and inner[-1].text.startswith(ends):
                return f"ends at {drop.node}: {drop.reason}"
        return ""


# --------------------------------------------------------------------------- identity


def _key(packet: IPv4) -> Key:
    return (packet.src, packet.dst, packet.protocol, packet.identification,
            packet.fragment_offset, packet.payload)  # fmt: skip


def _reply_key(seen: Sequence[_Seen], chosen: _Seen) -> Key | None:
    """The packet that answers an echo request; None for what is none, or has no answer yet."""
    if _echo(chosen.packet) != ECHO_REQUEST:
        return None
    wanted = chosen.packet.payload[4:]  # identifier, sequence number and data come back
    for each in seen:
        back = (each.packet.dst, each.packet.src) == (chosen.packet.src, chosen.packet.dst)
        later = back and each.frame.time >= chosen.frame.time
        if later and _echo(each.packet) == ECHO_REPLY and each.packet.payload[4:] == wanted:
            return each.key
    return None


def _echo(packet: IPv4) -> int | None:
    """8 for an echo request, 0 for a reply, None for anything else."""
    if packet.protocol != ICMP or packet.is_fragment or not packet.payload:
        return None
    return packet.payload[0] if packet.payload[0] in (ECHO_REQUEST, ECHO_REPLY) else None


def _title(packet: IPv4) -> str:
    kind = _echo(packet)
    if kind is not None:
        message = Icmp.decode(packet.payload)
        ends = (packet.src, packet.dst) if kind == ECHO_REQUEST else (packet.dst, packet.src)
        return f"ping {ends[0]} → {ends[1]}, sequence {message.sequence}"
    return f"{packet.src} → {packet.dst}, protocol {packet.protocol}"


# --------------------------------------------------------------------------- layers


def _headers(frame: bytes, inner: IPv4 | None) -> tuple[Header, ...]:
    found: list[Header] = []
    for layer in dissect(frame).layers:
        if layer.protocol == "ip":
            break
        found.append(_header(layer))
    outer = packet_of(frame)
    if outer is not None:
        found += _ip_headers(outer[1])
    if inner is not None:
        found.extend(replace(each, sealed=True) for each in _ip_headers(inner))
    return tuple(found)


def _header(layer: Layer) -> Header:
    values = {each.name: each.text for each in layer.fields}
    if layer.protocol == "eth":
        return Header("Ethernet", f"{values['eth.src']} → {values['eth.dst']}")
    if layer.protocol == "mpls":
        return Header("MPLS", f"{values['mpls.label']} TTL {values['mpls.ttl']}")
    if layer.protocol == "pwethcw":
        return Header("Control word", "")
    return Header(layer.protocol, f"{layer.end - layer.start} bytes")


def _ip_headers(packet: IPv4) -> list[Header]:
    found = [Header("IPv4", f"{packet.src} → {packet.dst} TTL {packet.ttl}")]
    try:
        if packet.is_fragment:
            found.append(Header("fragment", f"at {packet.fragment_offset * 8}"))
        elif packet.protocol == ESP:
            sealed = Esp.decode(packet.payload)
            found.append(Header("ESP", f"SPI 0x{sealed.spi:08x} sequence {sealed.sequence}"))
        else:
            if packet.protocol == UDP:
                ports = Udp.decode(packet.payload)
                found.append(Header("UDP", f"{ports.source_port} → {ports.destination_port}"))
            row = _row(packet)
            if row.protocol != "UDP":
                found.append(Header(row.protocol, row.info))
    except DecodeError as error:
        found.append(Header("malformed", str(error)))
    return found


def _row(packet: IPv4) -> Summary:
    return summarize(Ethernet(bytes(6), bytes(6), ETHERTYPE_IPV4, packet.encode()).encode())


# --------------------------------------------------------------------------- what changed


def _compared(hops: list[Hop]) -> list[Hop]:
    """Each hop with what its sender did since the hop before."""
    result = hops[:1]
    for before, now in pairwise(hops):
        if before.headers == now.headers and before.link == now.link:
            result.append(replace(now, changes=("the same frame again",)))
        else:
            result.append(replace(now, changes=tuple(_changes(before.headers, now.headers))))
    return result


def _changes(before: tuple[Header, ...], now: tuple[Header, ...]) -> Iterable[str]:
    old, new = _named(before, "MPLS"), _named(now, "MPLS")
    if old and new and _below(before) == _below(now):
        for one, other in zip(old, new, strict=False):
            if one.text.split()[0] != other.text.split()[0]:
                yield f"swaps label {one.text.split()[0]} for {other.text.split()[0]}"
    else:
        if old:
            yield f"pops {_labels(old)}"
        if new:
            yield f"pushes {_labels(new)}{' (pseudowire)' if _bridged(now) else ''}"
    if _named(now, "ESP") and not _named(before, "ESP"):
        yield "encrypts: ESP on, a new outer IP header"
    if _named(before, "ESP") and not _named(now, "ESP"):
        yield "decrypts: ESP and outer header off"
    then, here = _ttl(before), _ttl(now)
    if then and here and then != here:
        yield f"inner TTL {then} → {here}" if _named(now, "ESP") else f"TTL {then} → {here}"
    outer = [_named(each, "IPv4")[0] for each in (before, now) if _named(each, "ESP")]
    if len(outer) == 2 and outer[0] != outer[1]:
        yield f"outer TTL {outer[0].text.split()[-1]} → {outer[1].text.split()[-1]}"


def _below(headers: tuple[Header, ...]) -> tuple[Header, ...]:
    """What is under the labels: a router that only swaps leaves it alone."""
    last = max(place for place, each in enumerate(headers) if each.name == "MPLS")
    return headers[last + 1 :]


def _bridged(headers: tuple[Header, ...]) -> bool:
    return any(each.name == "Ethernet" for each in _below(headers))


def _named(headers: tuple[Header, ...], name: str) -> list[Header]:
    return [each for each in headers if each.name == name]


def _labels(headers: list[Header]) -> str:
    numbers = " and ".join(each.text.split()[0] for each in headers)
    return f"label{'s' if len(headers) > 1 else ''} {numbers}"


def _ttl(headers: tuple[Header, ...]) -> str:
    """Of the innermost packet."""
    found = _named(headers, "IPv4")
    return found[-1].text.split()[-1] if found else ""
