"""The whole grammar, built once per process: the tree from the root, and what works anywhere."""

from __future__ import annotations

from functools import cache

from labkit.cli.nokia_sros import rows_configure as configure
from labkit.cli.nokia_sros.rows_operate import EVERYWHERE, OPERATE
from labkit.cli.nokia_sros.schema import Row, parse


@cache
def root() -> Row:
    """The root context."""
    texts = (configure.SYSTEM, configure.ROUTER, configure.MIRROR, configure.SERVICE)
    return parse(*texts, configure.DEBUG, OPERATE)


@cache
def everywhere() -> Row:
    """The commands that work in every context."""
    return parse(EVERYWHERE)
