"""The packets of one or more capture points as one list: filtered, opened, described.

Work that grows with the capture (`grow`, `search`) is done in portions, so that whoever shows the
list can show it meanwhile.  Numbers count from 1 over the whole list, as Wireshark's do.  Must not
know a screen; one thread at a time.
"""

from __future__ import annotations

import bisect
import time as clock
from array import array
from collections.abc import Mapping
from dataclasses import dataclass

from labkit.capture import display_filter
from labkit.capture.decrypt import Keys
from labkit.capture.display_filter import Filter
from labkit.capture.dissect import dissect
from labkit.capture.index import Point
from labkit.capture.layers import Dissection
from labkit.capture.matching import Candidate
from labkit.capture.pcap import LINKTYPE_ETHERNET, Packet
from labkit.capture.summary import Summary, summarize

_SHIFT = 40
"""A place in the list is a point and a packet of it: point << 40 | packet."""
PORTION = 0.05
"""Seconds of one portion of work."""
MARKS = {
    "sealed": "■", "opened": "□", "keys": "◆", "ping": "●", "error": "!", "routing": "▲",
    "local": "○", "readable": "¶", "other": "",
}  # fmt: skip
"""What a line is about, and the sign that says so without colour."""
_ABOUT = {
    "ESP": "sealed", "ISAKMP": "keys", "BGP": "routing", "VRRP": "routing", "ARP": "local",
    "TELNET": "readable", "malformed": "error",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; `seconds` since the first packet of all."""

    number: int
    seconds: float
    point: str
    summary: Summary
    about: str
    """A key of `MARKS`."""

    @property
    def info(self) -> str:
        """The last column, the labels before it."""
        return "".join(f"[{each}] " for each in self.summary.labels) + self.summary.info


class PacketList:
    """The packets of capture points by name, in the order of time."""

    def __init__(self, points: Mapping[str, Point]) -> None:
        self.points = dict(points)
        self._point_names = list(points)
        self._files = list(points.values())
        self._taken = [0] * len(self._files)
        self._order = array("Q")
        self.first: int | None = None
        """When the first packet came, microseconds since 1970."""
        self.keys: Keys | None = None
        self._learned = 0
        self._filter: Filter | None = None
        self._chosen = array("L")
        self.searched = 0
        """Packets that the filter has looked at."""

    @property
    def total(self) -> int:
        """Packets of all points, as far as they are indexed."""
        return len(self._order)

    @property
    def shown(self) -> int:
        """Packets that the filter has chosen so far."""
        return self.total if self._filter is None else len(self._chosen)

    @property
    def complete(self) -> bool:
        """Whether all there is has been indexed and looked at."""
        return all(each.complete for each in self._files) and not self._unsearched()

    @property
    def trouble(self) -> str:
        """What is wrong with the files, in a line; "" where nothing is."""
        return " ".join(each.trouble for each in self._files if each.trouble)

    # ---- work in portions

    def grow(self, wanted: int | None = None) -> bool:
        """Index until `wanted` packets are there (None: all); whether there are new ones."""
        found: list[tuple[int, int, int]] = []
        for point, file in enumerate(self._files):
            # Several points can only be merged as far as each of them is known.
            count = file.extend(wanted if len(self._files) == 1 else None)
            found += ((file.time(each), point, each) for each in range(self._taken[point], count))
            self._taken[point] = count
        if len(self._files) > 1:
            found.sort()
        self._order.extend(point << _SHIFT | number for _, point, number in found)
        if self.first is None and found:
            self.first = found[0][0]
        return bool(found)

    def search(self, seconds: float = PORTION) -> bool:
        """Let keys and filter look at more packets; whether there is more to do."""
        until = clock.perf_counter() + seconds
        while self._unsearched():
            for _ in range(32):
                self._look()
                if not self._unsearched():
                    return False
            if clock.perf_counter() > until:
                return True
        return False

    def _unsearched(self) -> bool:
        if self.keys is not None and self._learned < self.total:
            return True
        return self._filter is not None and self.searched < self.total

    def _look(self) -> None:
        """All keys learn first: an answer may come before its question in the list."""
        if self.keys is not None and self._learned < self.total:
            packet = self.packet(self._learned + 1)
            self._learned += 1
            if packet.link_type == LINKTYPE_ETHERNET:
                self.keys.learn(packet.data)
            return
        self.searched += 1
        assert self._filter is not None
        packet = self.packet(self.searched)
        if self._filter.test(Candidate(self.searched, self._dissect(packet), packet.length)):
            self._chosen.append(self.searched)

    # ---- what is asked

    def filter(self, text: str) -> None:
        """Choose packets by a display filter, "" for all.  Raises FilterError."""
        self._filter = display_filter.parse(text)
        self._begin_search()

    def open_with(self, keys: Keys | None) -> None:
        """Open what these keys open, or nothing."""
        self.keys = keys
        self._learned = 0
        self._begin_search()

    def _begin_search(self) -> None:
        self._chosen = array("L")
        self.searched = 0

    # ---- what is shown

    def number(self, place: int) -> int:
        """The number of the packet at a place (from 0) of what is shown."""
        return place + 1 if self._filter is None else self._chosen[place]

    def place(self, number: int) -> int | None:
        """Where a packet is shown; None where the filter hides it."""
        if self._filter is None:
            return number - 1 if 0 < number <= self.total else None
        found = bisect.bisect_left(self._chosen, number)
        there = found < len(self._chosen) and self._chosen[found] == number
        return found if there else None

    def packet(self, number: int) -> Packet:
        """The packet as it was captured.  Raises IndexError."""
        if number < 1:
            raise IndexError(number)
        place = self._order[number - 1]
        return self._files[place >> _SHIFT].packet(place & (1 << _SHIFT) - 1)

    def dissection(self, number: int) -> Dissection:
        """The packet taken apart, with the keys if they are in use."""
        return self._dissect(self.packet(number))

    def _dissect(self, packet: Packet) -> Dissection:
        if packet.link_type != LINKTYPE_ETHERNET:
            return dissect(b"")
        return dissect(packet.data, self.keys)

    def rows(self, first: int, count: int) -> list[Row]:
        """Lines `first` to `first + count` of what is shown."""
        last = min(first + count, self.shown)
        return [self.row(self.number(place)) for place in range(max(first, 0), last)]

    def row(self, number: int) -> Row:
        """The line of one packet."""
        packet = self.packet(number)
        point = self._point_names[self._order[number - 1] >> _SHIFT]
        seconds = (packet.time - (self.first or 0)) / 1e6
        length = packet.length or len(packet.data)
        if packet.link_type != LINKTYPE_ETHERNET:
            about = f"link type {packet.link_type}, no Ethernet"
            return Row(number, seconds, point, Summary("", "", "data", length, about), "other")
        opened = self.keys.open_frame(packet.data)[0] if self.keys else packet.data
        seen = summarize(opened)
        about = _about(seen)
        info = seen.info
        if opened is not packet.data and opened != packet.data:
            about = "opened" if about != "error" else about
            info = f"ESP opened: {info}"
        elif self.keys and about == "keys":
            info = _ike(self._dissect(packet), info)
        shown = Summary(seen.source, seen.destination, seen.protocol, length, info, seen.labels)
        return Row(number, seconds, point, shown, about)


def _about(summary: Summary) -> str:
    if summary.protocol == "ICMP":
        return "ping" if summary.info.startswith("Echo") else "error"
    if summary.protocol == "BGP" and "NOTIFICATION" in summary.info:
        return "error"
    return _ABOUT.get(summary.protocol, "other")


def _ike(taken: Dissection, info: str) -> str:
    layers = [layer for layer in taken.layers if layer.protocol == "isakmp"]
    if len(layers) < 2:
        return info
    names = [each.label for each in layers[1].fields if each.label != "Padding"]
    return f"{info.removesuffix(', encrypted')}, opened: {', '.join(names)}"
