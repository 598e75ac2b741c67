"""Which frames a display filter chooses.

A frame is taken apart once, and only the layers that the filter names read their fields; often
the protocols alone decide (`decided`), and no frame is looked into.  Knows the filter's tree and
frames; must not know files.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Container, Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any as Anything

from labkit.capture import display_filter as language
from labkit.capture.display_filter import Node
from labkit.capture.dissect import Dissection, flatten
from labkit.capture.fields import Value, values
from labkit.capture.protocols import ALIASES, internet, link

_ORDER: dict[str, Callable[[Anything, Anything], bool]] = {
    "==": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "~=": operator.ne, "!=": operator.ne,
}  # fmt: skip
_HOLDERS = {"pweth": "pwethcw"}
"""Protocols whose fields Wireshark names otherwise."""
_FIXED = {
    spec.name: spec
    for table in (
        link.ETHERNET[:2], link.VLAN, link.MPLS, link.ARP, internet.IPV4, internet.ICMP,
        internet.UDP, internet.TCP, internet.ESP,
    )
    for spec in table
}  # fmt: skip
"""Fields that every layer of their protocol has, at the same place: no other need be read."""


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
                fixed = [_FIXED[each] for each in wanted if each in _FIXED]
                for layer in self.dissection.layers:
                    if layer.protocol != holder(name):
                        continue
                    if fixed:
                        for spec in fixed:
                            yield from values(spec, layer.data, layer.start, layer.end)
                    else:
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


def holder(name: str) -> str:
    """The protocol that a field is of; "frame" for what every frame has."""
    prefix = name.partition(".")[0]
    return _HOLDERS.get(prefix, prefix)


def names(node: Node | None) -> frozenset[str]:
    """The protocols that a filter looks into."""
    match node:
        case None:
            return frozenset()
        case language.Not(operand):
            return names(operand)
        case language.All(operands) | language.Any(operands):
            return frozenset().union(*map(names, operands))
        case language.Compare(name=name, other=other) if other:
            return frozenset((holder(name), holder(other)))
        case language.Present(name) | language.Compare(name=name) | language.Between(name=name):
            return frozenset((holder(name),))


def decided(node: Node | None, protocols: Container[str]) -> bool | None:
    """Whether the filter chooses every frame of these protocols (True), or none of them (False);
    None: it must look into each."""
    match node:
        case None:
            return True
        case language.Not(operand):
            found = decided(operand, protocols)
            return None if found is None else not found
        case language.All(operands):
            return _agreed([decided(each, protocols) for each in operands], all_of=True)
        case language.Any(operands):
            return _agreed([decided(each, protocols) for each in operands], all_of=False)
        case language.Present(name) if name in language.PROTOCOLS:
            return name == "frame" or name in protocols
    # A field of a protocol that is not there has no value, and nothing compares with none.
    missing = any(each != "frame" and each not in protocols for each in names(node))
    return False if missing else None


def _agreed(found: list[bool | None], *, all_of: bool) -> bool | None:
    if (not all_of) in found:
        return not all_of
    return None if None in found else all_of


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
