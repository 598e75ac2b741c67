"""What `labkit.desk` is called in learners' own copies of older notebooks.

Nobody overwrites those; so this stays for one release.
"""

from __future__ import annotations

from typing import Any

from labkit import desk


def __getattr__(name: str) -> Any:
    return getattr(desk, name)
