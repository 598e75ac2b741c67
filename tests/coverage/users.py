"""Who needs a row of a grammar: the first of these sources that has a line which the row reads.

A source is files that hold command lines (notebooks, exercises, faults, predicates, ...), what
the clients of other tools were seen to type (clients.yaml), or a list in users.yaml.  A text is
read from its first line to its last, as a person would type it, so that a line counts only in
the contexts that lead to it.  Prose counts by what it writes as `code`.  A placeholder may stand
for anything.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from labkit.sim.lab.lab import Lab
from labkit.sim.model import topology

HERE = Path(__file__).resolve().parent
CLONE = HERE.parents[1]
SOURCES = {
    "exercises": "data/exercises/*.yaml",
    "faults": "data/faults/*.yaml",
    "checkpoints": "data/checkpoints/*.yaml",
    "quizzes": "data/quizzes/*.yaml",
    "the walk": "tests/walk/*.py",
    "predicates": "labkit/course/**/*.py",
    "driving": "labkit/drive/*.py",
    "parity": "data/openlab/parity.yaml",
    "strongSwan": "tests/interop/*.py",
    "TextFSM": "tests/tools/test_templates.py",
    "pasting": "tests/sim/**/test*_paste.py",
}
"""Who, and where what they type is written."""
_SHOWN = {"cisco_ios": "show running-config", "nokia_sros": "admin display-config"}
_TYPED = {"configure", "type", "dialogue", "command", "new"}
"""Keys of a YAML file under which lines stand; so they do under the name of a device."""
_PROMPT = re.compile(
    r"^(?P<ios>[A-Z][\w-]*(?:\([\w-]+\))?[#>])\s*(?P<a>\S.*)$"
    r"|^(?P<sros>\*?(?:A:)?R\d(?:>[\w>\".:-]+)?[#$])\s+(?P<b>\S.*)$"
    r"|^(?P<control>lab#)\s+(?P<c>\S.*)$|^(?P<linux>\S+@\S+\$)\s+(?P<d>\S.*)$"
)
_PLATFORMS = {
    "ios": "cisco_ios", "sros": "nokia_sros", "control": "labkit", "linux": "linux",
}  # fmt: skip
_HOLE = re.compile(r"\{[^{}]*\}")
_FILLERS = ("10.0.0.1", "1", "GigabitEthernet0/1", "1/1/1", "10.0.0.0/24", "12:101", "R1")


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and the prompt before it if it is known."""

    text: str
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Lines that somebody types one after the other, on a platform if it is known."""

    who: str
    platform: str
    lines: tuple[Line, ...]


Reads = Callable[[Sequence[Line]], Iterable[str]]
"""The rows that read a text's lines."""


@cache
def named() -> dict[str, Any]:
    """users.yaml."""
    return _yaml(HERE / "users.yaml")


@cache
def texts() -> tuple[Text, ...]:
    """What everybody types, in the order of the sources."""
    found: dict[Text, None] = {}
    for who, platform, text in _typed():
        lines = [_line(each) for each in text.splitlines() if 0 < len(each.strip()) < 200]
        told = {platform for platform, _ in lines if platform}
        for filled in _filled([line for _, line in lines]):
            found[Text(who, platform or "".join(told if len(told) == 1 else ()), filled)] = None
    return tuple(found)


def of(platform: str, reads: Reads, rows: Iterable[str], *, guess: bool = True) -> dict[str, str]:
    """Who needs which of these rows; `guess`: a text that names no platform may be for this one."""
    found: dict[str, str] = {}
    for text in texts():
        if text.platform == platform or (guess and not text.platform):
            for row in reads(text.lines):
                found.setdefault(row, text.who)
    for row in rows:
        for entry in named()["allowed"]:
            if row not in found and re.search(entry["row"], row):
                found[row] = f"({entry['why']})"
    return found


# --------------------------------------------------------------------------- where texts stand


def _typed() -> Iterator[tuple[str, str, str]]:
    """(who, platform or nothing, lines) of every text."""
    for path in sorted((CLONE / "notebooks").glob("*.ipynb")):
        who = f"notebook {path.name[:2]}"
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "code":
                yield from ((who, *each) for each in _python(text))
            else:
                yield from ((who, "", each) for each in _prose(text))
    for who, pattern in SOURCES.items():
        for path in sorted(CLONE.glob(pattern)):
            python = path.suffix == ".py"
            found = _python(path.read_text("utf-8")) if python else _leaves(_yaml(path))
            yield from ((who, *each) for each in found)
    for client, lines in _yaml(HERE / "clients.yaml").items():
        yield from ((client, "", each) for each in lines)
    with Lab("tunnel") as lab:
        for name in lab.devices():
            if (platform := _nodes()[name]) in _SHOWN:
                yield "its own configuration", platform, lab.run(name, _SHOWN[platform])
    for who, platforms in named()["named"].items():
        for platform, found in platforms.items():
            yield from ((who, platform, each) for each in found)


@cache
def _nodes() -> dict[str, str]:
    """The platform of every device, by its name and by what stands for it."""
    nodes = {name: node.platform for name, node in topology.load().nodes.items()}
    return {**nodes, **dict.fromkeys(("A", "B", "{A}", "{B}"), "cisco_ios"), "lab": "labkit"}


def _python(code: str) -> Iterator[tuple[str, str]]:
    """The strings of a program; those of a call that names a device are typed there."""
    tree = ast.parse(code)
    done: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            done.add(node.value)  # a docstring
        elif isinstance(node, ast.Call):
            where = [_nodes().get(getattr(each, "id", "") or _string(each)) for each in node.args]
            platform = next(filter(None, where), "")
            for each in node.args if platform else ():
                done |= set(ast.walk(each))
                yield platform, _string(each)
        elif node not in done and _string(node):
            done |= set(ast.walk(node))
            yield "", _string(node)


def _string(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        return "".join(map(str, parts))
    return ""


def _leaves(value: Any, platform: str = "", *, typed: bool = False) -> Iterator[tuple[str, str]]:
    """The texts of a YAML file."""
    if isinstance(value, str):
        yield from ((platform, each) for each in ([value] if typed else _prose(value)))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, platform, typed=typed)
    elif isinstance(value, dict):
        platform = _nodes().get(str(value.get("at")), platform)
        for key, each in value.items():
            where = _nodes().get(str(key), "")
            yield from _leaves(each, where or platform, typed=bool(where) or key in _TYPED)


def _prose(text: str) -> Iterator[str]:
    """What a text writes as code: between fences together, between backquotes each alone."""
    fences = re.compile(r"^\s*```\w*\n(.*?)^\s*```", re.M | re.S)
    yield from fences.findall(text)
    yield from re.findall(r"`([^`\n]+)`", fences.sub("", text))


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _line(text: str) -> tuple[str, Line]:
    """A line without its prompt, and the platform that the prompt tells."""
    match = _PROMPT.match(text.strip())
    if match is None:
        return "", Line(text.strip())
    kind = next(kind for kind in _PLATFORMS if match[kind])
    body = next(match[each] for each in "abcd" if match[each])
    return _PLATFORMS[kind], Line(body.strip(), match[kind])


def _filled(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """A text with every placeholder filled in: with the same everywhere, or in all ways."""
    holes = sum(len(_HOLE.findall(line.text)) for line in lines)
    alike = ((each,) * holes for each in _FILLERS)
    for values in alike if holes > 2 else itertools.product(_FILLERS, repeat=holes):
        each = iter(values)
        yield tuple(
            Line(_HOLE.sub(lambda _, each=each: next(each), line.text), line.prompt)
            for line in lines
        )
