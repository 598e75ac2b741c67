"""A device's real prompt in the notebook, simulated or real, over SSH.

    Console(desk, "R1")                     # a desk, a lab or an inventory, and a device's name
    Console(desk, "R1").type("show router route-table")
    Consoles(desk, "Site-A-GW-Router", "R1") # several at once, side by side or in tabs

Keys go out as they are typed and the device's own shell answers: its history, Tab, `?`,
`--More--`, Ctrl-C and Ctrl-Z.  Must not know what any of that means, nor the simulator.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import traitlets as t

from labkit import sim
from labkit.course.desk import Desk
from labkit.desk.base import LabWidget, module, style
from labkit.drive import inventory
from labkit.drive.inventory import Device, Inventory
from labkit.drive.platforms import platform
from labkit.drive.screen import Screen, Update
from labkit.drive.terminal import Terminal
from labkit.drive.typist import Refusal, Typist

Where: TypeAlias = "Desk | sim.Lab | Inventory | Device"
SYSTEMS = {"cisco_ios": "IOS", "nokia_sros": "SR OS", "linux": "Linux", "labkit": "control"}
CONNECT_TIMEOUT = 30.0
"""Seconds that `type` waits for the first prompt."""
COMMAND_TIMEOUT = 60.0
"""Seconds without a word after which `type` gives a command up."""
REFUSALS_SHOWN = 200
REFERENCE = "anywidget:"


def find_device(where: Where, name: str | None = None) -> Device:
    """A device of a desk, a lab or an inventory.  Raises LookupError, ValueError."""
    if isinstance(where, Device):
        return where
    if name is None:
        raise ValueError("which device? Give its name after the lab")
    if isinstance(where, Desk):
        where = where.lab
    if isinstance(where, sim.Lab):
        where = inventory.parse(where.serve(), "the lab")
    return where[name]


class Console(LabWidget):
    """One device's prompt.  It logs in by itself, and again when asked to."""

    _esm = module("console/console.js")
    _css = style("console/console.css")

    device = t.Unicode().tag(sync=True)
    title = t.Unicode().tag(sync=True)
    state = t.Unicode("connecting").tag(sync=True)
    """connecting, connected or closed."""
    why = t.Unicode("").tag(sync=True)
    rows = t.Int(24).tag(sync=True)
    size = t.Int(13).tag(sync=True)
    """Height of the letters in pixels."""
    pasted = t.Dict().tag(sync=True)
    """A paste's state: running, done, total, refused [[number, line, answer]]."""

    def __init__(
        self, where: Where, name: str | None = None, *, rows: int = 24, size: int = 13
    ) -> None:
        """Raises LookupError for a device that is not there, ValueError for an unknown platform."""
        self._device = find_device(where, name)
        self._platform = platform(self._device.platform)
        self._lines = threading.Condition(threading.RLock())
        self._screen = Screen()
        self._typed = False
        self._ended = ""
        self._pasting: Typist | None = None
        kind = "real device" if self._device.real else "simulated"
        system = SYSTEMS.get(self._device.platform, self._device.platform)
        super().__init__(
            device=self._device.name, title=f"{system}, {kind}", rows=rows, size=size, pasted={}
        )
        self._terminal = self._open()

    def __repr__(self) -> str:
        return f"Console of {self.device} ({self.title})"

    def report(self) -> str:
        """The whole session so far."""
        with self._lines:
            return f"{self!r}\n{self._screen.text}"

    def twin(self) -> str:
        return self.report() if self._typed else f"{self!r}: a prompt to type at"

    # ---- from Python

    def type(self, *commands: str) -> Console:
        """Type commands and wait for each one's prompt; returns the console, so that a cell
        shows it.  Raises TimeoutError where no prompt comes, ConnectionError where none can."""
        typist = self._typist(quiet=COMMAND_TIMEOUT)
        self._await_prompt(typist)
        self._typed = True
        typist.type(commands)
        return self

    def paste(self, lines: str) -> list[Refusal]:
        """Type a whole configuration; returns the lines that the device refused.

        Raises what `type` raises.
        """
        typist = self._typist()
        self._await_prompt(typist)
        self._typed = True
        return typist.type(lines.splitlines())

    def _await_prompt(self, typist: Typist) -> None:
        if not typist.at_prompt(CONNECT_TIMEOUT):
            raise TimeoutError(f"{self.device} shows no prompt")
        if self._ended:
            raise ConnectionError(f"{self.device}: {self._ended}")

    # ---- the session's news

    def collect(self) -> dict[str, Any] | None:
        with self._lines:
            update = self._screen.take()
        return None if update is None else {"kind": "lines", **content(update)}

    def snapshot(self) -> dict[str, Any]:
        with self._lines:
            return content(self._screen.whole())

    # ---- from the browser: post and return

    def heard_keys(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Keys as they were typed."""
        keys = str(message["text"])
        pasting = self._pasting
        if pasting is not None and "\x03" in keys:
            pasting.stop()
        self._terminal.send(keys)

    def heard_paste(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Several lines, to be typed one by one."""
        if self._pasting is not None:
            raise ValueError("another text is still being typed: stop it first")
        lines = str(message["text"]).splitlines()
        typist = self._pasting = self._typist()
        sim.default_runner().start(f"paste {self.device}", lambda: self._paste(typist, lines))

    def heard_stop(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Type no more of what was pasted."""
        if self._pasting is not None:
            self._pasting.stop()

    def heard_reconnect(self, message: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        """Log in again, below what the last session left."""
        if self._ended:
            self._heard("\r\n")
            self._terminal = self._open()

    # ---- within

    def _open(self) -> Terminal:
        self._ended = ""
        self.change(state="connecting", why="")
        return Terminal(self._device, self._heard, self._became, height=self.rows)

    def _heard(self, text: str) -> None:
        with self._lines:
            self._screen.feed(text)
            self._lines.notify_all()
        self.touch()

    def _became(self, state: str, why: str) -> None:
        with self._lines:
            self._ended = (why or "closed") if state == "closed" else ""
            if self._ended and self._pasting is not None:
                self._pasting.stop()
            self._lines.notify_all()
        self.change(state=state, why=why)

    def _typist(self, **options: float) -> Typist:
        return Typist(
            self._screen,
            self._lines,
            lambda keys: self._terminal.send(keys),
            self._platform,
            lambda: bool(self._ended),
            news_line=sim.ANEW,
            **options,
        )

    def _paste(self, typist: Typist, lines: list[str]) -> None:
        shown = {"running": True, "done": 0, "total": len(lines), "count": 0, "refused": []}

        def tell(**news: Any) -> None:
            shown.update(news)
            self.change(pasted=dict(shown))

        tell()
        try:
            refused = typist.type(lines, lambda number: tell(done=number))
            self._typed = True
            rows = [[each.number, each.line, each.answer] for each in refused[:REFUSALS_SHOWN]]
            tell(running=False, count=len(refused), refused=rows)
        finally:
            self._pasting = None

    def release(self) -> None:
        if self._pasting is not None:
            self._pasting.stop()
        self._terminal.close()


def content(update: Update) -> dict[str, Any]:
    """An update as a message's content."""
    return {
        "oldest": update.oldest,
        "first": update.first,
        "lines": list(update.lines),
        "cursor": update.cursor,
    }


class Consoles(LabWidget):
    """An arrangement of consoles.  Closing it closes those that it made itself."""

    _esm = module("console/consoles.js")
    _css = style("console/consoles.css")

    members: t.List[list[str]] = t.List().tag(sync=True)
    """[[reference of the widget, name]]"""
    arrangement = t.Enum(["side", "tabs"], "side").tag(sync=True)
    chosen = t.Int(0).tag(sync=True)
    """The tab in front."""

    def __init__(
        self, where: Where | Iterable[Console], *names: str, arrangement: str = "side"
    ) -> None:
        """Raises what `Console` raises, and ValueError for an arrangement that there is not."""
        if arrangement not in ("side", "tabs"):
            raise ValueError(f"consoles stand in 'side' or in 'tabs', not in {arrangement!r}")
        self._own: list[Console] = []
        if names:
            self._own = [Console(where, name) for name in names]  # type: ignore[arg-type]
            self.consoles = list(self._own)
        else:
            self.consoles = list(where)  # type: ignore[arg-type]
        members = [[REFERENCE + each.model_id, each.device] for each in self.consoles]
        super().__init__(members=members, arrangement=arrangement)

    def __getitem__(self, name: str) -> Console:
        """The console of a device.  Raises LookupError."""
        for console in self.consoles:
            if console.device == name:
                return console
        raise LookupError(f"there is no console of {name!r} here")

    def __repr__(self) -> str:
        return "Consoles of " + ", ".join(each.device for each in self.consoles)

    def report(self) -> str:
        return "\n\n".join(each.report() for each in self.consoles)

    def twin(self) -> str:
        return "\n".join(each.twin() for each in self.consoles)

    def release(self) -> None:
        for console in self._own:
            console.close()

    def _ipython_key_completions_(self) -> list[Any]:
        return [each.device for each in self.consoles]
