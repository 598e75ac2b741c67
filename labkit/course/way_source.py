"""The way of a packet through a running lab, and the same as text."""

from __future__ import annotations

from dataclasses import replace

from labkit.capture.decrypt import Decryptor
from labkit.course.way import Follower, Hop, LabelTables, Way
from labkit.lab.lab import Lab
from labkit.net.events import Dropped


def follow(lab: Lab, what: str | int = "ping") -> Way:
    """The last packet of a kind, as it crossed the links (`Follower.follow`).

    Raises LookupError if none of the frames still held is of that kind.
    """

    def tables() -> LabelTables:
        nodes = lab.world.network.nodes
        return {name: dict(node.tables.lfib) for name, node in nodes.items()}

    lab.owner.call(lab.records.settle)
    decryptor = Decryptor(lab.records.secrets.esp)
    shape = lab.world.network.topology
    way = Follower(shape, lab.owner.call(tables), decryptor).follow(lab.live.since(), what)
    return replace(way, end=_end(lab, way))


def _end(lab: Lab, way: Way) -> str:
    """The drop that happened where the last hop led to, not earlier than it."""
    if not way.hops:
        return ""
    last = way.hops[-1]
    for entry in reversed(lab.journal.drops()):
        event = entry.event
        if not isinstance(event, Dropped) or entry.time < last.time:
            continue
        ends = str(event.packet.src), str(event.packet.dst)
        inner = [header for header in last.headers if header.name == "IPv4"]
        if entry.node == last.target and inner and inner[-1].text.startswith(" → ".join(ends)):
            return f"ends at {entry.node}: {event.reason}"
    return ""


def text(way: Way) -> str:
    """A line a hop, what was done to it, and its layers."""
    lines = [f"The way of {way.title}"]
    start = way.hops[0].time if way.hops else 0
    for number, hop in enumerate(way.hops, 1):
        lines += _lines(f"{number:>2}", hop, start)
    if way.copies:
        lines.append("Copies of the mirror:")
        for hop in way.copies:
            lines += _lines("  ", hop, start)
    if way.end:
        lines.append(f"It {way.end}.")
    return "\n".join(lines)


def _lines(mark: str, hop: Hop, start: int) -> list[str]:
    at = f"{(hop.time - start) / 1000:9.3f} ms"
    head = f"{mark} {at}  {hop.source} → {hop.target}  ({hop.link}, {hop.length} bytes)"
    lines = [head + (f": {'; '.join(hop.changes)}" if hop.changes else "")]
    lines.append(f"{'':16}{layers(hop)}")
    return lines


def layers(hop: Hop) -> str:
    """The layers on one line, those inside ESP in brackets; MAC addresses are left out."""
    words = [("Ethernet" if each.name == "Ethernet" else str(each), each.sealed)
             for each in hop.headers]  # fmt: skip
    clear = " | ".join(word for word, sealed in words if not sealed)
    inside = " | ".join(word for word, sealed in words if sealed)
    return f"{clear} [{inside}]" if inside else clear
