"""What every widget does: its twin, its messages, its end when its cell runs again."""

from __future__ import annotations

import pytest

pytest.importorskip("anywidget", reason="anywidget is not installed")

WIDGET = '''from labkit.desk.base import LabWidget, style
from labkit.desk.base import module
import traitlets as t

class Probe(LabWidget):
    _esm = module("dom.js") + """
    export default () => {
      let text = "";
      const views = new Set();
      return {
        initialize({ model }) {
          listen(model, {
            snapshot: (m) => { text = m.text; for (const view of views) view(); },
            echo: (m) => { text += m.text; for (const view of views) view(); },
          });
        },
        render({ model, el: host }) {
          const body = frame(model, host, "Probe", "probe");
          const shown = el("output", {}, text);
          body.append(shown, button("press", () => model.send({ kind: "press", text: "x" })),
                      button("fail", () => model.send({ kind: "fail" })));
          const draw = () => { shown.textContent = text; };
          views.add(draw);
          return () => views.delete(draw);
        },
      };
    };"""
    _css = style("desk.css")
    def __init__(self):
        super().__init__()
        self.text = "start"
    def snapshot(self):
        return {"text": self.text}
    def heard_press(self, content, buffers):
        self.text += content["text"]
        self.say("echo", text=content["text"])
    def heard_fail(self, content, buffers):
        raise ValueError("<b>no</b>\\x1b[31m")
    def release(self):
        print("released")
'''


@pytest.mark.needs("chromium")
def test_two_views_of_one_widget_stay_in_step_and_trouble_is_shown_as_text(open_notebook) -> None:
    book = open_notebook([WIDGET, "probe = Probe()\nprobe", "probe"])
    views = book.page.locator(".labkit-probe")
    views.nth(1).locator("output", has_text="start").wait_for()
    views.nth(0).get_by_role("button", name="press").click()
    for index in (0, 1):
        views.nth(index).locator("output", has_text="startx").wait_for()
    views.nth(1).get_by_role("button", name="fail").click()
    alert = book.page.get_by_role("alert").first
    alert.wait_for()
    assert alert.inner_text() == "<b>no</b>␛[31m"
    assert book.output(1) == "Probe"
    book.picture("base")


@pytest.mark.needs("chromium")
def test_running_a_cell_again_closes_what_it_made_before(open_notebook) -> None:
    book = open_notebook(
        [
            WIDGET,
            "Probe()",
            "from ipywidgets.widgets.widget import _instances",
            "print(len(_instances))",
        ]
    )
    first = book.output(3)
    for _ in range(3):
        book.run(1)
    assert "released" in book.output(1)
    book.run(3)
    assert book.output(3) == first


ERRAND = """import threading
gate = threading.Event()
class Slow(Probe):
    def heard_press(self, content, buffers):
        def task(errand):
            errand.tell(1, 4)
            gate.wait(30)
            raise LookupError("no such thing")
        self.errand("Counting", task, stoppable=True)
    def heard_halt(self, content, buffers):
        super().heard_halt(content, buffers)
        gate.set()
slow = Slow()
slow"""


@pytest.mark.needs("chromium")
def test_what_takes_long_shows_a_progress_bar_that_can_be_stopped(open_notebook) -> None:
    book = open_notebook([WIDGET, ERRAND])
    book.page.get_by_role("button", name="press").click()
    bar = book.page.get_by_role("progressbar", name="Counting")
    bar.wait_for()
    book.page.wait_for_function(
        "(bar) => bar.value === 1 && bar.max === 4", arg=bar.element_handle()
    )
    assert book.accessibility() == []
    book.page.get_by_role("button", name="Stop").click()
    book.page.get_by_role("alert").get_by_text("no such thing").wait_for()
    bar.wait_for(state="hidden")
