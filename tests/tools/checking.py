"""What the check scripts share: the lab's JSON, and one line printed for each check.

A script runs in its tool's own environment and knows of the lab only what `labkit serve --json`
printed: `check.py LAB.json`.  Standard library only, no labkit.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

A, B = "Site-A-GW-Router", "Site-B-GW-Router"

Check = Callable[["Lab"], None]
_checks: list[Check] = []


class Lab:
    """The served lab as its JSON describes it."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.names = [str(device["name"]) for device in facts["devices"]]

    def login(self, name: str) -> dict[str, Any]:
        """device_type, host, port, username, password and secret of a device."""
        return dict(next(d for d in self.facts["devices"] if d["name"] == name)["netmiko"])


def check(function: Check) -> Check:
    """Register a check; its docstring is what gets printed."""
    _checks.append(function)
    return function


def main() -> None:
    """Run every check in order; exit status 1 if one of them failed."""
    lab = Lab(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    failed = 0
    for each in _checks:
        started = time.monotonic()
        try:
            each(lab)
        except Exception:
            failed += 1
            print(f"FAIL  {each.__doc__}\n{traceback.format_exc()}", flush=True)
        else:
            print(f"ok    {each.__doc__}  ({time.monotonic() - started:.1f} s)", flush=True)
    print(f"{len(_checks) - failed} of {len(_checks)} checks pass")
    sys.exit(1 if failed else 0)
