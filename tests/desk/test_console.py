"""The console in a browser: a prompt that behaves like a terminal's, for every kind of reader."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = pytest.mark.needs("chromium")

LAB = """from labkit.sim import Lab
from labkit.desk import Console, Consoles
lab = Lab("baseline")
A, B = "Site-A-GW-Router", "Site-B-GW-Router"
"""
WIDE = """(root) => [...root.querySelectorAll("*"), root]
    .filter((each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 1
        && getComputedStyle(each).overflowX === "visible"
        && getComputedStyle(each).display !== "inline")
    .map((each) => each.className)"""


def pane(book: Any, index: int = 0) -> Any:
    return book.page.locator(".labkit-console-pane").nth(index)


def shows(book: Any, text: str, index: int = 0) -> None:
    """Wait until the console shows a text (a regular expression)."""
    found = """([index, text]) => new RegExp(text, "m").test(
        document.querySelectorAll(".labkit-console-pane")[index]?.textContent ?? "")"""
    try:
        book.page.wait_for_function(found, arg=[index, text])
    except Exception as error:
        said = pane(book, index).text_content()
        raise AssertionError(f"no {text!r} in the console:\n{said}") from error


def test_keys_do_what_they_do_at_the_device(open_notebook) -> None:
    """History, Tab, `?` without Enter, `--More--`, Ctrl-C and Ctrl-Z, all from the keyboard."""
    book = open_notebook([LAB, "console = Console(lab, B)\nconsole", "console"])
    keys = book.page.keyboard
    shows(book, "Site-B-GW-Router#")
    pane(book).click()
    keys.type("show clo\t")
    shows(book, r"#show clock\s*$")
    keys.press("Enter")
    shows(book, r"UTC Mon Mar 2 2026\s+Site-B")
    keys.type("show ip ?")
    shows(book, r"access-lists  List access lists[\s\S]*Site-B-GW-Router#show ip\s*$")
    keys.press("Control+u")
    keys.press("ArrowUp")
    shows(book, r"Site-B-GW-Router#show clock\s*$")
    keys.press("Control+a")
    keys.press("Control+k")
    keys.type("show running-config\n")
    shows(book, "--More--")
    keys.press("q")
    shows(book, r"Site-B-GW-Router#\s*$")
    keys.type("ping 192.168.77.7 repeat 2000000\n")
    shows(book, r"\.\.\.\.\.")
    keys.press("Control+c")
    shows(book, r"Success rate[\s\S]*Site-B-GW-Router#\s*$")
    keys.type("configure terminal\ninterface Loopback7\n")
    shows(book, r"\(config-if\)#\s*$")
    keys.press("Control+z")
    shows(book, r"\(config-if\)#\^Z\s+Site-B-GW-Router#\s*$")
    assert pane(book, 0).text_content() == pane(book, 1).text_content(), "two views in step"
    assert book.accessibility() == []


def test_everything_else_is_reached_by_keyboard_and_told_to_a_screen_reader(open_notebook) -> None:
    book = open_notebook([LAB, "console = Console(lab, B, rows=6)\nconsole"])
    keys, page = book.page.keyboard, book.page
    shows(book, "Site-B-GW-Router#")
    field = page.get_by_role("textbox", name="Type to Site-B-GW-Router")
    assert field.get_attribute("aria-describedby")
    field.focus()
    keys.type("show ip interface brief\n")
    page.get_by_role("log").get_by_text("GigabitEthernet0/0").wait_for(state="attached")
    keys.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Copy session"
    keys.press("Enter")
    page.get_by_text(re.compile("[0-9]+ lines copied")).wait_for()
    assert "#show ip interface brief\n" in page.evaluate("navigator.clipboard.readText()")
    size = pane(book).evaluate("(pane) => getComputedStyle(pane).fontSize")
    larger = page.get_by_role("button", name="Larger letters")
    larger.focus()
    keys.press("Enter")
    page.wait_for_function(
        "(size) => getComputedStyle(document.querySelector('.labkit-console-pane')).fontSize"
        " !== size",
        arg=size,
    )
    outline = larger.evaluate("(each) => getComputedStyle(each).outlineStyle")
    assert outline == "solid", "what has the focus is seen"
    field.focus()
    # In one task: what is drawn before the browser's own scroll event finds the view left alone.
    seen = """(field) => {
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "PageUp", bubbles: true }));
        return [...document.querySelectorAll(".labkit-console-tools button")]
            .some((each) => each.textContent.includes("To the end") && !each.hidden);
    }"""
    assert field.evaluate(seen)
    page.get_by_role("button", name="To the end").click()
    assert book.page.evaluate("Notebook => window.jupyterapp.shell.currentWidget.content.mode")


def test_a_pasted_configuration_is_typed_line_by_line_and_its_errors_are_named(
    open_notebook,
) -> None:
    book = open_notebook([LAB, "console = Console(lab, B)\nconsole", "print(console.report())"])
    page = book.page
    shows(book, "Site-B-GW-Router#")
    lines = (
        "configure terminal\ninterface Loopback7\n ip adress 10.7.7.7 255.255.255.255\n"
        " description <img src=x onerror=alert(1)>\n no such thing\nend\n"
    )
    page.evaluate("(text) => navigator.clipboard.writeText(text)", lines)
    pane(book).click()
    page.keyboard.press("Control+v")
    page.get_by_text("6 lines typed; 2 refused:").wait_for()
    refused = page.locator(".labkit-console-refused li")
    assert refused.evaluate_all("(all) => all.map((each) => each.value)") == [3, 5]
    assert "ip adress 10.7.7.7" in refused.nth(0).inner_text()
    assert "% Invalid input detected" in refused.nth(0).inner_text()
    assert page.locator(".labkit img").count() == 0
    assert book.accessibility() == []
    book.picture("console-paste", page.locator(".labkit").first)
    page.get_by_role("button", name="Paste lines").click()
    page.get_by_label("Lines to type").fill("show clock\nshow history")
    page.get_by_role("button", name="Type them in").click()
    page.get_by_text("2 lines typed; none refused.").wait_for()
    book.run(2)
    assert "description <img src=x onerror=alert(1)>" in book.output(2)


def test_debug_lines_arrive_in_one_console_while_somebody_types_in_another(open_notebook) -> None:
    book = open_notebook(
        [
            LAB.replace("baseline", "tunnel"),
            "two = Consoles(lab, A, B)\ntwo",
            "two[A].type('debug ip packet', 'terminal monitor')\nNone",
        ],
        viewport=(1280, 900),
    )
    shows(book, r"debugging is on[\s\S]*Site-A-GW-Router#\s*$", 0)
    left, right = book.places(pane(book, 0), pane(book, 1))
    assert left["y"] == right["y"], "there is room for both side by side"
    pane(book, 1).click()
    book.page.keyboard.type("ping 10.15.15.15 source Loopback0 repeat 300\n")
    shows(book, "len 100, rcvd 3", 0)
    shows(book, "Success rate is 100 percent", 1)
    pane(book, 0).click()
    book.page.keyboard.type("undebug all\n")
    shows(book, "All possible debugging has been turned off", 0)
    book.picture("consoles", book.page.locator(".labkit").first)


@pytest.mark.parametrize(("subshells", "patience"), [(True, 30), (False, 2)])
def test_nothing_typed_while_a_cell_runs_is_lost(open_notebook, subshells, patience) -> None:
    """With subshells it is answered at once; without them as soon as the cell is done."""
    book = open_notebook(
        [
            LAB + "import threading, time\ndef answered(): return 'UTC Mon' in console.report()",
            "console = Console(lab, B)\nconsole",
            f"""console.type('show history')
