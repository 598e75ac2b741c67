"""What a dissected frame is: layers, each a place in a buffer, and the buffers they lie in.

A layer reads its fields when it is asked for them, and one field alone where its place is fixed:
a list of many frames asks few of each.  Everything that shows or chooses frames asks here: the
rows of a list, Kali's tcpdump, display filters, the trees with their bytes.  What was decrypted
is a buffer of its own, so every field still says which bytes it came from.  Raises nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from labkit.protocols.fields import FIXED, READERS, TELLING
from labkit.protocols.fields.field import Field, Value, value, values

FRAME = "Frame"
_V = TypeVar("_V", bound=Value)


@dataclass(slots=True)
class Layer:
    """One layer: `start` to `end` of buffer number `buffer`, by Wireshark's name of it."""

    protocol: str
    data: bytes = field(repr=False)
    buffer: int
    start: int
    end: int
    extra: list[Field] = field(default_factory=list, repr=False)
    """Fields that what is below adds to it."""
    ready: list[Field] | None = field(default=None, repr=False)

    @property
    def fields(self) -> list[Field]:
        """The fields in the order of the wire."""
        if self.ready is None:
            read = READERS[self.protocol][1]
            self.ready = [*read(self.data, self.start, self.end), *self.extra]
        return self.ready

    def values(self, name: str) -> Sequence[Value]:
        """All values of a field; reads no other one where its place is fixed."""
        spec = FIXED.get(name)
        if spec is not None:
            return values(spec, self.data, self.start, self.end)
        return [each.value for _, each in flatten(self.fields) if each.name == name]

    def value(self, name: str, missing: _V) -> _V:
        """A field whose place is fixed; `missing`, which is of its kind, where it is not there."""
        spec = FIXED[name]
        if self.start + spec.offset + spec.size > self.end:
            return missing
        return cast(_V, value(spec, self.data, self.start))

    @property
    def title(self) -> str:
        """What it is and its most telling fields, on one line."""
        name = READERS[self.protocol][0]
        told = [
            f"{each.label.lower()} {each.text}"
            for each in self.fields
            if each.name in TELLING.get(self.protocol, ())
        ]
        return f"{name}: {', '.join(told)}" if told else name

    def __str__(self) -> str:
        return "\n".join([self.title, *_lines(self.fields, "    ")])


@dataclass(frozen=True, slots=True)
class Dissection:
    """The layers from the outside, and the buffers that they lie in: (name, bytes)."""

    layers: list[Layer]
    buffers: list[tuple[str, bytes]]

    @property
    def frame(self) -> bytes:
        """What was taken apart."""
        return self.buffers[0][1]

    @property
    def protocols(self) -> list[str]:
        """Wireshark's names of the layers, from the outside."""
        return [layer.protocol for layer in self.layers]

    def first(self, protocol: str) -> int | None:
        """The number of the outermost layer of a protocol."""
        return next((n for n, each in enumerate(self.layers) if each.protocol == protocol), None)


def packet_end(ip: Layer) -> int:
    """Where the packet of an IPv4 layer ends, as far as it was captured; padding is none of it."""
    total = int.from_bytes(ip.data[ip.start + 2 : ip.start + 4], "big")
    whole = ip.start + total >= ip.end
    return min(ip.start + total, len(ip.data)) if whole else len(ip.data)


def flatten(fields: Sequence[Field], depth: int = 0) -> Iterator[tuple[int, Field]]:
    """Every field with its depth, parents before children."""
    for each in fields:
        yield depth, each
        yield from flatten(each.children, depth + 1)


def _lines(fields: list[Field], indent: str) -> Iterator[str]:
    for depth, each in flatten(fields):
        yield f"{indent}{'    ' * depth}{each.label}{': ' if each.text else ''}{each.text}"
