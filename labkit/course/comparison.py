"""A lab's own capture beside a recorded real one: the end of the walk.

Prints nothing and knows no Jupyter; `Desk.compare_with_recording` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable

from labkit.capture.comparison import side_by_side
from labkit.capture.exchange import steps
from labkit.capture.keys import Secrets
from labkit.capture.recordings import open_recording

HEADS = ("this lab", "real routers")


def compare(frames: Iterable[bytes], secrets: Secrets, name: str, point: str) -> str:
    """Both conversations in a table, and where the recorded one comes from.

    Raises LookupError for a recording or a capture point that does not exist.
    """
    recording = open_recording(name)
    theirs = steps((packet.data for packet in recording.packets(point)), recording.secrets())
    ours = steps(frames, secrets)
    table = side_by_side(ours, theirs, HEADS)
    return f"{recording.source()}\n\n{table}"
