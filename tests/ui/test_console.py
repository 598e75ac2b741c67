"""The console in a browser: a prompt that behaves like a terminal's, for every kind of reader."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.needs("chromium")

LAB = """from labkit.lab.lab import Lab
from labkit.ui import Console, Consoles
lab = Lab("baseline")
B = "Site-B-GW-Router"
"""


def pane(book, index=0):
    return book.page.locator(".labkit-console-pane").nth(index)


def test_a_command_is_typed_and_answered_at_the_devices_own_prompt(open_notebook) -> None:
    book = open_notebook([LAB, "console = Console(lab, B)\nconsole"])
    pane(book).get_by_text(f"{'Site-B-GW-Router'}#").wait_for()
    pane(book).click()
    book.page.keyboard.type("show clock\n")
    pane(book).get_by_text("UTC").wait_for()
    book.page.keyboard.type("show ip ?")
    pane(book).get_by_text("interface").first.wait_for()
    assert book.accessibility() == []
    book.picture("console")
