"""Changing a device's configuration with eyes open.

Shows what a push would add, asks before it touches a real device, and reports what the device
refused and what its configuration became.  What a push returns may stand in a notebook, so the
secrets of a real device are not in it.  Must not know any vendor's grammar: it compares lines.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from labkit.drive.connections import Connections
from labkit.drive.platforms import platform

Confirm = Callable[[str], bool]
"""Shown what is about to be typed; says whether to go on."""


class PushDeclined(RuntimeError):
    """Nobody confirmed the push: nothing was typed."""


class PushRefused(RuntimeError):
    """The device refused lines; those before and after them were applied."""

    def __init__(self, device: str, refused: Sequence[str], dialogue: str) -> None:
        super().__init__(f"{device} refused: " + "; ".join(refused))
        self.refused = tuple(refused)
        self.dialogue = dialogue


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: the device's configuration before and after, as a unified diff."""

    device: str
    difference: str
    """Of a real device, without its secrets."""
    dialogue: str = field(repr=False)
    """All that was said, secrets too."""


def plan(configuration: str, lines: Sequence[str]) -> str:
    """`lines` marked with + where the configuration has no such line yet (a reader's aid:
    where a line stands twice, in two sections, it counts as there)."""
    known = {_words(line) for line in configuration.splitlines()}
    return "\n".join(("  " if _words(line) in known else "+ ") + line for line in lines)


def push(
    connections: Connections, name: str, lines: Sequence[str], confirm: Confirm | None = None
) -> Pushed:
    """Type `lines` on a device.

    A real device needs `confirm`, which is shown the plan.  Raises PushDeclined (nothing was
    typed), PushRefused, or netmiko's errors.
    """
    device = connections.inventory[name]
    facts = platform(device.platform)
    before = connections.run(name, facts.show_configuration)
    planned = f"{name}:\n{plan(before, lines)}"
    if device.real and (confirm is None or not confirm(planned)):
        raise PushDeclined(f"{name} is a real device and nobody confirmed the change")
    dialogue = connections.configure(name, lines, confirmed=True)
    refused = [line for line in dialogue.splitlines() if re.match(facts.refusals, line)]
    if refused:
        raise PushRefused(name, refused, dialogue)
    after = connections.run(name, facts.show_configuration)
    changed = difference(before, after, facts.volatile)
    return Pushed(name, without_secrets(changed) if device.real else changed, dialogue)


_SECRET = re.compile(
    r"((?:\b|-)(?:password|secret|pre-shared-key|authentication-key|auth-key|key-string|community"
    r"|isakmp key|server key|key)(?: \d+)? +)(\"[^\"]*\"|\S+)",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(r"(?:id|chain|generate|config-key|rsa|pair|local|address)\Z")


def without_secrets(text: str) -> str:
    """Configuration text with `<hidden>` in place of passwords and keys."""

    def hide(match: re.Match[str]) -> str:
        return match[0] if _NO_SECRET.match(match[2]) else f"{match[1]}<hidden>"

    return _SECRET.sub(hide, text)


def difference(before: str, after: str, volatile: str = r"(?!)") -> str:
    """A unified diff of two configurations, three lines around each change; lines that the
    pattern `volatile` matches are left out."""
    old, new = (
        [line for line in text.splitlines() if not re.match(volatile, line)]
        for text in (before, after)
    )
    return "\n".join(difflib.unified_diff(old, new, "before", "after", lineterm=""))


def _words(line: str) -> tuple[str, ...]:
    return tuple(line.split())
