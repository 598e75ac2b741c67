"""Captured frames put back on a link: what an attacker on the path can do.

Knows how to choose frames and which way they went; must not know what is in them beyond the
MAC addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from labkit.capture import pcap
from labkit.cli.jobs import Job, Wait
from labkit.model import topology
from labkit.model.topology import PortRef
from labkit.net.link import Link

DURATION = 1_000_000
"""Microseconds of lab time that an injection takes, so that its effects are there after it."""


def inject(link: Link, file: Path, frames: Sequence[int], towards: str | None) -> Job:
    """Send frames of `file` (numbered from 1 as Wireshark does; none: all) in the given order.

    Each goes the way its MAC addresses tell, or `towards` a node.  Raises ValueError for a frame
    that is not there or a node not on the link, OSError, CaptureError.
    """
    data = [each.data for each in pcap.read(file)]
    for number in frames:
        if not 1 <= number <= len(data):
            raise ValueError(f"{file.name} has frames 1 to {len(data)}, not {number}")
    ends = {end.node: end for end in (link.spec.a, link.spec.b)}
    if towards is not None and towards not in ends:
        raise ValueError(f"{link.name} joins {' and '.join(ends)}, not {towards}")
    chosen = [data[number - 1] for number in frames] if frames else data
    for frame in chosen:
        link.inject(frame, ends[towards] if towards else _towards(link, frame))
    yield Wait(link.clock.now + DURATION)


def _towards(link: Link, frame: bytes) -> PortRef:
    """The end that a frame is going to: away from its source, else to its destination."""
    shape = topology.load()
    a, b = link.spec.a, link.spec.b
    if frame[6:12] == shape.mac(b) or frame[:6] == shape.mac(a):
        return a
    return b
