"""What the control channel asks of the lab.

Every verb raises ValueError, LookupError or OSError with one clear line for what cannot be done.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from labkit.cli.jobs import Job
from labkit.net.link import LinkChange


class Control(Protocol):
    """The lab as its control channel sees it; the jobs take lab time as they ask for it."""

    def now(self) -> int:
        """Lab time in microseconds."""

    def starting(self, checkpoint: str, seed: int | None = None) -> Job:
        """Start again from a checkpoint."""

    def loading(self, file: Path) -> Job:
        """Start again from what `save` wrote."""

    def injecting(self, link: str, file: Path, frames: Sequence[int], towards: str | None) -> Job:
        """Put frames of a capture (numbered from 1; none given: all) on a link."""

    def set_link(self, name: str, change: LinkChange) -> None:
        """Cut, mend or impair a link."""

    def faulting(self, name: str | None) -> Job:
        """Bring a fault in, or (None) take it out again."""

    def write_save(self, file: Path) -> None:
        """Save all configurations and what else `loading` needs."""

    def describe(self) -> list[str]:
        """The lab's state, a line each."""

    def checkpoints(self) -> list[str]: ...

    def faults(self) -> list[str]: ...

    def links(self) -> list[str]: ...
