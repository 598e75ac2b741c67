"""What kinds of frames a capture has, so that a filter need take few of them apart.

Frames with the same layers at the same places have one shape, whatever their bytes say; a hundred
thousand packets have some dozen.  A filter is first asked about a shape, and where that decides
it, about none of its frames.  Knows layers and places; must not know files or filters.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from labkit.capture.dissect import FRAME, Dissection, Layer

UNKNOWN = 0
MOST = 50_000
"""Shapes that are told apart; a capture made to have more is searched frame by frame."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The layers of a frame from the outside: (protocol, start, end)."""

    layers: tuple[tuple[str, int, int], ...]
    opened: bool
    """Some of them are not in the frame: they were decrypted."""
    added: frozenset[str]
    """Protocols whose layers have fields that what is below added."""

    @property
    def protocols(self) -> frozenset[str]:
        return frozenset(protocol for protocol, _, _ in self.layers)

    def rebuilt(self, frame: bytes, wanted: frozenset[str]) -> Dissection | None:
        """The layers of some protocols of a frame of this shape; None where their places do not
        say everything, and the frame must be taken apart."""
        if self.opened or self.added & wanted:
            return None
        layers = [
            Layer(protocol, frame, 0, start, end)
            for protocol, start, end in self.layers
            if protocol in wanted
        ]
        return Dissection(layers, [(FRAME, frame)])


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
