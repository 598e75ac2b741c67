"""SR OS `show router [100] vrrp instance`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ROW = re.compile(
    r"^(?P<interface>\S+) +(?P<vrid>\d+) +(?P<owner>Yes|No) +(?P<admin>\S+) +(?P<state>[A-Z]\S*) +"
    r"(?P<base>\d+) .*\n +IP\S* +(?P<oper>\S+) +\S+ +(?P<priority>\d+|n/a)",
    re.MULTILINE,
)
_BACKUP = re.compile(r"^ +Backup Addr: (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class VrrpInstance:
    """A virtual router: `state` Master, Backup or Init; `priority` the one in use."""

    interface: str
    vrid: int
    state: str
    oper: str
    base_priority: int
    priority: int
    backup: tuple[str, ...]


def vrrp_instances(text: str) -> list[VrrpInstance]:
    """Read the table."""
    rows = list(_ROW.finditer(text))
    ends = [*(row.start() for row in rows[1:]), len(text)]
    return [
        VrrpInstance(
            row["interface"],
            int(row["vrid"]),
            row["state"],
            row["oper"],
            int(row["base"]),
            int(row["priority"]) if row["priority"].isdigit() else 0,
            tuple(_BACKUP.findall(text, row.end(), end)),
        )
        for row, end in zip(rows, ends, strict=True)
    ]
