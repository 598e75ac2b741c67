"""What the rules of the notebooks refuse: each on a cell that breaks it, and not on a good one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.notebooks import style


def cell(kind: str, text: str) -> dict[str, Any]:
    return {"cell_type": kind, "source": text, "execution_count": 1, "outputs": []}


def section(title: str, *texts: str) -> list[dict[str, Any]]:
    return [cell("markdown", f"### {title}"), *(cell("code", each) for each in texts)]


LOOK = 'desk.type("R1", "show time")'
START = 'desk.start("tunnel")'
SETUP = section("Setup", 'desk = Desk("baseline")')


def sections(*found: list[dict[str, Any]]) -> style.Document:
    return {"cells": [each for part in (SETUP, *found) for each in part], "metadata": {}}


def code(text: str, /, *, count: int | None = 1, **output: Any) -> style.Document:
    outputs = [output] if output else []
    cell = {"cell_type": "code", "source": text, "execution_count": count, "outputs": outputs}
    return {"cells": [cell], "metadata": {}}


def prose(text: str) -> style.Document:
    return {"cells": [{"cell_type": "markdown", "source": text}], "metadata": {}}


def stream(text: str, name: str = "stdout") -> dict[str, str]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(**data: str) -> dict[str, Any]:
    kinds = {"text": "text/plain", "png": "image/png"}
    kinds["view"] = "application/vnd.jupyter.widget-view+json"
    return {"output_type": "display_data", "data": {kinds[k]: v for k, v in data.items()}}


REFUSED = [
    (style.headings, prose("## Something else"), "headings are"),
    (style.short_cells, code("x = 1\n" * 9), "over the limit"),
    (style.short_cells, code("x = '" + "y" * 100 + "'"), "over 100 characters"),
    (style.plain_cells, code("def f(): pass"), "defines something"),
    (style.plain_cells, code("f = lambda: 1"), "defines something"),
    (style.every_cell_was_run, code("desk", count=None), "nothing would be compared"),
    (style.every_cell_was_run, code("desk", count=7), "nothing would be compared"),
    (style.every_cell_was_run, code("  \n"), "is empty"),
    (style.nothing_of_the_machine, code("x", **stream("saved in /home/me/x")), "/home/"),
    (style.nothing_of_the_machine, code("x", **stream("127.0.0.1")), "127.0.0.1"),
    (style.nothing_of_the_machine, code("x", **stream("at port 40123")), "port 40123"),
    (style.nothing_of_the_machine, code("x", **stream("<Lab object at 0x7f>")), "object at 0x"),
    (style.nothing_of_the_machine, code("x", **stream("W", "stderr")), "an error is stored"),
    (style.no_widget_state, code("x", **shown(text="x", view="{}")), "view is stored"),
    (style.no_widget_state, {**prose(""), "metadata": {"widgets": {}}}, "state is stored"),
    (style.answers_are_folded, code("guess.reveal()\ndesk.search('x')"), "is not folded"),
    (style.addresses_of_the_lab, prose("ping 192.168.1.111"), "192.168.1.111 is no address"),
    (style.addresses_of_the_lab, prose("ping 192.168.1.999"), "192.168.1.999 is no address"),
    (style.devices_are_named, code('desk.type(x, "show clock")'), "names no device"),
    (style.sections_start_somewhere, sections(section("1", LOOK), section("2", LOOK)), "'2'"),
    (style.sections_start_somewhere, sections(section("1", START), section("2", LOOK)), "'2'"),
    (style.pictures_have_words, prose("![](map.svg)"), "without alternative text"),
    (style.pictures_have_words, prose('<img src="map.svg">'), "without alternative text"),
    (style.pictures_have_words, code("x", **shown(png="…", text="<Figure>")), "without words"),
    (style.ids_exist, code('Exercise(desk, "no-such-thing")'), "there is no Exercise"),
    (style.ids_exist, code('Quiz("no-such-thing")'), "there is no Quiz"),
    (style.ids_exist, code('Exercise(desk, "predict-esp-length")'), "is no Exercise"),
    (style.ids_exist, code('Exercise(desk, "mirror-200")'), "belongs to notebook 04"),
    (style.ids_once, code('Quiz("phase-1")\nQuiz("phase-1")'), "phase-1 is used twice"),
]  # fmt: skip
GOOD = [
    (style.short_cells, code("x = 1\n" * 8)),
    (style.every_cell_was_run, code("desk")),
    (style.nothing_of_the_machine, code("x", **stream("SPI=0x5ab5a12f"))),
    (style.answers_are_folded, code("guess.reveal()")),
    (style.addresses_of_the_lab, prose("ping 192.168.1.10, mask 255.255.255.0")),
    (style.devices_are_named, code('desk.type("R1", "show time")')),
    (style.sections_start_somewhere, sections(section("1", LOOK, LOOK), section("2", START, LOOK))),
    (style.sections_start_somewhere, sections(section("1"), section("2", "x = 1", START + LOOK))),
    (style.pictures_have_words, prose("![the lab](map.svg)")),
    (style.pictures_have_words, code("x", **shown(png="…", text="88 bytes: …"))),
]


@pytest.mark.parametrize(("rule", "document", "complaint"), REFUSED)
def test_a_breach_is_named(rule: style.Rule, document: style.Document, complaint: str) -> None:
    found = list(rule("06", document))
    assert any(complaint in each for each in found), found


@pytest.mark.parametrize(("rule", "document"), GOOD)
def test_what_is_allowed_is_not_complained_of(rule: style.Rule, document: style.Document) -> None:
    assert list(rule("06", document)) == []
