"""The map in words: every device, link and protocol state, and a packet's way hop by hop.

The same words in every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labkit.desk.map.way import Hop, Way
    from labkit.sim import Snapshot


def text(snapshot: Snapshot) -> str:
    """The whole snapshot, one table after another."""
    return "\n\n".join("\n".join(part) for part in _parts(snapshot))


def _parts(snapshot: Snapshot) -> Iterator[list[str]]:
    yield [f"The lab at checkpoint {snapshot.checkpoint}"]
    yield table(DEVICES, devices(snapshot))
    yield table(ADDRESSES, addresses(snapshot))
    yield table(LINKS, links(snapshot))
    yield table(PROTOCOLS, protocols(snapshot))


DEVICES = ("device", "role", "state")
ADDRESSES = ("device", "interface", "address", "state")
LINKS = ("link", "ends", "state", "frames")
PROTOCOLS = ("what", "who", "state")


def devices(snapshot: Snapshot) -> list[tuple[str, ...]]:
    """A row a device."""
    return [
        (node.name, node.role, "; ".join(badges(snapshot, node.name)) or "-")
        for node in snapshot.nodes
    ]


def addresses(snapshot: Snapshot) -> list[tuple[str, ...]]:
    """A row an interface with an address."""
    return [
        (node.name, each.interface, each.address, "up" if each.up else "down")
        for node in snapshot.nodes
        for each in node.addresses
    ]


def badges(snapshot: Snapshot, name: str) -> list[str]:
    """What a device is just now: its services, VRRP, tunnel."""
    found = [
        f"VRRP {each.state.lower()} of {each.address}"
        for each in snapshot.virtuals
        if each.node == name
    ]
    for service in snapshot.services:
        for member, up in service.members:
            if member == name:
                found.append(service.title if up else f"{service.title} down")
    for end in snapshot.tunnel.ends:
        if end.node == name and end.ike:
            found.append(f"IKE {end.ike}")
        if end.node == name and end.spis:
            found.append(f"ESP encaps {end.encaps}, decaps {end.decaps}")
    return found


def links(snapshot: Snapshot) -> list[tuple[str, ...]]:
    """A row a link."""
    return [
        (
            link.name,
            f"{link.a} {link.a_port} – {link.b} {link.b_port}",
            (f"{link.state}: {link.why}" if link.why else link.state)
            + (", mirrored" if link.name in snapshot.mirrored else ""),
            str(link.frames),
        )
        for link in snapshot.links
    ]


def protocols(snapshot: Snapshot) -> list[tuple[str, ...]]:
    """A row a session, route, LSP that is down, service and tunnel."""
    rows: list[tuple[str, ...]] = [
        (each.family, f"{each.a} – {each.b}", each.state) for each in snapshot.sessions
    ]
    rows += [
        ("BGP route", f"{each.node} to {each.prefix}", f"by {' and '.join(each.via) or '?'}")
        for each in snapshot.reach
    ]
    rows += [
        ("VRRP", f"{each.node} VRID {each.vrid} {each.address}", each.state)
        for each in snapshot.virtuals
    ]
    rows += [
        ("LSP", f"{each.head} {each.name}", " > ".join(each.hops) or f"down: {each.why}")
        for each in snapshot.paths
    ]
    rows += [
        (
            each.title,
            ", ".join(name for name, _ in each.members),
            "up"
            if all(up for _, up in each.members)
            else "down at " + ", ".join(name for name, up in each.members if not up),
        )
        for each in snapshot.services
    ]
    ends = " – ".join(end.node for end in snapshot.tunnel.ends)
    return [*rows, ("IPsec", ends, snapshot.tunnel.sentence)]


def table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Columns as wide as they need, two blanks between them."""
    lines = [titles, *rows]
    widths = [max(len(row[column]) for row in lines) for column in range(len(titles))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in lines
    ]


# --------------------------------------------------------------------------- a packet's way


def way_text(way: Way) -> str:
    """A packet's way: a line a hop, what was done to it, and its layers."""
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
