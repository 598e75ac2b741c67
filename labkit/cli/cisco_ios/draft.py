"""A configuration apart from the router: one that is only read, or one with its defaults.

The same lines through the same grammar as at a prompt.  The defaults are those that the grammar
knows, hence keeps out of the configuration; a real router has hundreds more for things that this
lab does not have.  Must not know devices or time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from labkit.cli.cisco_ios.configuring import Configurable, Configuring
from labkit.cli.cisco_ios.kinds import interface_order
from labkit.cli.cisco_ios.login import aaa
from labkit.cli.cisco_ios.rows import Mode, Setting
from labkit.cli.cisco_ios.subjects import MODES
from labkit.cli.cisco_ios.wording import mistake_text
from labkit.cli.device import ConfigError
from labkit.model.config import Line


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


# --------------------------------------------------------------------------- defaults


_OF_PORTS = ("mtu", "ip mtu", "keepalive", "cdp enable")
"""What a loopback has not, or not with these values."""


def with_defaults(tree: Line) -> Line:
    """A copy of a running configuration with its hidden defaults put in."""
    full = tree.copy()
    _fill(full, MODES["config"], () if aaa.enabled(tree) else ("login authentication",))
    return full


def _fill(section: Line, mode: Mode, without: tuple[str, ...]) -> None:
    for child in section.children:
        inside = _entered(mode, child)
        if inside is not None:
            _fill(child, inside, without)
    for row in mode.rows:
        if not isinstance(row, Setting) or not row.default or row.act or "{" in row.key:
            continue
        key = row.key or row.default
        if section.text.startswith("interface Loopback") and key in _OF_PORTS:
            continue
        if key not in without and section.find(key) is None:
            section.put(Line(row.default, key, (row.order,)))


def _entered(mode: Mode, line: Line) -> Mode | None:
    """The mode whose lines stand inside `line`."""
    words = line.text.split()
    for row in mode.rows:
        if isinstance(row, Setting) and row.enters:
            fixed = (row.key or row.syntax).partition("{")[0].partition("<")[0].split()
            if words[: len(fixed)] == fixed:
                return MODES[row.enters]
    return None
