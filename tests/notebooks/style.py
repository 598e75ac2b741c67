"""The house rules of the course's notebooks, each a function from a notebook to complaints.

A rule knows the notebook's number and its document; what a rule refuses is proved on bad examples
in test_refusals.py.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from ipaddress import IPv4Address
from typing import Any

from labkit.course import exercise, quiz
from labkit.course.exercise import Question
from labkit.resources import data
from labkit.sim.model import topology

Document = dict[str, Any]
Rule = Callable[[str, Document], Iterator[str]]

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
ADDRESS = re.compile(r"(?<![\d.])\d+\.\d+\.\d+\.\d+(?![\d.])")
MACHINE = re.compile(
    r"object at 0x|\bat 0x[0-9a-f]{8,}|/(?:tmp|home|root|usr|Users|work)/|127\.0\.0\.1|"
    r"localhost[:/]|\bports? \d{5}\b|[A-Z]:\\\\"
)
"""A path, a port or an object's address of the machine that ran it."""
IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(|<img(?![^>]*\balt=\"[^\"]+\")[^>]*>")
CALL = re.compile(r"\b(?P<call>Exercise|Predict|Quiz)\((?:[\w.]+, *)?\"(?P<id>[^\"]*)\"")
DEVICE = re.compile(r"desk\.(?:type|configure|converse)\(([^,]+),")

LOOKS = re.compile(
    r"desk\.(?:type|configure|converse|packets?|protocols|search|link|advance|compare\w*)\(|"
    r"\b(?:Ladder|Sniffer|Consoles?)\(|\.follow\("
)
"""Calls whose answer depends on the lab."""


def cells(document: Document, kind: str) -> list[dict[str, Any]]:
    return [cell for cell in document["cells"] if cell["cell_type"] == kind]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def headings(number: str, document: Document) -> Iterator[str]:
    """Every notebook has the same second-level headings."""
    text = "\n".join(source(cell) for cell in cells(document, "markdown"))
    found = re.findall(r"^## (.+)$", text, re.MULTILINE)
    if sorted(found) != sorted(HEADINGS) or found[:3] != HEADINGS[:3]:
        yield f"headings are {found}"


def short_cells(number: str, document: Document) -> Iterator[str]:
    """At most 8 short lines (an opening or closing quotation is none), at most 100 wide."""
    for cell in cells(document, "code"):
        lines = [line for line in source(cell).splitlines() if line.strip()]
        if len([line for line in lines if line not in ('""")', '"""')]) > 8 or len(lines) > 9:
            yield f"over the limit of 8 lines: {source(cell)}"
        yield from (f"over 100 characters: {line}" for line in lines if len(line) > 100)


def plain_cells(number: str, document: Document) -> Iterator[str]:
    """No function and no class; imports in the first code cell only."""
    for place, cell in enumerate(cells(document, "code")):
        for node in ast.walk(ast.parse(source(cell))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
                yield f"defines something: {source(cell)}"
            if place and isinstance(node, ast.Import | ast.ImportFrom):
                yield f"imports outside the setup cell: {source(cell)}"


def every_cell_was_run(number: str, document: Document) -> Iterator[str]:
    """A stored cell without a number would be compared with nothing, and so would an empty one."""
    for place, cell in enumerate(cells(document, "code"), start=1):
        if not source(cell).strip():
            yield f"cell {place} is empty"
        if cell["execution_count"] != place:
            yield f"cell {place} was run as {cell['execution_count']}: nothing would be compared"


def nothing_of_the_machine(number: str, document: Document) -> Iterator[str]:
    """No path, port, object address, error or standard error in an output."""
    for cell in cells(document, "code"):
        for output in cell["outputs"]:
            if output["output_type"] == "error" or output.get("name") == "stderr":
                yield f"an error is stored: {source(cell)}"
            text = "".join(output.get("text", ())) + str(output.get("data", ""))
            if found := MACHINE.search(text):
                yield f"of this machine: {found[0]} in the output of {source(cell)}"


def no_widget_state(number: str, document: Document) -> Iterator[str]:
    """Widgets would store their code with their state, and their view an id of that run."""
    if "widgets" in document["metadata"]:
        yield "widget state is stored"
    for cell in cells(document, "code"):
        for output in cell["outputs"]:
            if "application/vnd.jupyter.widget-view+json" in output.get("data", {}):
                yield f"a widget's view is stored: {source(cell)}"


def answers_are_folded(number: str, document: Document) -> Iterator[str]:
    """What is stored does not give away an answer before the question is answered."""
    for cell in cells(document, "code"):
        about = cell.get("metadata", {})
        answers = ".reveal(" in source(cell) and len(source(cell).splitlines()) > 1
        answers = answers or "answer" in about.get("tags", ())
        if answers and not about.get("jupyter", {}).get("outputs_hidden"):
            yield f"an answer that is not folded: {source(cell)}"


def addresses_of_the_lab(number: str, document: Document) -> Iterator[str]:
    """A typing error in an address is found here and not by a learner."""
    for cell in document["cells"]:
        for word in ADDRESS.findall(source(cell)):
            octets = [int(each) for each in word.split(".")]
            good = max(octets) < 256 and IPv4Address(word) in lab_addresses()
            if word not in ALLOWED and not good:
                yield f"{word} is no address of the lab"


def devices_are_named(number: str, document: Document) -> Iterator[str]:
    """A cell that types at a device names it."""
    for cell in cells(document, "code"):
        for call in DEVICE.findall(source(cell)):
            if not re.fullmatch(r'A|B|gateway|"[\w-]+"', call.strip()):
                yield f"types at {call}, which names no device"


def sections_start_somewhere(number: str, document: Document) -> Iterator[str]:
    """A section whose cells look at the lab begins from a checkpoint, so that sections can be
    run in any order; the first that looks has the setup cell's."""
    section, started, looked = "", False, False
    for cell in document["cells"]:
        text = source(cell)
        if cell["cell_type"] == "markdown":
            for title in re.findall(r"^##+ (.+)$", text, re.MULTILINE):
                section, started = title, False
        elif "desk.start(" in text:
            started = looked = True
        elif LOOKS.search(text) and not started:
            if looked:
                yield f"{section!r} looks at the lab before it starts: {text}"
            started = looked = True


def pictures_have_words(number: str, document: Document) -> Iterator[str]:
    """Every picture has an alternative text, and a drawn one words beside it."""
    for cell in cells(document, "markdown"):
        for image in IMAGE.finditer(source(cell)):
            if not (image["alt"] or "").strip():
                yield f"a picture without alternative text: {image[0]}"
    for cell in cells(document, "code"):
        for output in cell["outputs"]:
            words = "".join(output.get("data", {}).get("text/plain", ""))
            drawn = "image/png" in output.get("data", {})
            if drawn and (not words.strip() or words.startswith("<Figure")):
                yield f"a drawn picture without words: {source(cell)}"


def ids_exist(number: str, document: Document) -> Iterator[str]:
    """What a cell names is there, and says that it belongs to this notebook."""
    for call, name in ids(document):
        known = quiz.names() if call == "Quiz" else exercise.names()
        if name not in known:
            yield f"there is no {call} {name!r}"
            continue
        loaded = quiz.load(name) if call == "Quiz" else exercise.load(name)
        if call != "Quiz" and isinstance(loaded, Question) is not (call == "Predict"):
            yield f"{name} is no {call}"
        if loaded.notebook != number:
            yield f"{name} says that it belongs to notebook {loaded.notebook}"


def ids(document: Document) -> list[tuple[str, str]]:
    """Every exercise, question and quiz that a notebook's cells name, in order."""
    return [
        (match["call"], match["id"])
        for cell in cells(document, "code")
        for match in CALL.finditer(source(cell))
    ]


def ids_once(number: str, document: Document) -> Iterator[str]:
    """No exercise, question or quiz is used twice."""
    named = ids(document)
    yield from (f"{name} is used twice" for _, name in {e for e in named if named.count(e) > 1})


RULES: tuple[Rule, ...] = (
    headings,
    short_cells,
    plain_cells,
    every_cell_was_run,
    nothing_of_the_machine,
    no_widget_state,
    answers_are_folded,
    addresses_of_the_lab,
    devices_are_named,
    sections_start_somewhere,
    pictures_have_words,
    ids_exist,
    ids_once,
)


@cache
def lab_addresses() -> frozenset[IPv4Address]:
    """Every address of the derived topology and of the checkpoints' lines."""
    lab = topology.load()
    routers = [node.name for node in lab.nodes.values() if node.platform == "nokia_sros"]
    addresses = {lab.system_address(node) for node in routers}
    addresses |= {lab.core_address(end).ip for link in lab.core_links() for end in (link.a, link.b)}
    text = "".join(path.read_text(encoding="utf-8") for path in data("checkpoints").iterdir())
    text += data("topology.yaml").read_text(encoding="utf-8")
    found = {each for each in ADDRESS.findall(text) if max(map(int, each.split("."))) < 256}
    return frozenset(addresses | {IPv4Address(each) for each in found})
