"""`show running-config all`: the configuration with what holds anyway.

The defaults are those that the grammar knows, hence keeps out of the configuration; a real
router has hundreds more for things that this lab does not have.
"""

from __future__ import annotations

from labkit.cli.cisco_ios import config_aaa as aaa
from labkit.cli.cisco_ios.modes import MODES
from labkit.cli.cisco_ios.rows import Mode, Setting
from labkit.model.config import Line

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
