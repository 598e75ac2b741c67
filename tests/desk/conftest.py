"""A real JupyterLab and a real browser, started once; notebooks made, run and watched in them.

Every test that opens a notebook also proves that no request left the machine and that no error
came to the browser's console.  Waits are for events, never for time.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from labkit.commands.course import write_overrides
from tests.conftest import REPOSITORY, require

ARTIFACTS = Path(__file__).parent / "artifacts"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
NOTEBOOKS_OWN = (
    "Command 'filebrowser:open-path' not registered.",
    "Cannot read properties of undefined (reading 'schema')",
)
"""What Notebook 7.6 complains of by itself: both came with a notebook of one empty cell that was
opened and never run, with and without `reset` in the address.  JupyterLab says neither."""
PATIENCE = int(os.environ.get("LABKIT_PATIENCE", "60")) * 1000
"""Milliseconds that anything may take on a busy machine."""


@dataclass
class Server:
    """A running JupyterLab (which also serves Notebook 7 below /tree)."""

    address: str
    token: str
    folder: Path

    def request(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(
            f"{self.address}{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def end_kernels(self) -> None:
        for session in self.request("/api/sessions"):
            self.request(f"/api/sessions/{session['id']}", "DELETE")


@dataclass
class OpenNotebook:
    """A notebook open in a page."""

    page: Any
    server: Server
    name: str
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The notebook's file."""
        return self.server.folder / self.name

    def listen(self) -> None:
        """Keep every console error, and every request for another machine."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", self._failed)
        self.page.on("request", self._asked)
        self.page.on("websocket", self._asked)

    def forget(self) -> None:
        self.page.remove_listener("console", self._heard)
        self.page.remove_listener("pageerror", self._failed)
        self.page.remove_listener("request", self._asked)
        self.page.remove_listener("websocket", self._asked)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def _failed(self, error: Any) -> None:
        if not ("/notebooks/" in self.page.url and str(error) in NOTEBOOKS_OWN):
            self.errors.append(str(error))

    def _asked(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname != "127.0.0.1":
            self.strangers.append(request.url)

    def run(self, index: int | None = None, *, wait: bool = True) -> None:
        """Run one cell, or all; waits until the kernel has done it unless told not to."""
        script = """async ([index, wait]) => {
            const app = window.jupyterapp;
            const notebook = app.shell.currentWidget.content;
            if (index !== null) notebook.activeCellIndex = index;
            const command = index === null ? "notebook:run-all-cells" : "notebook:run-cell";
            const done = app.commands.execute(command);
            if (wait) await done;
        }"""
        self.page.evaluate(script, [index, wait])

    def output(self, index: int) -> str:
        """The text/plain and stream outputs of a cell, as the notebook's model has them."""
        script = """(index) => {
            const cell = window.jupyterapp.shell.currentWidget.content.widgets[index];
            return cell.model.outputs.toJSON().map((each) => each.output_type === "error"
                ? each.traceback.join("\\n")
                : String(each.text ?? each.data?.["text/plain"] ?? "")).join("");
        }"""
        return str(self.page.evaluate(script, index))

    def cell(self, index: int) -> Any:
        """The cell as a Playwright locator."""
        return self.page.locator(f".jp-Notebook [data-windowed-list-index='{index}']")

    def places(self, *locators: Any) -> list[dict[str, float]]:
        """Where elements stand, all at one moment: x, y, width and height of each.  What is shown
        above them may still grow from one moment to the next."""
        elements = [each.element_handle() for each in locators]
        script = "(all) => all.map((each) => each.getBoundingClientRect().toJSON())"
        return list(self.page.evaluate(script, elements))

    def press(self, locator: Any) -> None:
        """Click where an element stands, whatever lies above it there, once it stands still."""
        locator.scroll_into_view_if_needed()
        locator.element_handle().wait_for_element_state("stable")
        locator.click(force=True)

    def restart(self) -> None:
        """Restart the kernel; returns when it is there again."""
        self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()"
        )

    def picture(self, name: str, of: Any = None) -> Path:
        """Keep a screenshot, of a locator or of the whole page."""
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{name}.png"
        (of or self.page).screenshot(path=path)
        return path

    def accessibility(self, selector: str = ".labkit") -> list[str]:
        """Serious and critical violations that axe-core finds in our widgets."""
        from axe_playwright_python.base import AXE_SCRIPT

        if not self.page.evaluate("() => Boolean(window.axe)"):
            self.page.evaluate(AXE_SCRIPT)
        return [
            f"{each['id']}: {each['help']}: "
            + "; ".join(
                node["html"][:200] + " " + str(node.get("failureSummary")) for node in each["nodes"]
            )
            for each in self.page.evaluate(VIOLATIONS, selector)
            if each["impact"] in ("serious", "critical")
        ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory, labkit_home: Path) -> Iterator[Server]:
    """A JupyterLab of our own, with nobody's settings, that asks nothing of the world."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = home / "notebooks"
    folder.mkdir()
    (home / "settings" / "@jupyterlab" / "apputils-extension").mkdir(parents=True)
    write_overrides(home / "jupyter")
    environment = os.environ | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "IPYTHONDIR": str(home / "ipython"),
        "LABKIT_HOME": str(labkit_home),
        "PYTHONPATH": str(REPOSITORY),
    }
    port, token = free_port(), secrets.token_hex(16)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"),
        f"--LabApp.app_settings_dir={home / 'jupyter'}",
        f"--LabApp.workspaces_dir={home / 'jupyter' / 'workspaces'}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
        "--ServerApp.terminals_enabled=False",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]
    log = home / "jupyter.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process,
    ):
        server = Server(f"http://127.0.0.1:{port}", token, folder)
        try:
            wait_for_server(server, process, log)
            yield server
            server.end_kernels()
        finally:
            process.terminate()


def wait_for_server(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until it answers; it has no other way of telling."""
    import time

    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.request("/api/status")
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's chromium, headless, with a fresh profile."""
    path = require("chromium")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


