"""The whole grammar, built once per process.

Imports every module whose functions carry out commands (commands.py).
"""

from __future__ import annotations

from functools import cache

from labkit.cli.nokia_sros import (  # noqa: F401
    oam,
    rollback,
    session,
    show_bgp,
    show_binding,
    show_isis,
    show_ldp,
    show_mirror,
    show_mpls,
    show_port,
    show_router,
    show_service,
    show_system,
    show_tunnel,
    show_usage,
    show_vrrp,
)
from labkit.cli.nokia_sros import rows_configure as configure
from labkit.cli.nokia_sros.commands import place
from labkit.cli.nokia_sros.schema import Row, parse


@cache
def root() -> Row:
    """The tree from the root."""
    texts = (configure.SYSTEM, configure.ROUTER, configure.MIRROR, configure.SERVICE)
    return place(parse(*texts, configure.DEBUG))


@cache
def everywhere() -> Row:
    """What works in every context."""
    return place(parse("back ; moves\nexit [all] ; moves"), everywhere=True)
