"""A packet's way as text: a line a crossing, what was done to it, and its layers."""

from __future__ import annotations

from labkit.desk.map.way import Hop, Way


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