class Pages:
    """Pages of one profile.  A JupyterLab already open is used again: loading it takes seconds."""

    def __init__(self, browser: Any, server: Server) -> None:
        self._server = server
        self._context = browser.new_context()
        self._context.grant_permissions(
            ["clipboard-read", "clipboard-write"], origin=server.address
        )
        self._context.set_default_timeout(PATIENCE)
        self._labs: dict[tuple[bool, bool], Any] = {}

    def open(self, name: str, app: str, dark: bool, subshells: bool) -> OpenNotebook:
        """Show a notebook of the server's folder and wait for its kernel."""
        write_settings(self._server.folder.parent / "settings", dark, subshells)
        settings = dark, subshells
        page = self._labs.get(settings) if app == "lab" else None
        book = OpenNotebook(page or self._context.new_page(), self._server, name)
        book.listen()
        if page is not None:
            # As it was at first: another test may have narrowed it, or wanted no motion.
            book.page.bring_to_front()
            book.page.emulate_media(reduced_motion="no-preference")
            book.page.evaluate("() => window.jupyterapp.shell.expandLeft()")
            book.page.evaluate(OPEN, name)
        else:
            place = "/lab/tree/" if app == "lab" else "/notebooks/"
            book.page.goto(f"{self._server.address}{place}{name}?token={self._server.token}&reset")
        if app == "lab":
            self._labs[settings] = book.page
        book.page.wait_for_function(READY, arg=name)
        return book

    def close(self, book: OpenNotebook) -> None:
        """Close the notebook without asking; keep the page if it is a JupyterLab in order."""
        book.forget()
        if book.page in self._labs.values() and not book.errors:
            book.page.evaluate(CLOSE)
            return
        self._labs = {key: page for key, page in self._labs.items() if page is not book.page}
        book.page.close()


VIOLATIONS = """async (selector) => (await window.axe.run(
    selector, { resultTypes: ["violations"], preload: false })).violations"""
OPEN = """async (path) => void await window.jupyterapp.commands.execute(
    "docmanager:open", { path, factory: "Notebook" })"""
CLOSE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    const session = panel.sessionContext;
    panel.context.model.dirty = false;
    await session.shutdown();
    panel.dispose();
}"""
READY = """(path) => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    const kernel = panel?.sessionContext?.session?.kernel;
    return panel?.context?.path === path && panel.content?.widgets?.length
        && kernel?.status === "idle";
}"""


@pytest.fixture(scope="session")
def pages(browser: Any, jupyter: Server) -> Pages:
    return Pages(browser, jupyter)


Opener = Callable[..., OpenNotebook]


@pytest.fixture
def open_notebook(
    jupyter: Server, pages: Pages, request: pytest.FixtureRequest
) -> Iterator[Opener]:
    """`open_notebook(cells, run=True, app="lab", dark=False, viewport=(1024, 800))`.

    `cells` may also be the path of a notebook, which is copied.
    """
    opened: list[OpenNotebook] = []

    def open_one(
        cells: list[str] | Path,
        *,
        run: bool = True,
        app: str = "lab",
        dark: bool = False,
        viewport: tuple[int, int] = (1024, 800),
        subshells: bool = True,
    ) -> OpenNotebook:
        name = f"{request.node.name.split('[')[0][:40]}-{secrets.token_hex(3)}.ipynb"
        written = cells.read_text() if isinstance(cells, Path) else json.dumps(notebook(cells))
        (jupyter.folder / name).write_text(written)
        opening = pages.open(name, app, dark, subshells)
        opening.page.set_viewport_size({"width": viewport[0], "height": viewport[1]})
        opened.append(opening)
        if run:
            opening.run()
        return opening

    yield open_one
    failed = [f"{each.errors} {each.strangers}" for each in opened if each.errors or each.strangers]
    for each in opened:
        pages.close(each)
    jupyter.end_kernels()
    assert not failed, f"console errors and requests that leave the machine: {failed}"


def write_settings(folder: Path, dark: bool, subshells: bool) -> None:
    themes = folder / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    themes.write_text(json.dumps({"theme": f"JupyterLab {'Dark' if dark else 'Light'}"}))
    kernels = folder / "@jupyterlab" / "apputils-extension" / "kernels-settings.jupyterlab-settings"
    over = "perCommTarget" if subshells else "disabled"
    kernels.write_text(json.dumps({"commsOverSubshells": over}))


def notebook(cells: list[str]) -> dict[str, Any]:
    """A notebook of code cells, in nbformat 4.5."""
    made = [
        {
            "cell_type": "code",
            "id": f"cell-{index}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for index, source in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
