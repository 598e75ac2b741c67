"""Every notebook of the course, run whole in JupyterLab at 1280 × 900, as a learner meets it.

What they print is proved by nbval; here it is what they show.  That no console error came and that
no request left the machine is proved by `open_notebook` for every notebook that it opens.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labkit.resources import notebooks
from tests.desk.conftest import PATIENCE

pytestmark = pytest.mark.needs("chromium")

PATHS = sorted(notebooks().glob("*.ipynb"))
RAISED = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap((cell, index) =>
    (cell.model.outputs?.toJSON() ?? []).filter((each) => each.output_type === "error")
        .map((each) => `cell ${index}: ${each.ename}: ${each.evalue}`))"""
FOLDED = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap((cell, index) =>
    cell.outputHidden ? [index] : [])"""
WIDGETS = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap((cell, index) =>
    (cell.model.outputs?.toJSON() ?? []).some((each) =>
        each.data && "application/vnd.jupyter.widget-view+json" in each.data) ? [index] : [])"""
SHOWN = """async ([index, patience]) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const cell = notebook.widgets[index];
    const high = () => [...cell.node.querySelectorAll(".jp-OutputArea-output .labkit")]
        .filter((each) => each.offsetHeight > 20)
        .filter((each) => each.querySelector(".labkit-body").children.length);
    await notebook.scrollToItem(index, "center");
    const end = performance.now() + patience;
    while (!high().length && performance.now() < end) {
        await new Promise((done) => requestAnimationFrame(done));
    }
    return high().length;
}"""
"""A cell far from sight is not in the page; this brings it there and waits for its widget."""


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_run_whole_shows_all_its_widgets(open_notebook: Any, path: Path) -> None:
    """No cell raises, every widget is there to see, and axe finds nothing serious in any; stored
    answers are folded until they are run."""
    book = open_notebook(path, viewport=(1280, 900), run=False)
    cells = json.loads(path.read_text())["cells"]
    answers = [n for n, cell in enumerate(cells) if "jupyter" in cell["metadata"]]
    assert book.page.evaluate(FOLDED) == answers
    book.run()
    assert book.page.evaluate(FOLDED) == []
    assert book.page.evaluate(RAISED) == []
    widgets = book.page.evaluate(WIDGETS)
    assert widgets
    for index in widgets:
        shown = book.page.evaluate(SHOWN, [index, PATIENCE])
        assert shown, f"cell {index} shows no widget"
        assert book.accessibility(f"[data-windowed-list-index='{index}'] .labkit") == [], index
