"""Which frames a display filter chooses.

A frame is taken apart once, and only the layers that the filter names read their fields.  Knows
the filter's tree and frames; must not know files.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any as Anything

from labkit.capture import display_filter as language
from labkit.capture.display_filter import Node
from labkit.capture.dissect import Dissection, flatten
from labkit.capture.fields import Value
from labkit.capture.protocols import ALIASES

_ORDER: dict[str, Callable[[Anything, Anything], bool]] = {
    "==": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "~=": operator.ne, "!=": operator.ne,
}  # fmt: skip
_HOLDERS = {"pweth": "pwethcw"}
"""Protocols whose fields Wireshark names otherwise."""


class Candidate:
    """One frame as a filter looks at it; `number` counts from 1, `length` is that on the wire."""

    __slots__ = ("_found", "dissection", "length", "number")

    def __init__(self, number: int, dissection: Dissection, length: int | None = None) -> None:
        self.number = number
        self.dissection = dissection
        frame = dissection.buffers[0][1]
        self.length = len(frame) if length is None else length
        self._found: dict[str, list[Value]] = {}

    def holds(self, protocol: str) -> bool:
        """Whether the protocol is anywhere in the frame."""
        return protocol == "frame" or protocol in self.dissection.protocols

    def values(self, name: str) -> list[Value]:
        """All values of a field, from the outside."""
        if name not in self._found:
            self._found[name] = list(self._values(name))
        return self._found[name]

    def _values(self, name: str) -> Iterator[Value]:
        match name:
            case "frame.number":
                yield self.number
            case "frame.len":
                yield self.length
            case "frame.cap_len":
                yield len(self.dissection.buffers[0][1])
            case _:
                wanted = ALIASES.get(name, (name,))
                prefix = name.partition(".")[0]
                holder = _HOLDERS.get(prefix, prefix)
                for layer in self.dissection.layers:
                    if layer.protocol == holder:
                        for _, field in flatten(layer.fields):
                            if field.name in wanted:
                                yield field.value

    def contents(self, name: str) -> Iterator[Value]:
        """What `contains` looks into: a field's values, or a protocol's bytes and all within."""
        if name == "frame":
            yield self.dissection.buffers[0][1]
        elif name in language.PROTOCOLS:
            for layer in self.dissection.layers:
                if layer.protocol == name:
                    yield layer.data[layer.start :]
        else:
            yield from self.values(name)


def matches(node: Node | None, frame: Candidate) -> bool:
    """Whether the filter chooses the frame; an empty one chooses all."""
    match node:
        case None:
            return True
        case language.Present(name):
            return frame.holds(name) if name in language.PROTOCOLS else bool(frame.values(name))
        case language.Not(operand):
            return not matches(operand, frame)
        case language.All(operands):
            return all(matches(each, frame) for each in operands)
        case language.Any(operands):
            return any(matches(each, frame) for each in operands)
        case language.Between(name, low, high):
            return any(low <= value <= high for value in frame.values(name))  # type: ignore[operator]
        case language.Compare():
            return _compares(node, frame)


def _compares(node: language.Compare, frame: Candidate) -> bool:
    if node.operator == "contains":
        return any(node.values[0] in content for content in frame.contents(node.name))  # type: ignore[operator]
    wanted = frame.values(node.other) if node.other else node.values
    found = frame.values(node.name)
    results = (_one(node.operator, value, other) for value in found for other in wanted)
    if node.operator == "!=":
        return bool(found) and bool(wanted) and all(results)
    return any(results)


def _one(sign: str, value: Value, wanted: Anything) -> bool:
    if isinstance(wanted, IPv4Network):
        if not isinstance(value, IPv4Address):
            return False
        value = IPv4Address(int(value) & int(wanted.netmask))
        wanted = wanted.network_address
    if type(value) is not type(wanted):
        return sign in ("!=", "~=")
    return _ORDER[sign](value, wanted)
