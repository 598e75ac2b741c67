"""Rows of `archive`: where configurations are kept and how many.

Must not know how they are kept; `archive` follows the tree.
"""

from __future__ import annotations

from labkit.cli.cisco_ios.rows import Row, Setting

GLOBAL: list[Row] = [
    Setting("archive", 85, enters="config-archive"),
]
ARCHIVE: list[Row] = [
    Setting("path <path:archive-path>", 20, key="path"),
    Setting("maximum <count:1-14>", 30, key="maximum", default="maximum 10"),
    Setting("write-memory", 40),
]
