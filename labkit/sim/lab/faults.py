"""Faults: `data/faults/<id>.yaml`, what can be wrong with a lab that works.

    row: 3                # of the fault table; title, symptom: what a person may be told
    cause: ...            # this and `proof` spoil it; `decoy: true`: nothing is broken
    inject:               # how it comes in; `restore`, of the same form, takes it out
      config: {Site-A-GW-Router: ...}             # lines as a person types them
      links: {b-primary: {up: false}}             # fields of a LinkChange
      do: [{R6: clear ...}, {R6: [cmd, answer]}]  # commands, once all is configured
    breaks: [{that: predicate, with: {...}}]      # hold before and after, not while it is in
    shows: [...]          # hold while it is in: its symptoms
    spares: [...]         # hold throughout

Predicates are asked in this order.  Knows the form of the files; must not know what the lines
mean, who types them, or what a predicate is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from labkit import resources
from labkit.plain_yaml import YamlLoader
from labkit.sim.net.link import LinkChange

REFERENCE = "tunnel"
"""The checkpoint that faults are made for: everything works, and was just used."""
STEP_KEYS = {"config", "links", "do"}
WORDS = {"title", "cause", "proof"}
KEYS = {"row", "symptom", "decoy", "inject", "restore", "breaks", "shows", "spares"} | WORDS


class FaultError(ValueError):
    """There is no such fault, or it cannot be used; the message names the file."""


@dataclass(frozen=True, slots=True)
class Change:
    """Lines typed, links set, commands given, in this order.

    Whoever wants it undone has a change the other way.
    """

    config: Mapping[str, tuple[str, ...]]
    """Configuration lines by node, as a person types them."""
    links: Mapping[str, LinkChange]
    do: tuple[tuple[str, str, tuple[str, ...]], ...]
    """(node, command, answers to its questions)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A predicate of the course by its name, with its arguments."""

    that: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One file."""

    name: str
    row: int
    title: str
    symptom: tuple[str, ...]
    cause: str
    proof: str
    decoy: bool
    inject: Change
    restore: Change
    breaks: tuple[Asked, ...]
    shows: tuple[Asked, ...]
    spares: tuple[Asked, ...]


def names() -> list[str]:
    """Every fault's name, sorted."""
    return sorted(path.stem for path in resources.data("faults").glob("*.yaml"))


def load(name: str) -> Fault:
    """One fault by its name.  Raises FaultError."""
    if name not in names():
        raise FaultError(f"there is no fault {name!r}; `labkit faults` lists them")
    return read(resources.data("faults", f"{name}.yaml"))


def read(path: Path) -> Fault:
    """Read one file.  Raises FaultError for what is no fault, OSError."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=YamlLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FaultError(f"{path.name}: not YAML: {error}") from error
    _keys(path, document, KEYS)
    missing = sorted(key for key in WORDS if not isinstance(document.get(key), str))
    if missing or not isinstance(document.get("row"), int):
        raise FaultError(f"{path.name}: lacks {', '.join(missing or ['row'])}")
    injected, restored = (_change(path, document.get(key) or {}) for key in ("inject", "restore"))
    return Fault(
        name=path.stem,
        row=document["row"],
        title=document["title"].strip(),
        symptom=tuple(document.get("symptom") or ()),
        cause=document["cause"].strip(),
        proof=document["proof"].strip(),
        decoy=bool(document.get("decoy")),
        inject=injected,
        restore=restored,
        breaks=_asked(path, document.get("breaks")),
        shows=_asked(path, document.get("shows")),
        spares=_asked(path, document.get("spares")),
    )


def _asked(path: Path, entries: Any) -> tuple[Asked, ...]:
    for entry in entries or ():
        _keys(path, entry, {"that", "with"})
    return tuple(Asked(entry["that"], entry.get("with") or {}) for entry in entries or ())


def _change(path: Path, change: Any) -> Change:
    _keys(path, change, STEP_KEYS)
    config = {node: tuple(text.splitlines()) for node, text in (change.get("config") or {}).items()}
    do = [
        (node, *_typed(typed)) for entry in change.get("do") or () for node, typed in entry.items()
    ]
    try:
        links = {name: LinkChange(**state) for name, state in (change.get("links") or {}).items()}
    except (TypeError, ValueError) as error:
        raise FaultError(f"{path.name}: links: {error}") from error
    return Change(config, links, tuple(do))


def _typed(typed: str | Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A command alone, or with the answers to its questions."""
    command, *answers = [typed] if isinstance(typed, str) else typed
    return command, tuple(answers)


def _keys(path: Path, mapping: Any, known: set[str]) -> None:
    if not isinstance(mapping, dict):
        raise FaultError(f"{path.name}: no mapping where one is expected")
    if unknown := mapping.keys() - known:
        raise FaultError(f"{path.name}: unknown keys: {', '.join(sorted(map(str, unknown)))}")
