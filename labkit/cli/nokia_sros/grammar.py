"""The whole grammar, built once per process, and the list of it for the documentation.

Imports every module whose functions carry out commands (commands.py).
"""

from __future__ import annotations

from collections.abc import Iterator
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


def sections() -> Iterator[tuple[str, list[str]]]:
    """Each context of the root with its lines; first what works in every context."""
    yield "in every context", [line for row in everywhere().children for line in _lines(row, 0)]
    for name in dict.fromkeys(row.keyword for row in root().children):
        rows = [row for row in root().children if row.keyword == name]
        yield name, [line for row in rows for line in _lines(row, 0)]


def _lines(row: Row, depth: int) -> Iterator[str]:
    yield "    " * depth + row.usage()
    for child in sorted(row.children, key=lambda each: each.keyword):
        yield from _lines(child, depth + 1)
