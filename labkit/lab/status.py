"""The lab's state in lines of text: what `status` prints.

Knows what is worth telling; must not change anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from labkit.lab.records import Records
from labkit.lab.world import World
from labkit.net.network import EPOCH, Network


def describe(
    world: World, records: Records, sessions: Mapping[str, int], *, realtime: bool
) -> list[str]:
    """One line a fact; `sessions` counts them by device."""
    now = world.network.clock.now
    moment = datetime.fromtimestamp(now // 1_000_000, UTC)
    pace = "the wall's" if realtime else "moves only by commands"
    lines = [
        f"Checkpoint  {world.checkpoint}",
        f"Seed        {world.seed}",
        f"Time        {moment:%Y-%m-%d %H:%M:%S}.{now % 1_000_000:06} "
        f"({(now - EPOCH) / 1e6:.6f} s since the start; {pace})",
    ]
    for name, state in changed_links(world.network).items():
        facts = ", ".join(f"{key} {value}" for key, value in state.items())
        lines.append(f"Link        {name}: {facts}")
    if len(lines) == 3:
        lines.append("Links       all up, unimpaired")
    if world.fault is not None:
        lines.append(f"Fault       {world.fault.name}: {world.fault.title}")
    busy = ", ".join(f"{name} {count}" for name, count in sessions.items())
    lines.append(f"Sessions    {busy or 'none'}")
    lines.append(f"Captures    {records.folder or 'in memory only'}")
    return lines


def changed_links(network: Network) -> dict[str, dict[str, Any]]:
    """Links that are not as the topology has them: {name: arguments of LinkChange}."""
    changed = {name: link.changed() for name, link in network.links.items()}
    return {name: state for name, state in changed.items() if state}
