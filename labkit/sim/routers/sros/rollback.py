"""`admin rollback save|compare|view|delete|revert`: checkpoints of the configuration, newest first.

Knows texts of configurations and how two of them differ; the device says what is running.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff
from typing import TYPE_CHECKING

from labkit.sim.routers.jobs import Ask, Job
from labkit.sim.routers.sros.commands import runs, shows
from labkit.sim.routers.sros.cursor import Command
from labkit.sim.routers.sros.page import Lines, stamp, table
from labkit.sim.routers.sros.schema import Mistake

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice
    from labkit.sim.routers.sros.shell import SrosShell

KEPT = 10
"""Checkpoints that are kept (SR OS's default)."""
RULE = "-" * 46
_NAMES = ("latest-rb", *map(str, range(1, KEPT)))


@dataclass(frozen=True, slots=True)
class Rollback:
    time: int
    text: str
    comment: str = ""


def find(device: SrosDevice, name: str) -> Rollback:
    """`latest-rb` or a number from 1.  Raises Mistake if there is none."""
    index = 0 if name == "latest-rb" else int(name)
    if index >= len(device.rollbacks):
        raise Mistake("MINOR: CLI Rollback checkpoint file does not exist.")
    return device.rollbacks[index]


@runs("admin > rollback > save [comment <comment:text>]")
def save(shell: SrosShell, command: Command) -> None:
    device = shell.device
    comment = command.values.get("comment", "")
    device.rollbacks.insert(0, Rollback(shell.now(), device.render(), comment))
    del device.rollbacks[KEPT:]
    shell.write("Saving rollback configuration ... OK\n")


@runs(
    "admin > rollback > compare <checkpoint:source> to <other:source>",
    "admin > rollback > compare to <other:source>",
    "admin > rollback > compare [<checkpoint:source>]",
)
def compare(shell: SrosShell, command: Command) -> Job:
    """What changed from one configuration to another: `compare [X] [to Y]`.

    Without `to` from a checkpoint, the latest if none is named, to the running configuration.
    """
    values = command.values
    named = values.get("checkpoint", "active-cfg" if "other" in values else "latest-rb")
    old = _text(shell.device, named)
    new = _text(shell.device, values.get("other", "active-cfg"))
    return shell.print([RULE, *difference(old, new), RULE], command.pipe)


def _text(device: SrosDevice, name: str) -> str:
    return device.render() if name == "active-cfg" else find(device, name).text


@runs("admin > rollback > delete <checkpoint:checkpoint>")
def delete(shell: SrosShell, command: Command) -> None:
    shell.device.rollbacks.remove(find(shell.device, command.values["checkpoint"]))


@runs("admin > rollback > view [<checkpoint:checkpoint>]")
def view(shell: SrosShell, command: Command) -> Job:
    """The text of a checkpoint, the latest if none is named."""
    kept = find(shell.device, command.values.get("checkpoint", "latest-rb"))
    return shell.print(kept.text.splitlines(), command.pipe)


@runs("admin > rollback > revert <checkpoint:checkpoint> [now]")
def revert(shell: SrosShell, command: Command) -> Job:
    old = find(shell.device, command.values["checkpoint"])
    if "now" not in command.values:
        answer = yield Ask("Are you sure you want to revert (y/n)? ")
        if (answer or "").strip().lower() not in ("y", "yes"):
            return
    shell.device.revert(old.text)
    shell.write("Restoring rollback configuration ... OK\n")


@shows("show > system > rollback")
def show(device: SrosDevice, values: dict[str, str]) -> Lines:
    header = ("Idx    Creation Time          Comment",)
    rows = [
        f"{name:<10} {stamp(each.time)}    {each.comment}".rstrip()
        for name, each in zip(_NAMES, device.rollbacks, strict=False)
    ]
    return table("Rollback Information", header, rows, "No. of Rollback Files: {}")


def difference(old: str, new: str) -> Iterator[str]:
    """Changed lines within the contexts they stand in."""
    contexts: list[str] = []
    shown: list[str] = []
    for line in ndiff(old.splitlines(), new.splitlines()):
        mark, text = line[0], line[2:]
        if mark == "?" or not text.strip() or text.lstrip().startswith(("#", "echo", "exit")):
            continue
        depth = len(text) - len(text.lstrip())
        contexts = [each for each in contexts if len(each) - len(each.lstrip()) < depth]
        if mark in "+-":
            yield from (f"  {each}" for each in contexts if each not in shown)
            shown = [*contexts]
            yield f"{mark} {text}"
        contexts.append(text)
