"""Checkpoints: `data/checkpoints/<id>.yaml`, from where a lab can start.

    parent: phase2                    # or null
    config: {Site-A-GW-Router: |      # lines as a person types them, on top of the parent's
        ip access-list extended VPN-TRAFFIC
        ...}
    do: [{Site-B-GW-Router: ping 192.168.1.1}]    # commands, in order, once all is configured

A saved lab has the same form with `labkit: 1`, `seed`, `checkpoint` and `links` beside.  Knows
the format and the lines' numbers, so that an error names file, node and line; must not know
what the lines mean.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from labkit import plain_yaml, resources

SAVED = b"labkit: "
"""How a saved lab begins."""
FORMAT = 1
"""Version of the form of a saved lab."""
KEYS = {"parent", "config", "do"}
SAVED_KEYS = {"labkit", "checkpoint", "seed", "links"}
_FORMS = (
    ("parent", str, "name"), ("checkpoint", str, "name"), ("seed", int, "number"),
    ("links", dict, "mapping"),
)  # fmt: skip


class CheckpointError(ValueError):
    """There is no such checkpoint, or it cannot be used; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Configuration lines of one node, and where they stand."""

    source: str
    first: int
    """Number of the first line in the file."""
    lines: tuple[str, ...]

    def where(self, index: int) -> str:
        """File and line of `lines[index]`."""
        return f"{self.source}, line {self.first + index}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One file, not yet joined with its parents."""

    name: str
    parent: str | None
    config: Mapping[str, Lines]
    do: tuple[tuple[str, str], ...]
    """(node, command) in order."""
    saved: Mapping[str, Any] = field(default_factory=dict)
    """What a saved lab has beside: checkpoint, seed, links."""


def names() -> list[str]:
    """Every checkpoint's name, sorted."""
    return sorted(path.stem for path in resources.data("checkpoints").glob("*.yaml"))


def chain(name: str) -> list[Checkpoint]:
    """A checkpoint after all its parents, the root first.  Raises CheckpointError."""
    found: list[Checkpoint] = []
    following: str | None = name
    while following is not None:
        if following in (each.name for each in found):
            raise CheckpointError(f"checkpoint {following} is among its own parents")
        path = resources.data("checkpoints", f"{following}.yaml")
        if following not in names():
            known = ", ".join(names())
            raise CheckpointError(f"there is no checkpoint {following!r}; there are: {known}")
        found.insert(0, read(path))
        following = found[0].parent
    return found


def read(path: Path) -> Checkpoint:
    """Read one file.  Raises CheckpointError for what is no checkpoint, OSError."""
    try:
        node = plain_yaml.compose(plain_yaml.read_text(path))
        document = None if node is None else plain_yaml.build(node)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path.name}: not YAML: {error}") from error
    if not isinstance(document, dict) or node is None:
        raise CheckpointError(f"{path.name}: not a checkpoint (no mapping)")
    saved = "labkit" in document
    if unknown := document.keys() - KEYS - (SAVED_KEYS if saved else set()):
        raise CheckpointError(f"{path.name}: unknown keys: {', '.join(sorted(map(str, unknown)))}")
    if saved and document["labkit"] != FORMAT:
        raise CheckpointError(
            f"{path.name}: saved in form {document['labkit']}, this labkit reads form {FORMAT}"
        )
    for key, kind, words in _FORMS:
        if document.get(key) is not None and type(document[key]) is not kind:
            raise CheckpointError(f"{path.name}: {key} is no {words}")
    return Checkpoint(
        path.stem,
        document.get("parent"),
        dict(_config(node, path.name)),
        tuple(_commands(document.get("do") or [], path.name)),
        {key: document[key] for key in SAVED_KEYS & document.keys()},
    )


def write(path: Path, config: Mapping[str, str], do: list[tuple[str, str]], saved: Any) -> None:
    """Write a saved lab that `read` reads, for its owner only: it holds the routers' secrets.

    Raises OSError, FileExistsError for a file that is no saved lab and so is somebody's.
    """
    if path.exists() and not _is_saved(path):
        raise FileExistsError(errno.EEXIST, "there is a file that is no saved lab", str(path))
    document = {
        "labkit": FORMAT,
        **saved,
        "parent": None,
        "config": {node: Block(text) for node, text in config.items() if text.strip()},
        "do": [{node: command} for node, command in do],
    }
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    resources.put(path, text)


def _is_saved(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(SAVED)) == SAVED


class Block(str):
    """Text that YAML shows as a block, as a person would write it."""


class _Dumper(yaml.SafeDumper):
    pass


def _block(dumper: yaml.SafeDumper, text: Block) -> yaml.Node:
    # YAML cannot keep trailing blanks in a block; no router needs them back.
    lines = "\n".join(line.rstrip() for line in str(text).splitlines()) + "\n"
    return dumper.represent_scalar("tag:yaml.org,2002:str", lines, style="|")


_Dumper.add_representer(Block, _block)


def _config(root: yaml.Node, source: str) -> Iterator[tuple[str, Lines]]:
    assert isinstance(root, yaml.MappingNode)
    for key, value in root.value:
        if key.value != "config":
            continue
        if not isinstance(value, yaml.MappingNode):
            raise CheckpointError(f"{source}, line {key.start_mark.line + 1}: config is no mapping")
        for node, text in value.value:
            first = text.start_mark.line + 1
            if not isinstance(text, yaml.ScalarNode):
                raise CheckpointError(f"{source}, line {first}: {node.value}: lines are one text")
            if text.style in ("|", ">"):
                first += 1
            yield node.value, Lines(source, first, tuple(text.value.splitlines()))


def _commands(entries: Any, source: str) -> Iterator[tuple[str, str]]:
    if not isinstance(entries, list):
        raise CheckpointError(f"{source}: do is no list")
    for entry in entries:
        if not isinstance(entry, dict) or not all(isinstance(v, str) for v in entry.values()):
            raise CheckpointError(f"{source}: do: each entry is `node: command`, not {entry!r:.80}")
        yield from ((str(node), command) for node, command in entry.items())
