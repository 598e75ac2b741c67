"""What the lab tells of itself: the lines of `status`, and how to log in as JSON.

Knows what is worth telling; must not change anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from labkit.sim.lab.prompts import CONTROL
from labkit.sim.lab.records import Records
from labkit.sim.lab.world import World
from labkit.sim.net.clock import EPOCH
from labkit.sim.serve.port import HOST, Login


def status(world: World, records: Records, sessions: Mapping[str, int], *, realtime: bool) -> str:
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
    for name, state in world.changed_links().items():
        facts = ", ".join(f"{key} {value}" for key, value in state.items())
        lines.append(f"Link        {name}: {facts}")
    if len(lines) == 3:
        lines.append("Links       all up, unimpaired")
    if world.fault is not None:
        lines.append(f"Fault       {world.fault.name}: {world.fault.title}")
    busy = ", ".join(f"{name} {count}" for name, count in sessions.items())
    lines.append(f"Sessions    {busy or 'none'}")
    lines.append(f"Captures    {records.folder or 'in memory only'}")
    return "\n".join(lines)


def description(
    world: World, records: Records, ports: Mapping[str, int], login: Login, secret: str
) -> dict[str, Any]:
    """What `labkit serve --json` prints: devices with netmiko's arguments, captures and keys."""

    def device(name: str, platform: str, driver: str) -> dict[str, Any]:
        netmiko = {
            "device_type": driver,
            "host": HOST,
            "port": ports.get(name),
            "username": login.username,
            "password": login.password,
            "secret": secret,
        }
        return {"name": name, "platform": platform, "netmiko": netmiko}

    nodes = world.network.topology.nodes.values()
    return {
        "checkpoint": world.checkpoint,
        "seed": world.seed,
        "devices": [
            *(device(node.name, node.platform, node.platform) for node in nodes),
            device(CONTROL, "labkit", "linux"),
        ],
        "captures": {link: str(path) for link, path in records.captures.items()},
        "keys": None if records.keys is None else str(records.keys),
    }
