"""The desk in a browser: first widget, a key's echo, a command's answer (`labkit bench --desk`).

A JupyterLab of our own and Debian's chromium, headless.  What is timed is timed in the page, from
the key or click to the change that a person sees.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.measure import Comparison, Figures, Reading, Unavailable

WIDGET_MORE, ECHO_COST, COMMAND_COST = 1.0, 2.0, 2.0
STARTS, KEYS, COMMANDS = 5, 25, 9
TYPIST = 30
"""Milliseconds between two keys of a command: a fast typist's, many times over."""
DEVICE = "Site-B-GW-Router"
LAB = "from labkit.sim.lab.lab import Lab\nimport ipywidgets, time\nlab = Lab('baseline')"
BUTTON = """button = ipywidgets.Button(description='0')
button.on_click(lambda b: setattr(b, 'description', str(int(b.description) + 1)))
button"""
CONSOLE = f"from labkit.desk import Console\nConsole(lab, {DEVICE!r})"
NETMIKO = f"""from labkit.drive import inventory
from labkit.drive.platforms import open_connection
to = inventory.parse(lab.serve())[{DEVICE!r}]
connection = open_connection(to.platform, dict(to.netmiko))
connection.send_command("show version")
taken = []
for _ in range({COMMANDS}):
    began = time.perf_counter()
    connection.send_command("show version", expect_string="{DEVICE}#")
    taken.append(time.perf_counter() - began)
print(sorted(taken)[len(taken) // 2])"""
PANE = ".labkit-console-pane"
PLAIN = ".jupyter-button"
TYPED = "(selector) => /show version\\s*$/.test(document.querySelector(selector).textContent)"
TIMED = """([selector, event, pattern]) => new Promise((resolve) => {
    const node = document.querySelector(selector);
    let began = null;
    addEventListener(event, () => { began = performance.now(); }, { capture: true, once: true });
    const watch = new MutationObserver(() => {
        if (began === null || !new RegExp(pattern).test(node.textContent)) return;
        watch.disconnect();
        resolve((performance.now() - began) / 1000);
    });
    watch.observe(node, { childList: true, characterData: true, subtree: true });
    window.armed = true;
})"""


class Desk(NamedTuple):
    """A JupyterLab in a page, and the folder that it serves."""

    page: Any
    folder: Path


def rows() -> Iterator[Comparison]:
    """Three rows, in one browser and one JupyterLab."""
    with ExitStack() as stack:
        desk = stack.enter_context(_page())
        yield Comparison(
            "first widget of a notebook: Console",
            "the same notebook with an ipywidgets.Button",
            "s",
            Reading.MORE,
            lambda: _first_widget(desk),
            WIDGET_MORE,
        )
        yield Comparison(
            "a key's echo in the console",
            "the callback of an ipywidgets.Button",
            "s",
            Reading.COST,
            lambda: _echo(desk),
            ECHO_COST,
        )
        yield Comparison(
            "show version in the console",
            "netmiko's send_command, expect_string, same lab",
            "s",
            Reading.COST,
            lambda: _command(desk),
            COMMAND_COST,
        )


def _first_widget(desk: Desk) -> Figures:
    pairs = [(_start(desk, CONSOLE, PANE), _start(desk, BUTTON, PLAIN)) for _ in range(STARTS)]
    return Figures(statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs))


def _start(desk: Desk, code: str, selector: str) -> float:
    """Seconds from running a fresh notebook until its widget is seen."""
    page = desk.page
    _open(desk, [LAB, code])
    began = time.perf_counter()
    page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_selector(selector)
    return time.perf_counter() - began


