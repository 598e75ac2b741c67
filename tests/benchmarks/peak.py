"""A process's peak memory, as its system counts it."""

from __future__ import annotations

import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_memory() -> float | None:
    """The most memory that this process ever held, in MB (10^6 bytes); None if nobody knows.

    Linux is asked by VmHWM: its ru_maxrss also counts the parent that the process was forked from.
    """
    if STATUS.exists():
        lines = STATUS.read_text(encoding="ascii").splitlines()
        peak = next((line for line in lines if line.startswith("VmHWM:")), None)
        return None if peak is None else int(peak.split()[1]) * 1024 / 1e6
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return None
