"""The whole grammar, built once per process.

Imports every module whose functions carry out commands (commands.py).
"""

from __future__ import annotations

from functools import cache

from labkit.sim.routers.sros import (  # noqa: F401
    attachments,
    bgp,
    isis,
    mirror,
    mpls,
    oam,
    policy,
    port,
    rollback,
    routing,
    services,
    session,
    system,
    tunnels,
)
from labkit.sim.routers.sros.commands import place
from labkit.sim.routers.sros.schema import Row, parse


@cache
def root() -> Row:
    """The tree from the root; a configuration is written in the order of its subjects."""
    subjects = (system, port, routing, isis, mpls, tunnels, bgp, policy, mirror, services)
    return place(parse(*(each.ROWS for each in subjects)))


@cache
def everywhere() -> Row:
    """What works in every context."""
    return place(parse("back ; moves\nexit [all] ; moves"), everywhere=True)
