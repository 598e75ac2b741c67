"""Who needs a row of a grammar: the first of these sources that has a line which the row reads.

A source is files whose texts hold command lines (notebooks, exercises, faults, other tools'
scripts, ...) or a list in users.yaml.  A line stands alone, after a prompt, or in `code`; a
placeholder in it may stand for anything.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
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
    "the walk": "tests/walk/*.py",
    "predicates": "labkit/course/**/*.py",
    "driving": "labkit/drive/*.py",
    "parity": "data/openlab/parity.yaml",
    "strongSwan": "tests/interop/*.py",
    "TextFSM": "tests/tools/test_templates.py",
    **{tool: f"tests/tools/{tool}/*" for tool in ("netmiko", "scrapli", "scrapli2", "napalm")},
    "ansible": "tests/tools/ansible/*",
    "OpenSSH": "tests/tools/openssh/*",
}
"""Who, and where what they type is written."""
_SHOWN = {"cisco_ios": "show running-config", "nokia_sros": "admin display-config"}
_PROMPT = re.compile(r"^(?:\*?[A-Z][\w:-]*(?:\([\w-]+\))?(?:>[\w>\".:-]+)?|lab|\S+@\S+)[#>$]\s+")
_HOLE = re.compile(r"\{[^{}]*\}")
_FILLERS = ("10.0.0.1", "1", "GigabitEthernet0/1", "1/1/1", "10.0.0.0/24", "12:101", "R1")


@cache
def named() -> dict[str, Any]:
    """users.yaml."""
    read: dict[str, Any] = yaml.safe_load((HERE / "users.yaml").read_text(encoding="utf-8"))
    return read


@cache
def lines() -> dict[str, str]:
    """Every command line of a source, and the first source that has it."""
    found: dict[str, str] = {}
    for who, text in _texts():
        for line in _lines(text):
            found.setdefault(line, who)
    return found


def of(reads: Callable[[str], Iterable[str]], rows: Iterable[str]) -> dict[str, str]:
    """Who needs which of these rows; `reads` says which rows read a line."""
    found: dict[str, str] = {}
    for line, who in lines().items():
        for row in reads(line):
            found.setdefault(row, who)
    for row in rows:
        for entry in named()["allowed"]:
            if row not in found and re.search(entry["row"], row):
                found[row] = f"({entry['why']})"
    return found


def _texts() -> Iterator[tuple[str, str]]:
    for path in sorted((CLONE / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            for each in _strings(text) if cell["cell_type"] == "code" else [text]:
                yield f"notebook {path.name[:2]}", each
    for who, pattern in SOURCES.items():
        for path in sorted(CLONE.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".py":
                yield from ((who, each) for each in _strings(text))
            elif path.suffix in (".yaml", ".yml"):
                yield from ((who, each) for each in _leaves(yaml.safe_load(text)))
    with Lab("tunnel") as lab:
        for name, node in topology.load().nodes.items():
            command = _SHOWN.get(node.platform)
            yield ("every configuration", lab.run(name, command) if command else "")
    for who, texts in named()["named"].items():
        yield from ((who, each) for each in texts)


def _strings(code: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield "".join(map(str, parts))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        for each in (line, *re.findall(r"`([^`]+)`", line)):
            bare = _PROMPT.sub("", each).strip()
            if bare and len(bare) < 200:
                yield from _filled(bare)


def _filled(line: str) -> Iterator[str]:
    holes = len(_HOLE.findall(line))
    alike = ((each,) * holes for each in _FILLERS)
    for values in alike if holes > 2 else itertools.product(_FILLERS, repeat=holes):
        each = iter(values)
        yield _HOLE.sub(lambda _, each=each: next(each), line)
