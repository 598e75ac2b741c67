"""Frames at capture points: which of them a filter means, and what can be read in them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labkit.capture.summary import Summary


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame and its row."""

    data: bytes
    row: Summary


def seen(frames: Iterable[bytes]) -> list[Seen]:
    """Each frame with its row."""
    from labkit.capture.summary import summarize  # with the first frame that is read

    return [Seen(frame, summarize(frame)) for frame in frames]


def between(
    frames: Sequence[Seen],
    protocol: str | None = None,
    source: str | None = None,
    destination: str | None = None,
    info: str | None = None,
) -> list[Seen]:
    """The frames whose innermost packet is of `protocol`, between these addresses, and whose row
    contains `info`; None leaves that open."""
    return [
        each
        for each in frames
        if protocol in (None, each.row.protocol)
        and source in (None, each.row.source)
        and destination in (None, each.row.destination)
        and (info is None or info in each.row.info)
    ]


def readable(frames: Sequence[Seen], text: str) -> list[Seen]:
    """The frames in which a text can be read: in one of them, or a character a segment.

    A Telnet client sends each typed character in a segment of its own, so the payloads of one
    way of a TCP connection are read in a row too.
    """
    wanted = text.encode()
    whole = [each for each in frames if wanted in each.data]
    if whole:
        return whole
    for rows in _telnet(frames).values():
        typed = b"".join(piece for _, piece in rows)
        if wanted in typed:
            return [each for each, _ in rows]
    return []


def _telnet(frames: Sequence[Seen]) -> dict[tuple[str, str], list[tuple[Seen, bytes]]]:
    ways: dict[tuple[str, str], list[tuple[Seen, bytes]]] = {}
    for each in frames:
        if each.row.protocol == "TELNET":
            piece = _payload(each.row.info)
            ways.setdefault((each.row.source, each.row.destination), []).append((each, piece))
    return ways


def _payload(info: str) -> bytes:
    """A Telnet row's info is the payload as Python shows a text."""
    try:
        return str(ast.literal_eval(info)).encode("latin-1", "replace")
    except (ValueError, SyntaxError):
        return b""
