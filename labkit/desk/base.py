"""What every widget of the desk is: a text twin, a message table, one way to the browser.

A widget's browser side sends `{kind, …}`; `heard_<kind>(content, buffers)` takes it, in a comm
thread, and must only post and return.  News go the other way by `say` (a message to all views) and
`change` (a synced trait, for small state), both from any thread, both sent by the one sender.
A view that is new says "hello" and gets `snapshot()`.

Running a cell again closes the widgets that it made before: JupyterLab does not.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakSet

import anywidget
import traitlets as t
from IPython.core.getipython import get_ipython

from labkit.desk.sender import LOG, PULSE, SENDER
from labkit.desk.work import Errand

DESK = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "(?P<file>\.[\w./-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=const|function|class|async)", re.MULTILINE)
VIEW = "application/vnd.jupyter.widget-view+json"


class LabWidget(anywidget.AnyWidget):
    """Base of all widgets: a subclass sets `_esm = module("x.js")` and `_css = style("x.css")`."""

    trouble = t.Unicode("").tag(sync=True)
    """One line about what went wrong last, shown in the widget; "" when all is well."""
    work = t.Dict().tag(sync=True)
    """What takes its time just now, shown as a progress bar; {} for nothing (see `errand`)."""

    _released = True  # until it is made: a subclass may refuse its arguments first

    def __init__(self, **traits: Any) -> None:
        self._news = threading.Lock()
        self._sayings: list[tuple[dict[str, Any], list[bytes]]] = []
        self._changes: dict[str, Any] = {}
        self._released = False
        self._errand: Errand | None = None
        super().__init__(**traits)
        self.on_msg(self._route)
        CELLS.adopt(self)

    def open(self) -> None:
        """Open the way to the browser.

        ipykernel 7.4 hands what the browser says to whoever spoke on this comm last, which is the
        cell that made the widget: nothing would be heard while a cell runs.  Where the browser
        wants it (a subshell of its own) is where it must go.
        """
        super().open()
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = None

    # ---- the text twin

    def __repr__(self) -> str:
        """One stable line: no address, no port, no path."""
        return type(self).__name__

    def report(self) -> str:
        """What the widget shows, as text."""
        return repr(self)

    def twin(self) -> str:
        """What is left in the notebook where there is no browser; the same in every run."""
        return self.report()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle: dict[str, Any] = {"text/plain": self.twin()}
        if not self._released:
            bundle[VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return bundle, {}

    # ---- to the browser, from any thread

    def say(self, kind: str, buffers: Sequence[bytes] = (), **content: Any) -> None:
        """Send a message to every view."""
        with self._news:
            self._sayings.append(({"kind": kind, **content}, list(buffers)))
        self.touch()

    def change(self, **traits: Any) -> None:
        """Set synced traits; of several values between two beats the last counts."""
        with self._news:
            self._changes.update(traits)
        self.touch()

    def touch(self) -> None:
        """There are news: `collect` will be called soon."""
        if not self._released:
            SENDER.touch(self)

    def collect(self) -> dict[str, Any] | None:
        """A message with what is new since the last call, or None; the sender's thread asks.

        For streams, of which only the sum of many changes matters.
        """
        return None

    def snapshot(self) -> dict[str, Any] | None:
        """Everything a new view needs beyond the traits, as one message, or None."""
        return None

    def beat(self) -> None:
        """Send what is new.  The sender calls it."""
        if self._released:
            return
        with self._news:
            sayings, self._sayings = self._sayings, []
            changes, self._changes = self._changes, {}
        if changes:
            with self.hold_sync():
                for name, value in changes.items():
                    setattr(self, name, value)
        for content, buffers in sayings:
            if content["kind"] == "snapshot":
                content |= self.snapshot() or {}
            self.send(content, buffers)
        message = self.collect()
        if message is not None:
            self.send(message)

    # ---- from the browser, in a comm thread

    def heard_hello(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """A page shows this widget for the first time; its snapshot is taken as it is sent."""
        self.say("snapshot")

    def _route(self, widget: Any, content: Any, buffers: Sequence[memoryview]) -> None:
        kind = content.get("kind") if isinstance(content, dict) else None
        heard = getattr(self, f"heard_{kind}", None)
        if heard is None or self._released:
            return
        try:
            heard(content, buffers)
        except Exception as error:
            LOG.info("%s could not do %s", self, kind, exc_info=True)
            self.change(trouble=_sentence(error))

    def heard_halt(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """The stop button beside a progress bar."""
        if self._errand is not None:
            self._errand.stop()

    # ---- what takes longer than a moment

    def errand(
        self, what: str, task: Callable[[Errand], object], *, stoppable: bool = False
    ) -> Errand:
        """Do `task(errand)` in a thread, with a progress bar in the widget; returns at once.

        What it raises is shown as trouble.  Raises ValueError while another is under way.
        """
        if self._errand is not None and not self._errand.over:
            raise ValueError(f"one thing at a time: {self._errand.what} is not done yet")
        self.change(trouble="")
        self._errand = Errand(
            what,
            task,
            lambda shown: self.change(work=shown),
            lambda error: self.change(trouble=_sentence(error)),
            stoppable=stoppable,
        )
        return self._errand

    # ---- the lab's changes

    def watch(self) -> None:
        """Have `look` called a few times a second, until `close`."""
        PULSE.watch(self)

    def look(self) -> None:
        """See whether the lab has changed; called by the pulse after `watch`."""

    # ---- the end

    def release(self) -> None:
        """Let go of threads, channels and files; called once, by `close`."""

    def close(self) -> None:
        """End the widget and its views.  Harmless a second time."""
        if not self._released:
            self._released = True
            PULSE.forget(self)
            if self._errand is not None:
                self._errand.stop()
            self.release()
            self.layout.close()
        super().close()


class LivePicture(LabWidget):
    """A widget that shows a lab as it is, and stays as it was when the lab is closed."""

    kind = ""
    """What its messages are called."""
    _seen: object = None

    def seen(self) -> object:
        """What the picture depends on."""
        raise NotImplementedError

    def message(self) -> dict[str, Any]:
        """The whole picture."""
        raise NotImplementedError

    def snapshot(self) -> dict[str, Any]:
        return self.message()

    def look(self) -> None:
        with suppress(RuntimeError):  # the lab is closed; what was shown stays
            seen = self.seen()
            if seen != self._seen:
                self._seen = seen
                self.touch()

    def collect(self) -> dict[str, Any] | None:
        with suppress(RuntimeError):
            return {"kind": self.kind, **self.message()}
        return None


def _sentence(error: Exception) -> str:
    """What a person is told of an error; a KeyError would show its message in quotes."""
    return (
        str(error.args[0] if isinstance(error, KeyError) and error.args else error)
        or type(error).__name__
    )


class Cells:
    """Which cell made which widgets, so that running it again closes them."""

    def __init__(self) -> None:
        self._made: dict[str, WeakSet[LabWidget]] = {}
        self._shell: Any = None

    def adopt(self, widget: LabWidget) -> None:
        """The cell that runs now has made this widget."""
        shell = get_ipython()
        if shell is None or not hasattr(shell, "get_parent"):
            return
        if shell is not self._shell:
            self._shell = shell
            shell.events.register("pre_run_cell", self._begin)
        cell = (shell.get_parent().get("metadata") or {}).get("cellId")
        if cell:
            self._made.setdefault(cell, WeakSet()).add(widget)

    def _begin(self, info: Any) -> None:
        for widget in list(self._made.pop(getattr(info, "cell_id", None) or "", ())):
            widget.close()


CELLS = Cells()


# --------------------------------------------------------------------------- the browser side
# anywidget loads a module from memory, where `import … from "../dom.js"` finds nothing; so what a
# module imports is written above it.  No build step: the files beside the widgets are what runs.


@cache
def module(name: str) -> str:
    """An ES module (`map/map.js`) after everything that it imports, each once.

    Raises OSError for a file that is not there.
    """
    order: list[Path] = []
    _collect(DESK / name, order)
    *imported, own = (IMPORT.sub("", _text(each)) for each in order)
    return "\n".join([*(EXPORT.sub("", each) for each in imported), own])


@cache
def style(*names: str) -> str:
    """The style shared by all widgets, and then this widget's own (`map/map.css`)."""
    return "\n".join(_text(DESK / each) for each in ("desk.css", *names))


def drawing_style(name: str) -> str:
    """The style of a drawing, which goes into its file too."""
    return _text(DESK / name)


def _collect(path: Path, order: list[Path]) -> None:
    for match in IMPORT.finditer(_text(path)):
        imported = (path.parent / match["file"]).resolve()
        if imported not in order:
            _collect(imported, order)
    order.append(path)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
