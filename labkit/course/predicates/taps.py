"""What passes a capture point while somebody pings.

Most of these cause the traffic that they look for (a ping from `device`), and look only at the
frames that came since.
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.capture.ike_reader import IkeReader, isakmp_of
from labkit.capture.isakmp_words import describe
from labkit.course.observer import Observer
from labkit.course.parsers.frames import Seen, between, readable, seen
from labkit.course.predicates import Finding, predicate
from labkit.course.predicates.devices import do_ping


def pinged(
    observer: Observer, tap: str, device: str, to: str, source: str | None, size: int = 100
) -> list[Seen]:
    """The frames that a ping brought past a capture point."""
    before = len(observer.frames(tap))
    do_ping(observer, device, to, source=source, size=size)
    return seen(observer.frames(tap)[before:])


def counted(holds: bool, words: str, frames: Sequence[Seen]) -> Finding:
    """What was found, and the number of frames as a name for sentences."""
    return Finding(holds, words, {"frames": str(len(frames))})


@predicate("frames")
def esp_at_tap(
    observer: Observer, *, tap: str, device: str, to: str, source: str | None = None
) -> Finding:
    """While `device` pings, ESP passes this capture point both ways."""
    found = between(pinged(observer, tap, device, to, source), "ESP")
    ways = {(each.row.source, each.row.destination) for each in found}
    words = f"{len(found)} ESP frames" + (" one way only" if len(ways) == 1 else "")
    return counted(len(ways) >= 2, words, found)


@predicate("frames")
def clear_at_tap(
    observer: Observer, *, tap: str, device: str, to: str, source: str | None = None
) -> Finding:
    """While `device` pings, its echo requests or their answers pass here in the clear."""
    found = _echoes(pinged(observer, tap, device, to, source), to)
    return counted(bool(found), _clear(found), found)


@predicate("frames")
def clear_text_not_at_tap(
    observer: Observer, *, tap: str, device: str, to: str, source: str | None = None
) -> Finding:
    """While `device` pings, nothing of it passes here in the clear (that the ping succeeds is
    another predicate's question)."""
    found = _echoes(pinged(observer, tap, device, to, source), to)
    return counted(not found, _clear(found), found)


@predicate("length")
def frame_length_at_tap(
    observer: Observer,
    *,
    tap: str,
    device: str,
    to: str,
    length: int,
    source: str | None = None,
    size: int = 100,
    protocol: str = "ICMP",
) -> Finding:
    """While `device` pings, the frames of this protocol (`ICMP`, `ESP`) have this length."""
    found = between(pinged(observer, tap, device, to, source, size), protocol)
    lengths = sorted({len(each.data) for each in found})
    words = " and ".join(map(str, lengths)) or "-"
    text = f"{protocol} frames of {words} bytes" if found else f"no {protocol} frame"
    return Finding(lengths == [length], text, {"length": words})


@predicate("frames")
def seen_at_tap(
    observer: Observer,
    *,
    tap: str,
    protocol: str,
    source: str | None = None,
    destination: str | None = None,
    info: str | None = None,
    at_least: int = 1,
) -> Finding:
    """Since the lab started, at least so many frames of this protocol (`ICMP`, `ISAKMP`, `ESP`,
    `TELNET`, `ARP`, `VRRP` …) passed here, with these ends and `info` in their row."""
    found = between(seen(observer.frames(tap)), protocol, source, destination, info)
    return counted(len(found) >= at_least, f"{len(found)} {protocol} frames at {tap}", found)


@predicate("frames")
def text_readable_at_tap(observer: Observer, *, tap: str, text: str) -> Finding:
    """Since the lab started, this text could be read here, in one frame or typed over Telnet."""
    found = readable(seen(observer.frames(tap)), text)
    return counted(bool(found), f"{len(found)} frames with it", found)


@predicate("frames")
def mirror_delivers(
    observer: Observer, *, device: str, to: str, source: str | None = None
) -> Finding:
    """While `device` pings, the sniffer receives the echo requests and their answers as the
    customer's Ethernet frames, without a label."""
    frames = between(pinged(observer, "sniffer", device, to, source), "ICMP")
    bare = [each for each in frames if not each.row.labels]
    requests = between(bare, info="Echo request")
    replies = between(bare, info="Echo reply")
    text = f"{len(requests)} requests and {len(replies)} answers at sniffer"
    return counted(bool(requests and replies), text, bare)


@predicate("frames")
def tap_silent(
    observer: Observer, *, tap: str, device: str, to: str, source: str | None = None
) -> Finding:
    """While `device` pings, neither ICMP nor ESP passes this capture point."""
    frames = pinged(observer, tap, device, to, source)
    found = between(frames, "ICMP") + between(frames, "ESP")
    return counted(not found, f"{len(found)} frames at {tap}", found)


@predicate()
def isakmp_chosen_at_tap(observer: Observer, *, tap: str, words: str) -> Finding:
    """The last proposal that a responder chose here in the clear (message 2 of main mode) has
    these values, in the ladder's words (`AES-CBC, 256, SHA2-256, group 14`): what was agreed,
    whatever was configured since."""
    reader, chosen = IkeReader(), "no choice of a responder"
    for frame in observer.frames(tap):
        found = isakmp_of(frame)
        reading = reader.read(found[1]) if found else None
        if reading and reading.header and any(reading.header.responder_cookie):
            told = describe(reading)
            chosen = next((each.sense for each in told if each.name == "SA"), chosen)
    return Finding(words in chosen, chosen)


def _echoes(frames: list[Seen], to: str) -> list[Seen]:
    found = between(frames, "ICMP", info="Echo")
    return [each for each in found if to in (each.row.source, each.row.destination)]


def _clear(found: list[Seen]) -> str:
    return f"{len(found)} echoes in the clear" if found else "nothing in the clear"
