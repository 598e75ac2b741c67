"""The running configuration: how IOS shows it, what a line of it says, and how it begins.

Must not know devices or time; the caller gives the text of the `Last configuration change` line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from labkit.sim.model.config import Line

FACTORY = """\
version 15.6
service timestamps debug datetime msec
service timestamps log datetime msec
no service password-encryption
hostname Router
boot-start-marker
boot-end-marker
no aaa new-model
ip cef
no ipv6 cef
multilink bundle-name authenticated
redundancy
ip forward-protocol nd
no ip http server
no ip http secure-server
control-plane
line con 0
line aux 0
line vty 0 4
 login
 transport input none
"""
EXCEPTION_SIZE = 8192
"""Bytes kept of the log of a crash."""
_PORT = """\
interface {name}
 no ip address
 shutdown
 duplex auto
 speed auto
 media-type rj45
"""
_APART = {150, 160, 230}
"""Groups whose sections stand apart from each other, by `!`."""
_TOGETHER = {(20, 21), (45, 46), (50, 45), (120, 121), (121, 122), (122, 123), (130, 131),
             (70, 71), (71, 72), (70, 72), (72, 74), (180, 181), (170, 170), (131, 135),
             (10, 20), (181, 185), (181, 190), (185, 190), (130, 135), (120, 122)}  # fmt: skip
"""Groups that follow each other without `!`."""


def told(section: Line, key: str, name: str, default: Any = None) -> Any:
    """A value of the line with `key`; the default if the line is not there or is switched off."""
    line = section.find(key)
    return default if line is None else line.values.get(name, default)


def factory(ports: Iterable[str]) -> list[str]:
    """The lines of a router without a configuration."""
    return [*FACTORY.splitlines(), *"".join(_PORT.format(name=p) for p in ports).splitlines()]


def body(tree: Line) -> Iterator[str]:
    """The configuration's lines, with IOS's exclamation marks between its parts."""
    before: Line | None = None
    for line in tree.children:
        if before is not None and _parted(before, line):
            yield "!"
        yield from line.text.split("\n")
        for depth, inside in line.walk():
            yield " " * (depth + 1) + inside.text
        before = line
    yield "!"
    yield "end"


def _parted(before: Line, line: Line) -> bool:
    one, other = before.order[0], line.order[0]
    if one == other:
        return one in _APART or (one in (120, 141, 135) and bool(before.children) and one != 135)
    return (one, other) not in _TOGETHER


def whole(tree: Line, changed: str) -> list[str]:
    """What `show running-config` prints."""
    lines = ["!", *([f"! {changed}"] if changed else []), "!", *body(tree)]
    size = sum(len(line) + 1 for line in lines)
    return ["Building configuration...", "", f"Current configuration : {size} bytes", *lines, ""]
