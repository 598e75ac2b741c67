"""Where the frames of the links go: one pcap file a link, and a ring for whoever watches live.

A tap only looks; what a link carries, and when, is decided elsewhere.  `flush` after a command
makes the files complete before its prompt comes back.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labkit.capture.pcap import PcapWriter


class Tap:
    """Writes the frames of one link to `<link>.pcap`."""

    def __init__(self, link: str, folder: Path) -> None:
        """Begin `<link>.pcap` in an existing folder, in place of an older one.  Raises OSError."""
        self.link = link
        self.path = folder / f"{link}.pcap"
        self._kept = 0
        self._dirty = True
        self._writer = PcapWriter(self.path, private=True)

    def record(self, time: int, frame: bytes) -> None:
        """Add a frame seen at `time`, microseconds since 1970."""
        self._writer.write(time, frame)
        self._dirty = True

    def flush(self) -> None:
        """Make the file on disk complete; free where nothing was recorded."""
        if self._dirty:
            # First, so that a frame that another thread adds meanwhile is not forgotten.
            self._dirty = False
            self._writer.flush()

    def rotate(self) -> Path:
        """Keep the file as `<link>.<n>.pcap` (n from 1), begin a new one; return the kept one."""
        self._writer.close()
        self._kept += 1
        kept = self.path.with_name(f"{self.link}.{self._kept}.pcap")
        self.path.replace(kept)
        self._writer = PcapWriter(self.path, private=True)
        self._dirty = True
        return kept

    def close(self) -> None:
        """Flush and close."""
        self._writer.close()


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as a watcher gets it; `number` counts all frames of the ring from 0."""

    number: int
    time: int
    link: str
    data: bytes


class LiveCapture:
    """The last frames, for widgets: bounded, and safe to read from another thread."""

    def __init__(self, size: int = 2000) -> None:
        self._frames: deque[Frame] = deque(maxlen=size)
        self._lock = threading.Lock()
        self._total = 0

    @property
    def total(self) -> int:
        """Frames that ever came, those forgotten included: the number of the next one."""
        return self._total

    def record(self, link: str, time: int, frame: bytes) -> None:
        """Add a frame, forgetting the oldest one if the ring is full."""
        with self._lock:
            self._frames.append(Frame(self._total, time, link, frame))
            self._total += 1

    def forget(self) -> None:
        """Hold none of the frames so far; the numbers go on."""
        with self._lock:
            self._frames.clear()

    def since(self, number: int = 0) -> list[Frame]:
        """Return the frames still held from `number` on, oldest first."""
        with self._lock:
            return [frame for frame in self._frames if frame.number >= number]


class Taps:
    """The taps of all links, with one ring over all of them."""

    def __init__(self, links: Iterable[str], folder: Path | None = None, live: int = 2000) -> None:
        """Begin a file a link in `folder` (made if missing), or none.  Raises OSError."""
        names = tuple(links)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._taps = {name: Tap(name, folder) for name in names} if folder is not None else {}
        self.live = LiveCapture(live)

    @property
    def paths(self) -> dict[str, Path]:
        """The current file of each link."""
        return {name: tap.path for name, tap in self._taps.items()}

    def record(self, link: str, time: int, frame: bytes) -> None:
        """Add a frame of `link` seen at `time`, microseconds since 1970."""
        if self._taps:
            self._taps[link].record(time, frame)
        self.live.record(link, time, frame)

    def flush(self) -> None:
        """Make all files on disk complete."""
        for tap in self._taps.values():
            tap.flush()

    def rotate(self) -> None:
        """Keep all files under numbered names, begin new ones, and forget the ring's frames.

        Another run may send the very same bytes, and whoever watches would take them for one.
        """
        for tap in self._taps.values():
            tap.rotate()
        self.live.forget()

    def close(self) -> None:
        """Close all files."""
        for tap in self._taps.values():
            tap.close()
