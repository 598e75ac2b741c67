"""What a sniffer's list shows at the moment: packets of points, or two points compared.

Rows are lists of strings, ready for a screen or a text; the details of one are its layers with
the places of their bytes.  Must not know threads (one at a time) or the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from labkit.capture.alignment import Crossing, Sighting, align
from labkit.capture.conversation import follow
from labkit.capture.decrypt import Keys
from labkit.capture.dissect import dissect
from labkit.capture.index import CaptureFile
from labkit.capture.layers import Dissection, Layer, flatten
from labkit.capture.packet_list import MARKS, PacketList, Row
from labkit.capture.pcap import PcapWriter
from labkit.desk.bytes.explain import packing_of
from labkit.desk.bytes.model import Packing
from labkit.desk.sniffer.source import Source, keys_of

SHOWN_IN_REPORT = 20
MOST_FIELDS = 4000
MOST_COMPARED = 20_000
"""Packets of each point; two lists of all packets are not laid side by side."""


class Table:
    """The list and everything that decides what is in it."""

    def __init__(self, source: Source, points: Sequence[str], version: int = 0) -> None:
        """Raises LookupError for a point that is not there."""
        self._source = source
        self.version = version
        self.chosen: tuple[str, ...] = ()
        self.other = ""
        self.opens = False
        self._filter = ""
        self._crossings: list[Crossing] | None = None
        self._there: PacketList | None = None
        self._picked: int | None = None
        self._secrets: object = None
        self.past = ""
        """The checkpoint of the packets, if the lab has started again since."""
        self._open(tuple(points))

    def close(self) -> None:
        for each in (self._here, self._there):
            _close(each)

    # ---- what decides

    def choose(self, points: Sequence[str]) -> None:
        """Show these points.  Raises LookupError."""
        if not points:
            raise LookupError("choose at least one capture point")
        _close(self._here)
        self._picked = None
        self._open(tuple(dict.fromkeys(points)))

    def filter(self, text: str) -> None:
        """Raises FilterError; then nothing has changed."""
        self._here.filter(text)
        self._filter = text
        self._fresh()

    def decrypt(self, on: bool) -> None:
        """Raises CaptureError without keys."""
        self._secrets = keys_of(self._source) if on else None
        self.opens = on
        for each in (self._here, self._there):
            if each is not None:
                each.open_with(self._keys())
        self._fresh()

    def compare(self, other: str) -> None:
        """Raises LookupError."""
        if self.past:
            self.choose(self.chosen)
        if other == self.chosen[0]:
            raise LookupError(f"{other} cannot be compared with itself")
        there = PacketList({other: self._source.open(other)}) if other else None
        _close(self._there)
        self._there, self.other = there, other
        if there is not None:
            there.open_with(self._keys())
        self._picked = None
        self._fresh()

    def _open(self, points: tuple[str, ...]) -> None:
        self._here = PacketList({name: self._source.open(name) for name in points})
        self.chosen = points
        self.past, self._began = "", self._source.checkpoint
        self._here.open_with(self._keys())
        self._here.filter(self._filter)
        if self.other and self.other in points:
            self.other, self._there = "", None
        self._fresh()

    def _keys(self) -> Keys | None:
        if not self.opens:
            return None
        return Keys(keys_of(self._source))

    def _fresh(self) -> None:
        self.version += 1
        self._crossings = None

    # ---- work

    def grow(self, wanted: int) -> None:
        """Index the first packets."""
        self._here.grow(wanted)

    @property
    def behind(self) -> bool:
        """Whether the lab writes to other files by now."""
        return any(each.replaced for each in self._here.points.values())

    def refresh(self) -> bool:
        """Take in what has come; whether the list is another one now."""
        self._source.flush()
        if self.behind:
            if not self._keep():
                self.resume()
            return True
        came = self._here.grow()
        if self._there is not None:
            came = self._there.grow() or came
        if came and self.opens and keys_of(self._source) != self._secrets:
            self.decrypt(True)
            return True
        if came and self.other:
            self._fresh()
            return True
        return False

    def _keep(self) -> bool:
        """Stay with the packets of before the lab started again; not if none is shown."""
        lists = [self._here] if self._there is None else [self._here, self._there]
        for point in (each for packets in lists for each in packets.points.values()):
            if not (isinstance(point, CaptureFile) and point.find_again()):
                return False
        while self.work():
            pass
        self.past = self._began if self.shown else ""
        return bool(self.past)

    def resume(self) -> None:
        """Go on with the lab as it is."""
        other = self.other
        self.close()
        self._picked = None
        self._open(self.chosen)
        self.compare(other)
        self._here.grow()

    def work(self) -> bool:
        """A portion of what is to be done; whether there is more."""
        if not self._here.complete:
            self._here.grow(self._here.total + 20_000)
        more = self._here.search() or not self._here.complete
        if self._there is not None and self._crossings is None and not more:
            self._there.grow()
            if self._there.search():
                return True
            self._align()
        return more

    def finish(self) -> bool:
        """Take in what has come and do all of it; whether the list is another one now."""
        fresh = self.refresh()
        while self.work():
            pass
        return fresh

    def _align(self) -> None:
        assert self._there is not None
        here, there = (_sightings(each) for each in (self._here, self._there))
        self._crossings = align(here, there)
        self.version += 1

    # ---- what is shown

    @property
    def trouble(self) -> str:
        too_many = max(self._here.total, self._there.total) > MOST_COMPARED if self._there else 0
        limit = f"Only the first {MOST_COMPARED:,} packets are compared." if too_many else ""
        return f"{self._here.trouble} {limit}".strip()

    @property
    def counts(self) -> dict[str, int]:
        here = self._here
        done = 100 if here.complete else 100 * here.searched // max(here.total, 1)
        return {"shown": self.shown, "total": here.total, "done": done, "version": self.version}

    @property
    def shown(self) -> int:
        if self.other:
            return len(self._crossings or ())
        return self._here.shown

    @property
    def columns(self) -> list[str]:
        if self.other:
            names = [self.chosen[0], self.other]
            return ["", *names, "What changed", "Source", "Destination", "Protocol", "Time"]
        where = ["Point"] if len(self.chosen) > 1 else []
        return ["", "No.", "Time", *where, "Source", "Destination", "Protocol", "Bytes", "Info"]

    def rows(self, first: int, count: int) -> list[list[str]]:
        """Lines as they are shown; the first string is what the line is about."""
        if self.other:
            crossings = (self._crossings or [])[max(first, 0) : first + count]
            return [self._crossing(each) for each in crossings]
        return [self._line(row) for row in self._here.rows(first, count)]

    def _line(self, row: Row) -> list[str]:
        where = [row.point] if len(self.chosen) > 1 else []
        seen = row.summary
        return [
            row.about, str(row.number), f"{row.seconds:.6f}", *where, seen.source,
            seen.destination, seen.protocol, str(seen.length), row.info,
        ]  # fmt: skip

    def _crossing(self, crossing: Crossing) -> list[str]:
        if crossing.here is not None:
            row = self._here.row(crossing.here.number)
        else:
            assert self._there is not None and crossing.there is not None
            row = self._there.row(crossing.there.number)
        if crossing.here is None or crossing.there is None:
            told = f"only at {self.chosen[0] if crossing.here else self.other}"
        else:
            way = "→" if crossing.here.time <= crossing.there.time else "←"
            told = f"{way} {', '.join(crossing.changes) or 'nothing'}"
        numbers = [str(each.number) if each else "–" for each in (crossing.here, crossing.there)]
        seen = row.summary
        first = min(each.time for each in (crossing.here, crossing.there) if each is not None)
        seconds = (first - (self._here.first or 0)) / 1e6
        return [
            row.about, *numbers, told, seen.source, seen.destination, seen.protocol,
            f"{seconds:.6f}",
        ]  # fmt: skip

    def place(self, number: int) -> int:
        """Where the packet with this number is shown.  Raises LookupError."""
        place = number - 1 if self.other else self._here.place(number)
        if place is None or not 0 <= place < self.shown:
            raise LookupError(f"there is no packet {number} in this list")
        return place

    def detail(self, place: int) -> tuple[dict[str, Any], list[bytes]]:
        """The layers of a line's packet (of both, where points are compared), and the bytes."""
        self._picked = None
        if 0 <= place < self.shown:
            self._picked = place if self.other else self._here.number(place)
        return self.again()

    @property
    def selected(self) -> int:
        """Where the packet that was picked is in what is shown now; -1: nowhere."""
        if self._picked is None:
            return -1
        place = self._picked if self.other else self._here.place(self._picked)
        return -1 if place is None else place

    def again(self) -> tuple[dict[str, Any], list[bytes]]:
        """The details of the packet that was picked, as they are now."""
        packets: list[dict[str, Any]] = []
        buffers: list[bytes] = []
        for point, number, taken in self._taken():
            packets.append(
                {
                    "point": point,
                    "number": number,
                    "names": [name for name, _ in taken.buffers],
                    "first": len(buffers),
                    "layers": _layers(taken),
                    "stream": "tcp" in taken.protocols,
                }
            )
            buffers += [data for _, data in taken.buffers]
        return {"packets": packets}, buffers

    def _taken(self) -> list[tuple[str, int, Dissection]]:
        number = self._picked
        if number is None:
            return []
        if self.other:
            if self._crossings is None or number >= len(self._crossings):
                return []
            crossing = self._crossings[number]
            ends = ((self.chosen[0], crossing.here), (self.other, crossing.there))
            return [(name, each.number, each.taken) for name, each in ends if each is not None]
        return [(self._here.row(number).point, number, self._here.dissection(number))]

    def packing(self) -> Packing:
        """The packet that was picked, as the account of bytes asks for it; opened for that, where
        there are keys, since padding hides how long it was.

        Raises LookupError where none was, ValueError for one of which there is no account.
        """
        picked = self._taken()
        if not picked:
            raise LookupError("no packet is selected")
        taken = picked[0][2]
        if not self._source.has_keys:
            return packing_of(taken)
        secrets = keys_of(self._source)
        return packing_of(dissect(taken.buffers[0][1], Keys(secrets)), secrets)

    def stream(self, number: int) -> str:
        """What was said in the TCP connection of a packet.  Raises LookupError."""
        packets = (self._here.dissection(each) for each in range(1, self._here.total + 1))
        return follow(self._here.dissection(number), packets)

    def save(self, path: Path) -> None:
        """Write what is shown as pcap, as it was captured.  Raises OSError."""
        with PcapWriter(path) as writer:
            for place in range(self._here.shown):
                packet = self._here.packet(self._here.number(place))
                writer.write(packet.time, packet.data)

    def report(self, head: str) -> str:
        """The end of the list and the selected packet, as text."""
        asked = f", filter {self._filter}" if self._filter else ""
        against = f" compared with {self.other}" if self.other else ""
        opened = ", opened with the lab's keys" if self.opens else ""
        shown, total = self.shown, self._here.total
        count = f"{shown} lines" if self.other else f"{shown} of {total} packets"
        first = max(shown - SHOWN_IN_REPORT, 0)
        lines = [["", *self.columns[1:]], *self.rows(first, SHOWN_IN_REPORT)]
        lines[1:] = [[MARKS.get(each[0], ""), *map(_harmless, each[1:])] for each in lines[1:]]
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        text = [f"{head}{against}: {count}{asked}{opened}"]
        text += [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        for point, number, taken in self._taken():
            text += ["", f"packet {number} at {point}", *map(_harmless_lines, taken.layers)]
        return "\n".join(text)


def _close(packets: PacketList | None) -> None:
    for each in packets.points.values() if packets is not None else ():
        each.close()


def _sightings(packets: PacketList) -> list[Sighting]:
    places = range(min(packets.shown, MOST_COMPARED))
    numbers = [packets.number(place) for place in places]
    return [Sighting(each, packets.packet(each).time, packets.dissection(each)) for each in numbers]


def _layers(taken: Dissection) -> list[dict[str, Any]]:
    """For the screen; a field is [depth, label, text, name, start, end]."""
    left = MOST_FIELDS
    found = []
    for layer in taken.layers:
        rows = [
            [depth, each.label, each.text, each.name, each.start, each.end]
            for depth, each in flatten(layer.fields)
        ][:left]
        left -= len(rows)
        found.append(
            {
                "title": layer.title,
                "buffer": layer.buffer,
                "start": layer.start,
                "end": layer.end,
                "fields": rows,
            }
        )
    return found


def _harmless_lines(layer: Layer) -> str:
    return "\n".join(_harmless(line) for line in str(layer).split("\n"))


def _harmless(text: str) -> str:
    return "".join(each if each.isprintable() else "." for each in text)
