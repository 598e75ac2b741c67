"""A capture file of any size, indexed as far as it is looked at, one packet in memory at a time.

The index is where each packet's bytes lie: 24 bytes a packet.  pcap is walked from header to
header; pcapng, whose packets need their interfaces, goes through its reader into a file of its own.
A file that still grows (a tap's) may end within a packet; in any other, that is said in `trouble`
and the packets before it are there.  Safe to use from several threads.
"""

from __future__ import annotations

import os
import tempfile
import threading
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from labkit.capture import CaptureError, pcapng
from labkit.capture.pcap import HEADER_LENGTH, PCAPNG, SNAP_LENGTH, FileHeader, Packet, opened
from labkit.capture.taps import LiveCapture

_CHUNK = 1 << 20
"""More than the longest packet."""
MOST_IN_MEMORY = 100_000


class CaptureFile:
    """The packets of a file, by number from 0."""

    def __init__(self, path: Path, *, grows: bool = False) -> None:
        """Raises OSError, and CaptureError for what is no capture."""
        self.path = path
        self.trouble = ""
        self.complete = False
        """Whether the end of the file was reached; a file that grows may go on."""
        self._grows = grows
        self._lock = threading.RLock()
        self._offsets = array("Q")
        self._times = array("q")
        self._captured = array("L")
        self._lengths = array("L")
        self._position = HEADER_LENGTH
        self._link_type = 1
        self._packets: Iterator[Packet] | None = None
        self._file: IO[bytes] | None = None
        """Held open; of a file that grows none is, since its tap may want to rename it."""
        file = opened(path)
        try:
            self._identity = os.fstat(file.fileno()).st_ino
            self._begin(file)
        except BaseException:
            file.close()
            raise
        if self._packets is not None:
            self._source: IO[bytes] = file
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        elif grows:
            file.close()
        else:
            self._file = file

    def __len__(self) -> int:
        """Packets indexed so far."""
        return len(self._offsets)

    def close(self) -> None:
        with self._lock:
            self.complete, self._grows = True, False
            if self._file is not None:
                self._file.close()
            if self._packets is not None:
                self._source.close()

    @property
    def replaced(self) -> bool:
        """Whether another file is at this path now, as after a tap began anew."""
        try:
            now = os.stat(self.path)
        except OSError:
            return True
        return now.st_ino != self._identity or now.st_size < min(self._position, HEADER_LENGTH)

    def find_again(self) -> bool:
        """Go on where the tap has put the file aside (as `<name>.<n>.pcap`); whether it is there.

        It does not grow any more.
        """
        for path in self._aside():
            if path.stat().st_ino == self._identity:
                with self._lock:
                    self.path = path
                    self.extend()
                    self._grows = False
                return True
        return False

    def _aside(self) -> Iterator[Path]:
        return self.path.parent.glob(f"{self.path.stem}.*{self.path.suffix}")

    def time(self, number: int) -> int:
        """Microseconds since 1970."""
        return self._times[number]

    def packet(self, number: int) -> Packet:
        """The packet, read now.  Raises IndexError; CaptureError where it is no more."""
        offset, size, length = self._offsets[number], self._captured[number], self._lengths[number]
        with self._reading() as file:
            file.seek(offset)
            data = file.read(size)
        if len(data) < size:
            raise CaptureError(f"{self.path.name}: the file has become shorter")
        return Packet(self._times[number], data, self._link_type, length if length > size else None)

    def extend(self, wanted: int | None = None) -> int:
        """Index until there are `wanted` packets (None: all there are); returns how many."""
        with self._lock:
            if not self.complete or self._grows:
                try:
                    if self._packets is not None:
                        self._spool(wanted)
                    else:
                        self._walk(wanted)
                except CaptureError as error:
                    self.trouble = f"{self.path.name}: {error}"
                    self.complete, self._grows = True, False
            return len(self._offsets)

    # ---- within

    @contextmanager
    def _reading(self) -> Iterator[IO[bytes]]:
        with self._lock:
            if self._file is not None:
                yield self._file
            else:
                with self._opened() as file:
                    yield file

    def _opened(self) -> IO[bytes]:
        """The file that was indexed, which its tap may have put aside this moment."""
        for path in (self.path, *self._aside()):
            with suppress(FileNotFoundError):
                file = path.open("rb")
                if os.fstat(file.fileno()).st_ino == self._identity:
                    return file
                file.close()
        raise CaptureError(f"{self.path.name}: another capture is in its place")

    def _begin(self, file: BinaryIO) -> None:
        head = file.read(HEADER_LENGTH)
        if head[:4] == PCAPNG:
            file.seek(len(PCAPNG))
            self._packets = pcapng.packets(file)
            return
        try:
            self._header = FileHeader.decode(head)
        except CaptureError as error:
            raise CaptureError(f"{self.path.name}: {error}") from error
        self._link_type = self._header.link_type

    def _walk(self, wanted: int | None) -> None:
        with self._reading() as file:
            while wanted is None or len(self._offsets) < wanted:
                file.seek(self._position)
                chunk = file.read(_CHUNK)
                place = self._headers(chunk)
                self._position += place
                if len(chunk) < _CHUNK:
                    self.complete = True
                    if len(chunk) > place and not self._grows:
                        raise CaptureError(f"the file ends within packet {len(self._offsets) + 1}")
                    return

    def _headers(self, chunk: bytes) -> int:
        """Index the whole packets of a chunk; returns where they end."""
        place, size = 0, self._header.record.size
        while place + size <= len(chunk):
            time, captured, length = self._header.packet(chunk, place)
            if captured > SNAP_LENGTH:
                raise CaptureError(
                    f"packet {len(self._offsets) + 1} claims {captured} bytes; the rest of the "
                    "file cannot be read"
                )
            start = place + size
            if start + captured > len(chunk):
                break
            self._add(self._position + start, time, captured, length)
            place = start + captured
        return place

    def _spool(self, wanted: int | None) -> None:
        assert self._packets is not None and self._file is not None
        self._file.seek(0, os.SEEK_END)
        while wanted is None or len(self._offsets) < wanted:
            packet = next(self._packets, None)
            if packet is None:
                self.complete = True
                return
            self._link_type = packet.link_type
            offset = self._file.tell()
            self._file.write(packet.data)
            length = packet.length or len(packet.data)
            self._add(offset, packet.time, len(packet.data), length)

    def _add(self, offset: int, time: int, captured: int, length: int) -> None:
        self._offsets.append(offset)
        self._times.append(time)
        self._captured.append(captured)
        self._lengths.append(max(length, captured))


class Ring:
    """What a lab without files keeps of a link: its last frames, taken over as they are seen."""

    def __init__(self, live: LiveCapture, link: str) -> None:
        self.trouble = ""
        self.complete = True
        self.replaced = False
        self._live, self._link, self._next = live, link, 0
        self._packets: list[Packet] = []

    def __len__(self) -> int:
        return len(self._packets)

    def close(self) -> None:
        """Nothing is open."""

    def time(self, number: int) -> int:
        return self._packets[number].time

    def packet(self, number: int) -> Packet:
        return self._packets[number]

    def extend(self, wanted: int | None = None) -> int:
        for frame in self._live.since(self._next):
            self._next = frame.number + 1
            if frame.link == self._link and len(self._packets) < MOST_IN_MEMORY:
                self._packets.append(Packet(frame.time, frame.data))
        if len(self._packets) >= MOST_IN_MEMORY:
            self.trouble = f"{self._link}: no more than {MOST_IN_MEMORY:,} packets are kept."
        return len(self._packets)


Point = CaptureFile | Ring
"""Where packets come from, by number."""
