"""Several consoles at once, side by side or in tabs.

    Consoles(desk, "Site-A-GW-Router", "R1")
    Consoles([console, another])

Only an arrangement: each console is the same widget as when it stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import traitlets as t

from labkit.desk.base import LabWidget, module, style
from labkit.desk.console.widget import Console, Where

REFERENCE = "anywidget:"


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
