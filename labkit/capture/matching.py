"""Which frames a display filter chooses, taking apart as few as it must.

Frames with the same layers at the same places have one shape, whatever their bytes say; a hundred
thousand packets have some dozen.  A filter is first asked about a shape, and where that decides it,
about none of its frames; else only the layers that it names read their fields.  Knows no files.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from labkit.capture.display_filter import PROTOCOLS, Filter
from labkit.capture.fields import Value
from labkit.capture.layers import FRAME, Dissection, Layer
from labkit.capture.protocols import ALIASES

UNKNOWN = 0
MOST = 50_000
"""Shapes that are told apart; a capture made to have more is searched frame by frame."""
_HOLDERS = {"pweth": "pwethcw"}
"""Protocols whose fields Wireshark names otherwise."""


def holder(name: str) -> str:
    """The protocol that a field is of; "frame" for what every frame has."""
    prefix = name.partition(".")[0]
    return _HOLDERS.get(prefix, prefix)


@dataclass(slots=True)
class Candidate:
    """One frame as a filter looks at it; `number` counts from 1, `length` is that on the wire."""

    number: int
    dissection: Dissection
    length: int | None = None
    found: dict[str, list[Value]] = field(default_factory=dict)

    def holds(self, protocol: str) -> bool:
        return protocol == "frame" or protocol in self.dissection.protocols

    def values(self, name: str) -> list[Value]:
        if name not in self.found:
            self.found[name] = list(self._values(name))
        return self.found[name]

    def _values(self, name: str) -> Iterator[Value]:
        size = len(self.dissection.frame)
        if name.startswith("frame."):
            length = size if self.length is None else self.length
            yield {"frame.number": self.number, "frame.len": length}.get(name, size)
            return
        wanted = ALIASES.get(name, (name,))
        for layer in self.dissection.layers:
            if layer.protocol == holder(name):
                for each in wanted:
                    yield from layer.values(each)

    def contents(self, name: str) -> Iterator[Value]:
        if name == "frame":
            yield self.dissection.frame
        elif name in PROTOCOLS:
            layers = self.dissection.layers
            yield from (each.data[each.start :] for each in layers if each.protocol == name)
        else:
            yield from self.values(name)


class Undecided(Exception):
    """The frames of a shape differ in what is asked."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The layers of a frame from the outside: (protocol, start, end)."""

    layers: tuple[tuple[str, int, int], ...]
    opened: bool
    """Some of them are not in the frame: they were decrypted."""
    added: frozenset[str]
    """Protocols whose layers have fields that what is below added."""

    def holds(self, protocol: str) -> bool:
        return protocol == "frame" or any(each[0] == protocol for each in self.layers)

    def values(self, name: str) -> list[Value]:
        """None, where the protocol is not there at all; else raises Undecided."""
        if self.holds(holder(name)):
            raise Undecided
        return []

    contents = values

    def rebuilt(self, frame: bytes, wanted: frozenset[str]) -> Dissection | None:
        """The layers of some protocols of a frame of this shape; None where their places do not
        say everything, and the frame must be taken apart."""
        if self.opened or self.added & wanted:
            return None
        layers = [Layer(each[0], frame, 0, *each[1:]) for each in self.layers if each[0] in wanted]
        return Dissection(layers, [(FRAME, frame)])


def decided(chosen: Filter, shape: Shape) -> bool | None:
    """Whether a filter chooses every frame of a shape (True), or none of them (False); None: it
    must look into each."""
    try:
        return chosen.test(shape)
    except Undecided:
        return None


class Shapes:
    """The shapes of the packets 1, 2, 3 … as far as they were looked at."""

    def __init__(self) -> None:
        self._numbers: dict[Shape, int] = {}
        self._shapes: list[Shape | None] = [None]
        self._of = array("L")

    @property
    def known(self) -> int:
        """How many packets were looked at."""
        return len(self._of)

    def of(self, number: int) -> tuple[int, Shape | None]:
        """The shape of a packet that was looked at, and its number; UNKNOWN and None if it has
        none."""
        index = self._of[number - 1]
        return index, self._shapes[index]

    def add(self, taken: Dissection) -> None:
        """Take the next packet."""
        layers = taken.layers
        shape = Shape(
            tuple((each.protocol, each.start, each.end) for each in layers),
            len(taken.buffers) > 1,
            frozenset(each.protocol for each in layers if each.extra),
        )
        index = self._numbers.get(shape)
        if index is None:
            index = UNKNOWN
            if len(self._shapes) < MOST:
                index = self._numbers[shape] = len(self._shapes)
                self._shapes.append(shape)
        self._of.append(index)
