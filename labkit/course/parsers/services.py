"""SR OS services: `service-using`, `sap-using`, `service sdp`, `service id N base` and `sdp`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SERVICE = re.compile(
    r"^(?P<id>\d+) +(?P<type>[A-Za-z]\S*) +(?P<admin>Up|Down) +(?P<oper>Up|Down) +\d+ *"
    r"(?P<name>.*?) *$",
    re.MULTILINE,
)
_SAP = re.compile(
    r"^(?P<sap>\d\S*) +(?P<service>\d+)(?: +\S+){4} +(?P<admin>Up|Down) +(?P<oper>Up|Down)",
    re.MULTILINE,
)
_SDP = re.compile(
    r"^(?P<id>\d+) +\d+ +\d+ +(?P<far>[\d.]+) +(?P<admin>Up|Down) +(?P<oper>Up|Down\S*) +"
    r"(?P<delivery>\S+) +(?P<lsp>\S+) +(?P<signalling>\S+)",
    re.MULTILINE,
)
_BINDING = re.compile(
    r"^(?P<id>\d+:\d+) +(?P<type>\S+) +(?P<far>[\d.]+) +(?P<admin>Up|Down) +(?P<oper>Up|Down) +"
    r"(?P<ingress>\S+) +(?P<egress>\S+)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Service:
    id: int
    kind: str
    admin: str
    oper: str
    name: str


@dataclass(frozen=True, slots=True)
class Sap:
    id: str
    service: int
    admin: str
    oper: str


@dataclass(frozen=True, slots=True)
class Sdp:
    id: int
    far_end: str
    admin: str
    oper: str
    delivery: str
    signalling: str


@dataclass(frozen=True, slots=True)
class Binding:
    """An SDP in a service, `12:101`, with the labels of its pseudowire (None: none yet)."""

    id: str
    far_end: str
    admin: str
    oper: str
    ingress_label: int | None
    egress_label: int | None


def services(text: str) -> list[Service]:
    """Read `show service service-using`."""
    return [
        Service(int(m["id"]), m["type"].lower(), m["admin"], m["oper"], m["name"])
        for m in _SERVICE.finditer(text)
    ]


def service_state(text: str) -> tuple[str, str] | None:
    """Read `show service id N base`: admin and oper state."""
    found = re.search(r"Admin State +: (\S+) +Oper State +: (\S+)", text)
    return (found[1], found[2]) if found else None


def saps(text: str) -> list[Sap]:
    """Read `show service sap-using`."""
    return [Sap(m["sap"], int(m["service"]), m["admin"], m["oper"]) for m in _SAP.finditer(text)]


def sdps(text: str) -> list[Sdp]:
    """Read `show service sdp`."""
    return [
        Sdp(int(m["id"]), m["far"], m["admin"], m["oper"], m["delivery"], m["signalling"])
        for m in _SDP.finditer(text)
    ]


def bindings(text: str) -> list[Binding]:
    """Read `show service id N sdp`."""
    return [
        Binding(m["id"], m["far"], m["admin"], m["oper"], _label(m["ingress"]), _label(m["egress"]))
        for m in _BINDING.finditer(text)
    ]


def _label(text: str) -> int | None:
    return int(text) if text.isdigit() and int(text) > 0 else None
