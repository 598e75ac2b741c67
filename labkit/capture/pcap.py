"""Classic pcap files: writing them as frames come, and reading any capture.

Written files are little endian, microseconds, Ethernet; the same frames give the same bytes.
`read` also reads the other byte order, nanoseconds, and pcapng (through `capture.pcapng`), takes
nothing in the file for granted and holds one packet at a time.

Format: draft-ietf-opsawg-pcap.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from labkit.capture import CaptureError

LINKTYPE_ETHERNET = 1
SNAP_LENGTH = 262144
"""Bytes of the longest packet written or read."""

PCAPNG = b"\x0a\x0d\x0d\x0a"
"""How a file of the other format begins."""
HEADER_LENGTH = 24

_MICROSECONDS = 0xA1B2C3D4
_MAGICS = {_MICROSECONDS: 1, 0xA1B23C4D: 1000}
"""A file's first word: fractions of a second per microsecond."""
_FILE = struct.Struct("<IHHiIII")
_RECORD = struct.Struct("<IIII")
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of a file; `time` in microseconds since 1970, `data` as far as captured."""

    time: int
    data: bytes
    link_type: int = LINKTYPE_ETHERNET
    length: int | None = None
    """Bytes it had on the wire, where it was cut."""


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What the first bytes of a pcap file say about its packets."""

    record: struct.Struct
    """The header of a packet: seconds, fraction, bytes captured, bytes on the wire."""
    divisor: int
    link_type: int

    @classmethod
    def decode(cls, head: bytes) -> FileHeader:
        """Raises CaptureError."""
        for order in "<>":
            (magic,) = struct.unpack(f"{order}I", head[:4].ljust(4, b"\0"))
            if magic not in _MAGICS:
                continue
            if len(head) < HEADER_LENGTH:
                raise CaptureError("the file ends within its header")
            (link_type,) = struct.unpack_from(f"{order}I", head, 20)
            # Above the link type is the length of the frame check sequence.
            return cls(struct.Struct(f"{order}IIII"), _MAGICS[magic], link_type & 0xFFFF)
        raise CaptureError("neither pcap nor pcapng")

    def packet(self, data: bytes, place: int = 0) -> tuple[int, int, int]:
        """Of the packet whose header is here: time, bytes captured, bytes on the wire."""
        seconds, fraction, captured, length = self.record.unpack_from(data, place)
        return seconds * _SECOND + fraction // self.divisor, captured, length


class PcapWriter(AbstractContextManager["PcapWriter"]):
    """Writes one file; what was written is on disk after `flush` or `close`."""

    def __init__(self, path: Path, *, private: bool = False) -> None:
        """Begin the file anew; raises OSError.

        A `private` one is another file than what was there, be that a link, and its owner's alone.
        """
        self.path = path
        if private:
            path.unlink(missing_ok=True)
        mode, opener = ("xb", _private) if private else ("wb", None)
        self._file = open(path, mode, opener=opener)  # noqa: SIM115 - closed by close
        header = (_MICROSECONDS, 2, 4, 0, 0, SNAP_LENGTH, LINKTYPE_ETHERNET)
        self._file.write(_FILE.pack(*header))

    def write(self, time: int, frame: bytes) -> None:
        """Add an Ethernet frame seen at `time` (microseconds since 1970)."""
        kept = frame[:SNAP_LENGTH]
        seconds, microseconds = divmod(time, _SECOND)
        self._file.write(_RECORD.pack(seconds, microseconds, len(kept), len(frame)) + kept)

    def flush(self) -> None:
        """Give all that was written to the operating system."""
        self._file.flush()

    def close(self) -> None:
        """Flush and close; closing twice is fine."""
        self._file.close()

    def __exit__(self, *error: object) -> None:
        self.close()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read(path: Path) -> Iterator[Packet]:
    """Yield the packets of a pcap or pcapng file, in the order of the file.

    Raises OSError, and CaptureError for what is no capture or ends in the middle of a packet
    (the packets before it have been yielded by then).
    """
    from labkit.capture import pcapng  # it needs Packet

    with opened(path) as file:
        head = file.read(HEADER_LENGTH)
        if head[:4] == PCAPNG:
            file.seek(len(PCAPNG))
            yield from pcapng.packets(file)
            return
        try:
            header = FileHeader.decode(head)
        except CaptureError as error:
            raise CaptureError(f"{path.name}: {error}") from error
        size = header.record.size
        while head := file.read(size):
            if len(head) < size:
                raise CaptureError("the file ends within a packet header")
            time, captured, length = header.packet(head)
            if captured > SNAP_LENGTH:
                raise CaptureError(f"a packet of {captured} bytes")
            data = exactly(file, captured, "packet")
            yield Packet(time, data, header.link_type, length if length > captured else None)


def opened(path: Path) -> BinaryIO:
    """A capture file, open for reading; of a pipe or a device nobody knows the end, or when it
    begins.  Raises CaptureError for those, OSError."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise CaptureError(f"{path.name}: no file, but a pipe or a device")
    return path.open("rb")


def exactly(file: BinaryIO, size: int, what: str) -> bytes:
    """Return `size` bytes of the file; raises CaptureError if it ends before."""
    data = file.read(size)
    if len(data) < size:
        raise CaptureError(f"the file ends within a {what}")
    return data