def _echo(desk: Desk) -> Figures:
    """One key at a time, and one click at a time, in turns."""
    page = desk.page
    _open(desk, [LAB, BUTTON, CONSOLE])
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    _await_prompt(page)
    ours, theirs = [], []
    for number in range(1, KEYS + 1):
        theirs.append(_timed(page, PLAIN, "click", f"^{number}$", lambda: page.click(PLAIN)))
        page.focus(".labkit-console-field")
        typed = "#" + "a" * number + "\\s*$"
        press = lambda: page.keyboard.press("a")  # noqa: E731
        ours.append(_timed(page, PANE, "keydown", typed, press))
    return Figures(statistics.median(ours), statistics.median(theirs))


def _command(desk: Desk) -> Figures:
    page = desk.page
    _open(desk, [LAB, CONSOLE, NETMIKO])
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    theirs = page.locator(".jp-OutputArea-output[data-mime-type*='stdout']").inner_text()
    _await_prompt(page)
    page.focus(".labkit-console-field")
    page.keyboard.type("terminal length 0\n")
    ours = []
    for number in range(1, COMMANDS + 1):
        page.keyboard.type("show version", delay=TYPIST)
        answered = f"(?:Configuration register[^#]*#[\\s\\S]*){{{number}}}$"
        page.wait_for_function(TYPED, arg=PANE)
        press = lambda: page.keyboard.press("Enter")  # noqa: E731
        ours.append(_timed(page, PANE, "keydown", answered, press))
    return Figures(statistics.median(ours), float(theirs.split()[-1]))


def _await_prompt(page: Any) -> None:
    page.wait_for_function(
        "([selector, name]) => document.querySelector(selector)?.textContent.includes(name + '#')",
        arg=[PANE, DEVICE],
    )


def _timed(page: Any, selector: str, event: str, pattern: str, act: Any) -> float:
    """Seconds from an event in the page until an element's text matches."""
    page.evaluate(f"(told) => {{ window.taken = ({TIMED})(told); }}", [selector, event, pattern])
    act()
    return float(page.evaluate("() => window.taken"))


# ---- a JupyterLab and a page of it


@contextmanager
def _page() -> Iterator[Desk]:
    """A page of a JupyterLab, which this process starts and ends."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise Unavailable("chromium is not installed")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise Unavailable("playwright is not installed (it comes with the tests)") from None
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="labkit-bench-")))
        address, token = stack.enter_context(_jupyter(home))
        api = stack.enter_context(sync_playwright())
        browser = api.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        stack.callback(browser.close)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(f"{address}/lab?token={token}")
        page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget")
        yield Desk(page, home)


@contextmanager
def _jupyter(home: Path) -> Iterator[tuple[str, str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token, address = secrets.token_hex(16), f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={home}"),
        *(f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"),
    ]
    folders = {f"JUPYTER_{name}_DIR": str(home / name) for name in ("CONFIG", "RUNTIME")}
    environment = os.environ | folders | {"HOME": str(home), "LABKIT_HOME": str(home / "labkit")}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as process:
        try:
            _await_answer(f"{address}/api?token={token}", process)
            yield address, token
        finally:
            process.terminate()


def _await_answer(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("JupyterLab does not answer")


def _open(desk: Desk, cells: list[str]) -> None:
    """A fresh notebook with a fresh kernel, in place of the one before."""
    name = f"{secrets.token_hex(4)}.ipynb"
    made: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "execution_count": None}
        | {"outputs": [], "source": source}
        for i, source in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    document = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4}
    (desk.folder / name).write_text(json.dumps(document | {"nbformat_minor": 5}))
    page = desk.page
    page.evaluate(
        """async (path) => {
            const app = window.jupyterapp, before = app.shell.currentWidget;
            if (before?.sessionContext) {
                before.context.model.dirty = false;
                await before.sessionContext.shutdown();
                before.dispose();
            }
            await app.commands.execute("docmanager:open", { path, factory: "Notebook" });
        }""",
        name,
    )
    page.wait_for_function(
        """(path) => {
            const panel = window.jupyterapp.shell.currentWidget;
            return panel?.context?.path === path
                && panel.sessionContext.session?.kernel?.status === "idle";
        }""",
        arg=name,
    )
