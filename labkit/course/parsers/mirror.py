"""SR OS mirror services and debugging: `show mirror mirror-dest N`, `show debug`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.course.parsers.text import sections

_MIRROR = re.compile(r"^ +mirror-source (\d+)$", re.MULTILINE)
_SDP = re.compile(r"^(?P<sdp>\d+:\d+) +(?P<far>[\d.]+) +\S+ +(?P<label>\S+) +\S+", re.MULTILINE)
_REMOTE = re.compile(r"^(?P<far>[\d.]+) +(?P<label>\d+) *$", re.MULTILINE)
_PORT = re.compile(r"^-Port +(?P<port>\S+) +(?P<ways>(?:Egr|Ing| )+?) *$", re.MULTILINE)
_SOURCE = re.compile(r"^ +port (\S+) ([\w ]+?) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MirrorDest:
    """One end of a mirror service."""

    service: int
    admin: str
    oper: str
    sap: str | None
    sdps: tuple[str, ...]
    remote_sources: tuple[str, ...]
    """Far ends that the copies are taken from."""
    ports: tuple[str, ...]
    """Ports that are mirrored here."""


@dataclass(frozen=True, slots=True)
class MirrorSource:
    """`debug mirror-source`: what is copied into which service."""

    service: int
    port: str
    ways: tuple[str, ...]


def mirror_dest(text: str) -> MirrorDest | None:
    """Read `show mirror mirror-dest N`; None where there is none."""
    service = re.search(r"Service Id +: (\d+)", text)
    state = re.search(r"Admin State +: (\S+) +Oper State +: (\S+)", text)
    if service is None or state is None:
        return None
    sap = re.search(r"Destination SAP +: (\S+)", text)
    return MirrorDest(
        int(service[1]),
        state[1],
        state[2],
        sap[1] if sap else None,
        tuple(m["sdp"] for m in _SDP.finditer(text)),
        tuple(m["far"] for m in _REMOTE.finditer(text)),
        tuple(m["port"] for m in _PORT.finditer(text)),
    )


def mirror_sources(text: str) -> list[MirrorSource]:
    """Read the mirror sources of SR OS `show debug`."""
    found: list[MirrorSource] = []
    for service, body in sections(text, _MIRROR):
        body = re.split(r"^ {4}exit", body, maxsplit=1, flags=re.MULTILINE)[0]
        if re.search(r"^ +shutdown", body, re.MULTILINE):
            continue
        found += [
            MirrorSource(int(service[1]), m[1], tuple(m[2].split())) for m in _SOURCE.finditer(body)
        ]
    return found
