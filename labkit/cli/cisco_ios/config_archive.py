"""Rows of `archive`: where configurations are kept, how many, and the log of what was typed.

Must not know how they are kept; `archive` follows the tree.
"""

from __future__ import annotations

from labkit.cli.cisco_ios.rows import Row, Setting

GLOBAL: list[Row] = [
    Setting("archive", 85, enters="config-archive"),
]
ARCHIVE: list[Row] = [
    Setting("log config", 10, enters="config-archive-log-cfg"),
    Setting("path <path:archive-path>", 20, key="path"),
    Setting("maximum <count:1-14>", 30, key="maximum", default="maximum 10"),
    Setting("write-memory", 40),
    Setting("time-period <minutes:1-525600>", 50, key="time-period"),
]
LOG: list[Row] = [
    Setting("logging enable", 10),
    Setting("logging size <entries:1-1000>", 20, key="logging size", default="logging size 100"),
    Setting("notify syslog [contenttype plaintext]", 30, key="notify syslog",
            text=lambda match: "notify syslog contenttype plaintext"),
    Setting("hidekeys", 40),
]  # fmt: skip
