"""Reading pcapng (draft-ietf-opsawg-pcapng): what Wireshark saves by default.

Knows section headers, interface descriptions, enhanced and simple packets; skips every other
block.  Lengths from the file are checked before anything is read by them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from labkit.capture import CaptureError
from labkit.capture.pcap import PCAPNG, SNAP_LENGTH, Packet, exactly

_INTERFACE = 1
_SIMPLE_PACKET = 3
_ENHANCED_PACKET = 6
_BYTE_ORDER = 0x1A2B3C4D
_LARGEST_BLOCK = 16 * 1024 * 1024
_MOST_INTERFACES = 4096
_LATEST = 1 << 62
"""Microseconds from 1970, either way, that are still a time."""
_TIME_RESOLUTION, _TIME_OFFSET = 9, 14


@dataclass(frozen=True, slots=True)
class _Interface:
    link_type: int
    snap_length: int
    ticks: int = 1_000_000
    """Units of time per second."""
    offset: int = 0
    """Seconds to add."""

    def microseconds(self, count: int) -> int:
        time = self.offset * 1_000_000 + count * 1_000_000 // self.ticks
        if abs(time) > _LATEST:
            raise CaptureError("a packet of an impossible time")
        return time


def packets(file: BinaryIO) -> Iterator[Packet]:
    """Yield the packets after the first four bytes, `PCAPNG`; raises CaptureError."""
    order = "<"
    interfaces: list[_Interface] = []
    head = PCAPNG
    while head:
        if len(head) < 4:
            raise CaptureError("the file ends within a block")
        length = exactly(file, 4, "block")
        if head == PCAPNG:
            # The byte order is written in the section header, after the length in that order.
            mark = exactly(file, 4, "section header")
            order = "<" if struct.unpack("<I", mark)[0] == _BYTE_ORDER else ">"
            interfaces = []
            body = mark + _body(file, order, length, len(mark))
            if struct.unpack_from(f"{order}I", body)[0] != _BYTE_ORDER:
                raise CaptureError("a section header without its byte-order mark")
        else:
            body = _body(file, order, length, 0)
        (kind,) = struct.unpack(f"{order}I", head)
        if kind == _INTERFACE:
            if len(interfaces) == _MOST_INTERFACES:
                raise CaptureError(f"more than {_MOST_INTERFACES} interfaces")
            interfaces.append(_interface(body, order))
        elif kind == _ENHANCED_PACKET:
            yield _enhanced(body, order, interfaces)
        elif kind == _SIMPLE_PACKET:
            yield _simple(body, order, interfaces)
        head = file.read(4)


def _body(file: BinaryIO, order: str, length: bytes, already: int) -> bytes:
    """The rest of a block's body; its length is written before and after it."""
    (total,) = struct.unpack(f"{order}I", length)
    size = total - 12 - already
    if size < 0 or total > _LARGEST_BLOCK or total % 4:
        raise CaptureError(f"a block of {total} bytes")
    body = exactly(file, size, "block")
    if exactly(file, 4, "block") != length:
        raise CaptureError("a block whose two lengths differ")
    return body


def _interface(body: bytes, order: str) -> _Interface:
    if len(body) < 8:
        raise CaptureError("a short interface description")
    link_type, _, snap_length = struct.unpack_from(f"{order}HHI", body)
    ticks, offset, place = 1_000_000, 0, 8
    while place + 4 <= len(body):
        code, length = struct.unpack_from(f"{order}HH", body, place)
        value = body[place + 4 : place + 4 + length]
        if code == _TIME_RESOLUTION and len(value) == 1:
            base, power = (2, value[0] & 0x7F) if value[0] & 0x80 else (10, value[0])
            if power > 63:
                raise CaptureError("an impossible resolution of time")
            ticks = base**power
        elif code == _TIME_OFFSET and len(value) == 8:
            (offset,) = struct.unpack(f"{order}q", value)
        place += 4 + (length + 3) // 4 * 4
    return _Interface(link_type, snap_length, ticks, offset)


def _enhanced(body: bytes, order: str, interfaces: list[_Interface]) -> Packet:
    if len(body) < 20:
        raise CaptureError("a short packet block")
    number, high, low, captured, length = struct.unpack_from(f"{order}5I", body)
    if number >= len(interfaces):
        raise CaptureError(f"a packet of interface {number}, which was not described")
    if captured > min(SNAP_LENGTH, len(body) - 20):
        raise CaptureError(f"a packet of {captured} bytes")
    interface = interfaces[number]
    time = interface.microseconds(high << 32 | low)
    cut = length if length > captured else None
    return Packet(time, body[20 : 20 + captured], interface.link_type, cut)


def _simple(body: bytes, order: str, interfaces: list[_Interface]) -> Packet:
    """A packet without time or interface: it is of the first one, at its zero."""
    if len(body) < 4 or not interfaces:
        raise CaptureError("a simple packet block that is short or without an interface")
    interface = interfaces[0]
    (length,) = struct.unpack_from(f"{order}I", body)
    captured = min(length, interface.snap_length or length, SNAP_LENGTH)
    if captured > len(body) - 4:
        raise CaptureError(f"a packet of {captured} bytes")
    cut = length if length > captured else None
    return Packet(interface.microseconds(0), body[4 : 4 + captured], interface.link_type, cut)
