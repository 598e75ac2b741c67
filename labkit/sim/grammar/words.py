"""Kinds of words that stand for a value: numbers, addresses, names.

A `Kind` says how a word is read (`parse`: the value, or `Unfit` with the first bad character),
how help names it, and whether it swallows the rest of the line.  A platform makes a registry of
its own with `STANDARD | {...}`.  Must not know commands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any


class Unfit(ValueError):
    """A word is not of this kind; `offset` is its first bad character."""

    def __init__(self, offset: int = 0) -> None:
        super().__init__(offset)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value."""

    label: str
    """How help writes it: A.B.C.D, WORD, <1-10000>."""
    parse: Callable[[str], Any]
    """From a word to its value, whose `str` is the canonical form.  Raises Unfit."""
    help: str = ""
    rest: bool = False
    """Takes the rest of the line, spaces and all."""
    weak: bool = False
    """Fits nearly anything, so that an abbreviated keyword is preferred."""
    joined: bool = False
    """May be typed as two words, a name and a number (`Loopback 0`)."""
    quoted: bool = False
    """Written between quotes."""
    order: Callable[[str], Any] = str
    """What values of this kind are ordered by, from their canonical text."""


def number(low: int, high: int) -> Kind:
    """A whole number from `low` to `high`."""

    def parse(word: str) -> int:
        digits = len(word) - len(word.lstrip("0123456789"))
        if digits < len(word):
            raise Unfit(digits)
        if not low <= int(word) <= high:
            raise Unfit
        return int(word)

    return Kind(f"<{low}-{high}>", parse, order=int)


def address(word: str) -> IPv4Address:
    """A dotted quad.  Raises Unfit at the first octet or character that is wrong."""
    at = 0
    octets = word.split(".")
    for index, octet in enumerate(octets):
        digits = len(octet) - len(octet.lstrip("0123456789"))
        if digits < len(octet) or index > 3:
            raise Unfit(at + digits if index <= 3 else at - 1)
        if octet and int(octet) > 255:
            raise Unfit(at + next(n for n in range(len(octet)) if int(octet[: n + 1]) > 255))
        at += len(octet) + 1
    if len(octets) != 4 or not all(octets):
        raise Unfit(len(word))
    return IPv4Address(".".join(str(int(octet)) for octet in octets))


def prefix(word: str) -> IPv4Network:
    """`A.B.C.D/len`; host bits are zeroed.  Raises Unfit."""
    quad, slash, length = word.partition("/")
    network = address(quad)
    if not slash:
        raise Unfit(len(word))
    bits = len(length) - len(length.lstrip("0123456789"))
    if not length or bits < len(length) or int(length) > 32:
        raise Unfit(len(quad) + 1 + (bits if bits < len(length) else 0))
    return IPv4Network((network, int(length)), strict=False)


STANDARD: Mapping[str, Kind] = {
    "ipv4": Kind("A.B.C.D", address, "IP address"),
    "mask": Kind("A.B.C.D", address, "IP subnet mask"),
    "wildcard": Kind("A.B.C.D", address, "Wildcard bits"),
    "prefix": Kind("A.B.C.D/nn", prefix, "IP prefix <network>/<length>"),
    "word": Kind("WORD", str, "", weak=True),
    "line": Kind("LINE", str, "", rest=True, weak=True),
}

_RANGE = re.compile(r"(\d+)-(\d+)")


def find(name: str, kinds: Mapping[str, Kind]) -> Kind:
    """The kind called `name`, or the range `low-high`.  Raises KeyError for an unknown one."""
    span = _RANGE.fullmatch(name)
    return number(int(span[1]), int(span[2])) if span else kinds[name]
