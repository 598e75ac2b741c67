"""The house rules of the course's notebooks, held over the stored files."""

from __future__ import annotations

import ast
import json
import re
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from labkit.model import topology
from labkit.resources import data, notebooks

PATHS = sorted(notebooks().glob("*.ipynb"))
HEADINGS = [
    "What you will be able to do",
    "The lab",
    "Walk through",
    "Exercises",
    "Verify",
    "Quiz",
    "Further reading",
]
ALLOWED = {
    "0.0.0.255": "the wildcard mask of a /24",
    "255.255.255.0": "the mask of a /24",
    "0.0.0.0": "no mask at all",
}
"""Addresses in prose that are no addresses of the lab, with the reason."""


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    document = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in document["cells"] if cell["cell_type"] == kind]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_there_are_notebooks_numbered_without_a_gap() -> None:
    """NN_noun_phrase.ipynb, from 00 up."""
    assert [path.name[:3] for path in PATHS] == [f"{n:02}_" for n in range(len(PATHS))]
    assert PATHS


def test_headings_are_the_fixed_ones(notebook: Path) -> None:
    """Every notebook has the same second-level headings."""
    text = "\n".join(source(cell) for cell in cells(notebook, "markdown"))
    found = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sorted(found) == sorted(HEADINGS)
    assert found[:3] == HEADINGS[:3]


def test_code_cells_are_short_and_plain(notebook: Path) -> None:
    """At most 8 lines, no function or class, imports in the first code cell only."""
    for number, cell in enumerate(cells(notebook, "code")):
        lines = [line for line in source(cell).splitlines() if line.strip()]
        assert len(lines) <= 9 and all(len(line) <= 100 for line in lines), source(cell)
        assert len([line for line in lines if line not in ('""")', '"""')]) <= 8, source(cell)
        tree = ast.parse(source(cell))
        for node in ast.walk(tree):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda)
            assert number == 0 or not isinstance(node, ast.Import | ast.ImportFrom)


def test_every_code_cell_was_run(notebook: Path) -> None:
    """A cell without a number would be compared with nothing."""
    numbers = [cell["execution_count"] for cell in cells(notebook, "code")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_outputs_hold_nothing_of_this_machine(notebook: Path) -> None:
    """No path, port, object address, error or standard error in a stored output."""
    for cell in cells(notebook, "code"):
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr"
            text = json.dumps(output)
            assert not re.search(r"object at 0x|/tmp|/home/|127\.0\.0\.1|[A-Z]:\\\\\\\\", text)


def test_no_widget_state_is_stored(notebook: Path) -> None:
    """Widgets would store their code with their state."""
    assert "widgets" not in json.loads(notebook.read_text(encoding="utf-8"))["metadata"]


def lab_addresses() -> tuple[set[IPv4Address], list[IPv4Network]]:
    """Every address and network of the derived topology and of the checkpoints' lines."""
    lab = topology.load()
    routers = [node.name for node in lab.nodes.values() if node.platform == "nokia_sros"]
    addresses = {lab.system_address(node) for node in routers}
    addresses |= {lab.core_address(end).ip for link in lab.core_links() for end in (link.a, link.b)}
    text = "".join(path.read_text(encoding="utf-8") for path in data("checkpoints").iterdir())
    text += data("topology.yaml").read_text(encoding="utf-8")
    found = set(re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", text))
    addresses |= {IPv4Address(each) for each in found if all(int(o) < 256 for o in each.split("."))}
    networks = re.findall(r"\b\d+\.\d+\.\d+\.\d+/\d+\b", text)
    return addresses, [IPv4Network(each, strict=False) for each in networks]


def test_every_address_in_prose_exists_in_the_lab(notebook: Path) -> None:
    """A typing error in an address is found here and not by a learner."""
    addresses, _ = lab_addresses()
    for cell in cells(notebook, "markdown") + cells(notebook, "code"):
        for word in re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", source(cell)):
            assert word in ALLOWED or IPv4Address(word) in addresses, word


def test_every_command_box_says_its_device(notebook: Path) -> None:
    """A cell that types at a device names it."""
    for cell in cells(notebook, "code"):
        for call in re.findall(r"desk\.(?:type|configure)\(([^,]+),", source(cell)):
            assert re.fullmatch(r'A|B|gateway|"[\w-]+"', call.strip()), call
