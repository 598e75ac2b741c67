"""A configuration that has been read but is not in force: a file, or what a router boots with.

The same lines through the same grammar as at a prompt.  Must not know devices or time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from labkit.sim.model.config import Line
from labkit.sim.routers.device import ConfigError
from labkit.sim.routers.ios.configuring import Configurable, Configuring
from labkit.sim.routers.ios.kinds import interface_order
from labkit.sim.routers.ios.subjects import MODES
from labkit.sim.routers.ios.wording import mistake_text


class Draft:
    """A tree of lines that stands for itself alone."""

    def __init__(self, ports: Iterable[str]) -> None:
        """An empty configuration of a box with these ports, which cannot be taken out."""
        self.running = Line()
        for port in ports:
            key = f"interface {port}"
            self.running.put(Line(key, key, (150, *interface_order(port))))

    def changed(self) -> None:
        """Nobody needs to know."""


def type_lines(target: Configurable, lines: Iterable[str]) -> Iterator[ConfigError]:
    """Take configuration lines one by one, as the errors of those that are refused are drawn."""
    configuring = Configuring(target, MODES)
    for line in lines:
        if line.strip() in ("end", "exit") and not configuring.in_banner:
            configuring.to_global()
            continue
        outcome = configuring.execute(line)
        if outcome.mistake is not None:
            yield ConfigError(line, mistake_text(outcome.mistake, line))
        elif outcome.refused:
            yield ConfigError(line, outcome.said.strip())
        elif outcome.command is not None and outcome.command.row.syntax != "exit-address-family":
            yield ConfigError(line, "not a configuration line")


def read(lines: Sequence[str], ports: Iterable[str]) -> tuple[Line, list[ConfigError]]:
    """The tree of a whole configuration, and the lines that are not in it."""
    draft = Draft(ports)
    refused = list(type_lines(draft, lines))
    return draft.running, refused
