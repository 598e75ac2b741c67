"""Where the open lab keeps its things: the user's cache folder, never the clone.

`rootfs/` is the guest's root file system (built once, read-only afterwards), `run/` belongs to
the guest that runs now.  LABKIT_CACHE chooses another place.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folder:
    """The open lab's own folder."""

    root: Path

    @classmethod
    def default(cls) -> Folder:
        """`labkit/openlab` in LABKIT_CACHE, in XDG_CACHE_HOME, or in ~/.cache."""
        chosen = os.environ.get("LABKIT_CACHE")
        if chosen:
            return cls(Path(chosen).expanduser().absolute() / "openlab")
        base = os.environ.get("XDG_CACHE_HOME")
        cache = Path(base) if base else Path.home() / ".cache"
        return cls(cache / "labkit" / "openlab")

    @property
    def rootfs(self) -> Path:
        return self.root / "rootfs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def wrapper(self) -> Path:
        """The compiled wrapper of ptrace for processors with AMX."""
        return self.root / "ptrace_xstate.so"
