"""A frame as a display filter looks at it: only the layers that it names read their fields.

Knows no files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from labkit.capture.display_filter import PROTOCOLS
from labkit.capture.layers import Dissection
from labkit.protocols.fields import ALIASES
from labkit.protocols.fields.field import Value

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
