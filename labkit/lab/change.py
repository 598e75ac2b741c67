"""A change to a running lab: lines typed, links set, commands given.

Faults are made of these.  The lines are taken quietly, as if they had always been there; only
the commands take lab time.  Knows how to undo nothing: whoever asks has a change the other way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labkit.cli.device import ConfigError, Device
from labkit.cli.jobs import Job
from labkit.cli.shell import Shell
from labkit.lab.console import type_command
from labkit.net.link import LinkChange

if TYPE_CHECKING:
    from labkit.lab.world import World


@dataclass(frozen=True, slots=True)
class Change:
    """What is done, in the order of the fields."""

    config: Mapping[str, tuple[str, ...]]
    """Configuration lines by node, as a person types them."""
    links: Mapping[str, LinkChange]
    do: tuple[tuple[str, str, tuple[str, ...]], ...]
    """(node, command, answers to its questions)."""


def make(
    change: Change,
    world: World,
    open_shell: Callable[[str], Shell],
    *,
    strict: bool = True,
) -> Job:
    """Do it.  Raises ConfigError for a line refused, unless not `strict`, LookupError for a node
    or link that is not there."""
    with world.network.batch():
        for node, lines in change.config.items():
            if strict:
                world.devices[node].load(lines)
            else:
                _load_what_fits(world.devices[node], lines)
        for link, state in change.links.items():
            world.network.set_link(link, state)
    for node, command, answers in change.do:
        yield from give(open_shell(node), command, answers)


def give(shell: Shell, command: str, answers: Sequence[str] = ()) -> Job:
    """One command in a session of its own, which it leaves no trace of."""
    yield from type_command(shell, command, answers)
    shell.hang_up()


def _load_what_fits(device: Device, lines: Sequence[str]) -> None:
    """Leave out what is refused: who repairs by hand leaves nothing to be taken out."""
    left = list(lines)
    while left:
        try:
            device.load(left)
            return
        except ConfigError as refused:
            left.remove(refused.line)
