"""The provider's SR OS routers: SDPs and where they are bound, VRRP, mirrors and their debugging.

`show service sdp` and `show service id N sdp`, `show router [100] vrrp instance`, `show mirror
mirror-dest N` and `show debug`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.course.parsers import rows, sections

_STATES = re.compile(r"Admin State +: (\S+) +Oper State +: (\S+)")
_SDP = re.compile(
    r"^(?P<id>\d+) +\d+ +\d+ +(?P<far_end>[\d.]+) +(?:Up|Down) +(?P<oper>Up|Down\S*) +"
    r"\S+ +\S+ +\S+",
    re.MULTILINE,
)
_BINDING = re.compile(
    r"^(?P<id>\d+:\d+) +\S+ +[\d.]+ +(?:Up|Down) +(?P<oper>Up|Down) +"
    r"(?P<ingress_label>\S+) +(?P<egress_label>\S+)",
    re.MULTILINE,
)
_VRRP = re.compile(
    r"^\S+ +(?P<vrid>\d+) +(?:Yes|No) +\S+ +(?P<state>[A-Z]\S*) +"
    r"\d+ .*\n +IP\S* +\S+ +\S+ +(?P<priority>\d+|n/a)",
    re.MULTILINE,
)
_BACKUP = re.compile(r"^ +Backup Addr: (\S+)", re.MULTILINE)
_MIRROR_SDP = re.compile(r"^(\d+:\d+) +[\d.]+ +\S+ +\S+ +\S+", re.MULTILINE)
_MIRROR_REMOTE = re.compile(r"^([\d.]+) +\d+ *$", re.MULTILINE)
_MIRROR_PORT = re.compile(r"^-Port +(\S+) +(?:Egr|Ing| )+? *$", re.MULTILINE)
_DEBUG_MIRROR = re.compile(r"^ +mirror-source (\d+)$", re.MULTILINE)
_DEBUG_PORT = re.compile(r"^ +port (\S+) ([\w ]+?) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sdp:
    id: int
    far_end: str
    oper: str


@dataclass(frozen=True, slots=True)
class Binding:
    """An SDP in a service, `12:101`, with the labels of its pseudowire (None: none yet)."""

    id: str
    oper: str
    ingress_label: int | None
    egress_label: int | None


@dataclass(frozen=True, slots=True)
class VrrpInstance:
    """A virtual router: `state` Master, Backup or Init; `priority` the one in use."""

    vrid: int
    state: str
    priority: int
    backup: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MirrorDest:
    """One end of a mirror service."""

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


def sdps(text: str) -> list[Sdp]:
    """Read `show service sdp`."""
    return rows(text, _SDP, Sdp)


def bindings(text: str) -> list[Binding]:
    """Read `show service id N sdp`."""
    return rows(text, _BINDING, Binding)


def vrrp_instances(text: str) -> list[VrrpInstance]:
    """Read `show router [100] vrrp instance`."""
    return [
        VrrpInstance(
            int(row["vrid"]),
            row["state"],
            int(row["priority"]) if row["priority"].isdigit() else 0,
            tuple(_BACKUP.findall(below)),
        )
        for row, below in sections(text, _VRRP)
    ]


def mirror_dest(text: str) -> MirrorDest | None:
    """Read `show mirror mirror-dest N`; None where there is none."""
    state = _STATES.search(text)
    if state is None:
        return None
    sap = re.search(r"Destination SAP +: (\S+)", text)
    return MirrorDest(
        state[1],
        state[2],
        sap[1] if sap else None,
        tuple(_MIRROR_SDP.findall(text)),
        tuple(_MIRROR_REMOTE.findall(text)),
        tuple(_MIRROR_PORT.findall(text)),
    )


def mirror_sources(text: str) -> list[MirrorSource]:
    """Read the mirror sources of SR OS `show debug`."""
    found: list[MirrorSource] = []
    for service, body in sections(text, _DEBUG_MIRROR):
        body = re.split(r"^ {4}exit", body, maxsplit=1, flags=re.MULTILINE)[0]
        if re.search(r"^ +shutdown", body, re.MULTILINE):
            continue
        found += [
            MirrorSource(int(service[1]), m[1], tuple(m[2].split()))
            for m in _DEBUG_PORT.finditer(body)
        ]
    return found
