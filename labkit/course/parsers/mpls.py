"""SR OS LSPs: `show router mpls lsp` and `show router mpls lsp path detail`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.course.parsers.text import sections

_LSP = re.compile(
    r"^(?P<name>\S+) +(?P<tunnel>\d+) +(?:Yes|No|N/A) +(?P<admin>Up|Dwn|Down) +"
    r"(?P<oper>Up|Dwn|Down) *\n +(?P<to>[\d.]+)",
    re.MULTILINE,
)
_PATH = re.compile(r"^LSP (\S+) Path ", re.MULTILINE)
_HOP = re.compile(
    r"^ +(?:-> )?(?:[\d.]+ *\()?(?P<address>\d+\.\d+\.\d+\.\d+)\S*(?: \(\S+\))? +"
    r"Record Label +: (?P<label>\S+)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Lsp:
    name: str
    tunnel: int
    to: str
    admin: str
    oper: str


@dataclass(frozen=True, slots=True)
class LspPath:
    """Where an LSP goes: the hops' system addresses where they are shown, and the label towards
    each (None: unknown)."""

    name: str
    port: str
    label: int | None
    hops: tuple[tuple[str, int | None], ...]


def lsps(text: str) -> list[Lsp]:
    """Read `show router mpls lsp`."""
    return [
        Lsp(m["name"], int(m["tunnel"]), m["to"], m["admin"], m["oper"])
        for m in _LSP.finditer(text)
    ]


def lsp_paths(text: str) -> list[LspPath]:
    """Read `show router mpls lsp path detail`."""
    found = []
    for heading, body in sections(text, _PATH):
        out = re.search(r"OutInterface +: (\S+) +Out Label +: (\S+)", body)
        hops = tuple((m["address"], _label(m["label"])) for m in _HOP.finditer(body))
        found.append(
            LspPath(heading[1], out[1] if out else "", _label(out[2]) if out else None, hops)
        )
    return found


def _label(text: str) -> int | None:
    return int(text) if text.isdigit() else None