end = time.monotonic() + {patience}
while not answered() and time.monotonic() < end:
    threading.Event().wait(0.05)
print('answered meanwhile:', answered())""",
        ],
        subshells=subshells,
        run=False,
    )
    book.run(0)
    book.run(1)
    shows(book, "Site-B-GW-Router#")
    book.run(2, wait=False)
    shows(book, "#show history")
    pane(book).click()
    book.page.keyboard.type("show clock\n")
    shows(book, "UTC Mon Mar 2 2026")
    book.page.get_by_text("answered meanwhile:").last.wait_for()
    assert f"answered meanwhile: {subshells}" in book.output(2)


def test_running_the_cell_again_leaks_nothing(open_notebook) -> None:
    """Threads, SSH channels and widgets are as many after four runs as after one."""
    count = (
        "import threading\nfrom ipywidgets.widgets.widget import _instances\n"
        "ours = sorted(t.name.split()[0] for t in threading.enumerate()"
        " if t.name.split()[0] in ('console', 'keys', 'paste', 'ssh', 'labkit'))\n"
        "print(len(_instances), ours)"
    )
    settle = (
        "import time\nend = time.monotonic() + 20\n"
        "ours = lambda: [t for t in threading.enumerate() if t.name[:5] in ('conso', 'keys ')]\n"
        "open = lambda: lab.owner.call(lambda: len(lab.owner.waiters))\n"
        "while (len(ours()) > 4 or open() > 2) and time.monotonic() < end:\n"
        "    threading.Event().wait(0.05)\nopen()"
    )
    book = open_notebook([LAB, "Consoles(lab, 'R2', 'R3')", count, settle])
    shows(book, "A:R2#", 0)
    shows(book, "A:R3#", 1)
    book.run(3)
    book.run(2)
    once, sessions = book.output(2), book.output(3)
    for _ in range(3):
        book.run(1)
        shows(book, "A:R2#", 0)
        shows(book, "A:R3#", 1)
    book.run(3)
    book.run(2)
    assert book.output(2) == once
    assert book.output(3) == sessions == "2"
    assert book.page.locator(".labkit-console-pane").count() == 2


def test_a_session_that_has_ended_is_opened_again_by_a_button(open_notebook) -> None:
    book = open_notebook([LAB, "Console(lab, B)"])
    shows(book, "Site-B-GW-Router#")
    pane(book).click()
    book.page.keyboard.type("exit\n")
    book.page.get_by_text("closed: the device ended the session").wait_for()
    book.page.get_by_role("button", name="Reconnect").click()
    book.page.get_by_text("connected", exact=False).first.wait_for()
    shows(book, r"Site-B-GW-Router#exit[\s\S]*Site-B-GW-Router#\s*$")


def test_hostile_output_is_text_and_nothing_else(open_notebook) -> None:
    """Markup, escapes, control characters, reversed text, 10 MB in one line, 100 000 lines."""
    markup = (
        "evil = '<script>window.evil=1</script><img src=x onerror=window.evil=1>'\n"
        "noise = '\\x1b[31mred\\x1b]0;title\\x07 \\x00\\x01\\u202e end\\r\\n'\n"
        "console._heard('\\r\\n' + evil + noise)"
    )
    flood = (
        "console._heard('A' * 10_000_000 + '\\r\\n')\n"
        "console._heard(''.join(f'line {n}\\r\\n' for n in range(100_000)))\n"
        "console._heard('the last line')"
    )
    book = open_notebook([LAB, "console = Console(lab, B)\nconsole", markup, flood], run=False)
    book.run(0)
    book.run(1)
    shows(book, "Site-B-GW-Router#")
    book.run(2)
    shows(book, r"<script>window.evil=1</script><img src=x onerror=window.evil=1>red ␁. end")
    book.run(3)
    shows(book, "the last line")
    assert book.page.evaluate("window.evil === undefined && document.title")
    assert book.page.locator(".labkit script, .labkit img").count() == 0
    assert pane(book).evaluate("(pane) => pane.textContent.length") < 6000 * 100
    pane(book).click()
    book.page.keyboard.type("\nshow clock\n")
    shows(book, "UTC Mon Mar 2 2026")


@pytest.mark.parametrize(
    ("dark", "viewport"), [(False, (1024, 768)), (True, (1024, 768)), (False, (640, 512))]
)
def test_it_fits_1024_pixels_and_200_percent(open_notebook, dark: bool, viewport) -> None:
    """Light and dark; 1280 pixels at 200 % are 640 with everything twice as large."""
    book = open_notebook(
        [LAB, "two = Consoles(lab, A, B)\ntwo[A].type('show version')\ntwo"],
        dark=dark,
        viewport=viewport,
    )
    book.page.evaluate(
        """(narrow) => narrow && window.jupyterapp.shell.collapseLeft()""", viewport[0] < 1000
    )
    shows(book, "uptime is", 0)
    shows(book, "Site-B-GW-Router#", 1)
    assert book.page.locator(".labkit").first.evaluate(WIDE) == []
    assert book.accessibility() == []
    book.picture(f"consoles-{viewport[0]}-{'dark' if dark else 'light'}")
    book.page.get_by_role("button", name="In tabs").click()
    book.page.get_by_role("tab", name="Site-A-GW-Router").focus()
    book.page.keyboard.press("ArrowRight")
    book.page.get_by_role("tab", name="Site-B-GW-Router", selected=True).wait_for()
    assert book.accessibility() == []
    book.picture(f"tabs-{viewport[0]}-{'dark' if dark else 'light'}")
